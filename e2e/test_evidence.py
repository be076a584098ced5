"""The evidence: anyone can check it, nobody can change it unseen, and a copy is as good as the original."""

import subprocess

import anthropic
import openai
import pytest

from conftest import REPORT, tools
from harness import people
from harness.node import Node, binary
from harness.raw import call
from standin import Answer

CHAT = {"model": "gpt-x", "messages": [{"role": "user", "content": people.MEETING}]}


@pytest.fixture(scope="module")
def node(_standin, tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("evidence"), REPORT + tools(_standin))
    key = node.key()
    node.start()
    for _ in range(5):
        assert call(node, "/v1/chat/completions", CHAT, key).status == 200
    yield node
    assert node.stop() == 0


def verify(path, *args):
    done = subprocess.run([binary(), "verify", path, *map(str, args)], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


TAMPERED = {
    "a changed count": lambda lines: [line.replace('"person":2', '"person":1') for line in lines],
    "a changed event": lambda lines: [line.replace('"event":"sent"', '"event":"blocked"') for line in lines],
    "an entry left out": lambda lines: lines[:3] + lines[4:],
    "two entries swapped": lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
    "an entry twice": lambda lines: [*lines[:4], lines[3], *lines[4:]],
    "the end cut off": lambda lines: lines[:-3],
    "half a line": lambda lines: [*lines[:-1], lines[-1][:20]],
    "another key": lambda lines: [lines[0].replace('"key":"sluis/', '"key":"sluis/0'), *lines[1:]],
    "nothing at all": lambda lines: [],
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_changed_ledger_is_not_sound(node, tmp_path, tamper):
    lines = node.export().read_text().splitlines()
    changed = tamper(lines)
    assert changed != lines
    path = tmp_path / "changed"
    path.write_text("".join(f"{line}\n" for line in changed))
    code, said = verify(path)
    assert code in (1, 2) and "Sound" not in said, said


def test_an_earlier_checkpoint_shows_that_nothing_was_rolled_back(node, tmp_path):
    earlier = tmp_path / "checkpoint"
    earlier.write_text(node.cli("checkpoint").stdout)
    call(node, "/v1/chat/completions", CHAT, node.key())
    assert verify(node.export(), "--checkpoint", earlier)[0] == 0
    later = tmp_path / "later"
    later.write_text(node.cli("checkpoint").stdout)
    shorter = tmp_path / "shorter"
    whole = node.export().read_text().splitlines()
    shorter.write_text("".join(f"{line}\n" for line in whole[:4]))
    assert verify(shorter, "--checkpoint", later)[0] != 0


def test_entries_hold_identifiers_counts_and_times_only(node):
    for entry in node.ledger():
        for name, value in entry.items():
            assert isinstance(value, (int, dict)) or len(value) <= 64, name
            assert " " not in str(value) or isinstance(value, dict), (name, value)


def test_the_folder_is_for_the_owner_alone(node):
    assert node.data.stat().st_mode & 0o077 == 0
    for path in node.data.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_backup_brings_keys_conversations_and_evidence_back(node, standin, tmp_path):
    first = call(node, "/v1/responses", {"model": "gpt-x", "input": people.MEETING}, node.key()).json
    issued = standin.last.tokens
    backup = tmp_path / "backup"
    node.cli("backup", backup)
    other = Node(tmp_path / "other", REPORT + tools(standin))
    other.data.mkdir(parents=True)
    (other.data / "master.key").write_bytes((node.data / "master.key").read_bytes())
    other.cli("restore", backup)
    other.start()
    standin.answer = Answer(words=" ".join(issued))
    body = {"model": "gpt-x", "input": "Wie?", "previous_response_id": first["id"]}
    said = call(other, "/v1/responses", body, node.key())
    assert said.status == 200
    assert said.json["output"][0]["content"][0]["text"] == f"{people.ACCENTED} {people.OTHER}"
    assert "restored" in [entry["event"] for entry in other.ledger()]
    assert other.stop() == 0


@pytest.mark.parametrize("key", [None, "ab" * 32])
def test_a_backup_is_worthless_without_its_master_key(node, standin, tmp_path, key):
    backup = tmp_path / "backup"
    node.cli("backup", backup)
    thief = Node(tmp_path / "thief", REPORT + tools(standin))
    if key:
        thief.data.mkdir()
        (thief.data / "master.key").write_text(key)
    done = thief.cli("restore", backup, check=False)
    assert done.returncode == 2 and "master key" in done.stderr
    assert not (thief.data / "sluis.db").exists()


def test_the_demonstration_runs_in_every_protocol(server):
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.key()) as client:
        said = client.responses.create(model="demo", input=f"Zaak {people.BSN}: bel terug.")
        assert said.output_text
        assert client.embeddings.create(model="demo", input="tekst").data[0].embedding
    with anthropic.Anthropic(base_url=server.url, api_key=server.key()) as claude:
        with claude.messages.stream(model="demo", max_tokens=9, messages=[{"role": "user", "content": "Hoi"}]) as stream:
            assert "demomodel" in "".join(stream.text_stream)
