"""Files: findings at their place, the same file back with pseudonyms, and the values again; a bad file is one file less."""

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from harness.node import Node

FILES = Path(__file__).resolve().parent.parent / "crates/extract/tests/files"


@pytest.fixture(scope="module")
def sluis(tmp_path_factory):
    """The command line with a data folder of its own; no node runs."""
    return Node(tmp_path_factory.mktemp("files"), 'language = "nl"\n')


def everything(path):
    """The bytes of a file and of all that is packed in it."""
    data = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            data += b"".join(archive.read(name) for name in archive.namelist())
    return data


def test_b05_findings_of_a_workbook_stand_at_their_cell(sluis):
    done = sluis.cli("check", "--profile", "fast", FILES / "klanten.xlsx", check=False)
    assert done.returncode == 1, done.stderr
    assert "Klanten!A2: [Jansen]‹person›" in done.stdout
    assert "Klanten!C2: [111222333]‹bsn›" in done.stdout
    assert "Klanten!A4 (hidden cells): [Vermeulen]‹person›" in done.stdout


def test_b05_a_folder_is_counted_and_what_is_not_read_is_named(sluis, tmp_path):
    folder = tmp_path / "map"
    folder.mkdir()
    for name in ["klanten.ods", "verslag.docx", "verslag.pdf", "beveiligd.xlsx"]:
        (folder / name).write_bytes((FILES / name).read_bytes())
    (folder / "kapot.docx").write_bytes((FILES / "verslag.docx").read_bytes()[:3000])
    (folder / "schoon.txt").write_text("De vergadering begint om tien uur.\n")
    report = tmp_path / "overzicht.json"
    done = sluis.cli("check", "--profile", "fast", folder, "--report", report, check=False)
    assert done.returncode == 2
    assert "beveiligd.xlsx has a password" in done.stderr and "kapot.docx is damaged" in done.stderr
    assert "6 files, 3 with findings, 2 not read." in done.stderr
    rows = json.loads(report.read_text())
    bsn = [row for row in rows if row["file"].endswith("klanten.ods") and row["kind"] == "bsn"]
    assert [(row["class"], row["count"]) for row in bsn] == [("national_id", "2")]
    assert "Jansen" not in report.read_text() and "111222333" not in report.read_text()


@pytest.mark.parametrize("name", ["klanten.xlsx", "klanten.ods", "verslag.docx", "verslag.odt", "casus.pptx", "casus.odp"])
def test_b05_a_masked_file_has_no_value_and_its_answer_has_them_again(sluis, tmp_path, name):
    masked, key, back = tmp_path / f"m-{name}", tmp_path / "map", tmp_path / f"b-{name}"
    done = sluis.cli("mask", "--profile", "fast", FILES / name, "-o", masked, "--map", key, check=False)
    assert done.returncode == 1, done.stderr
    data = everything(masked)
    for value in ["Jansen", "111222333", "Anneliese", "Wijngaarden", "06-12345678", "Roos Verschuur", "Karel Hoekstra"]:
        assert value.encode() not in data, value
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600 and b"111222333" not in key.read_bytes()
    sluis.cli("unmask", masked, "--map", key, "-o", back)
    assert b"111222333" in everything(back) and b"[BSN_" not in everything(back)


def test_b05_tables_messages_and_pdf_are_masked(sluis, tmp_path):
    table = tmp_path / "klanten.csv"
    table.write_text("Achternaam;BSN\r\nJansen;111222333\r\n", newline="")
    out = tmp_path / "m.csv"
    assert sluis.cli("mask", table, "-o", out, "--map", tmp_path / "1.map", check=False).returncode == 1
    head, row, _ = out.read_bytes().decode().split("\r\n")
    assert head == "Achternaam;BSN" and row.startswith("[PERSON_") and ";[BSN_" in row
    paper = tmp_path / "m.txt"
    done = sluis.cli("mask", FILES / "verslag.pdf", "-o", tmp_path / "m.pdf", "--map", tmp_path / "2.map", check=False)
    assert done.returncode == 2 and "comes back as text" in done.stderr and not (tmp_path / "m.pdf").exists()
    assert sluis.cli("mask", FILES / "verslag.pdf", "-o", paper, "--map", tmp_path / "2.map", check=False).returncode == 1
    assert paper.read_text().startswith("[Text of a pdf") and "Wijngaarden" not in paper.read_text()


def test_nothing_is_written_when_something_cannot_be_read_or_is_there_already(sluis, tmp_path):
    bad = tmp_path / "post.zip"
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("a.txt", "Mevrouw Jansen, BSN 111222333")
        archive.writestr("b.bin", bytes(range(256)))
    out, key = tmp_path / "m.zip", tmp_path / "map"
    done = sluis.cli("mask", bad, "-o", out, "--map", key, check=False)
    assert done.returncode == 2 and "b.bin" in done.stderr
    assert not out.exists() and not key.exists()
    out.write_text("van iemand anders")
    done = sluis.cli("mask", FILES / "verslag.docx", "-o", out, "--map", key, check=False)
    assert done.returncode == 2 and out.read_text() == "van iemand anders" and not key.exists()


def test_a_map_opens_with_its_master_key_only(sluis, tmp_path, tmp_path_factory):
    out, key = tmp_path / "m.docx", tmp_path / "map"
    sluis.cli("mask", "--profile", "fast", FILES / "verslag.docx", "-o", out, "--map", key, check=False)
    other = Node(tmp_path_factory.mktemp("other"), 'language = "nl"\n')
    other.cli("mask", "--profile", "fast", FILES / "klanten.ods", "-o", tmp_path / "x.ods", "--map", tmp_path / "x.map", check=False)
    done = other.cli("unmask", out, "--map", key, "-o", tmp_path / "b.docx", check=False)
    assert done.returncode == 2 and "does not open" in done.stderr and not (tmp_path / "b.docx").exists()
