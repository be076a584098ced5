"""Prints one table for each file of marked texts: `table.py SLUIS FOLDER GOLD…`. `sluis eval` does all the counting."""

import json
import re
import subprocess
import sys
from pathlib import Path

SLUIS, FOLDER = sys.argv[1], Path(sys.argv[2])
ROWS = {
    "deduce": ("deduce",),
    "filenthropist, rules": ("filenthropist",),
    "deduce + filenthropist, rules": ("deduce", "filenthropist"),
    "Presidio, patterns": ("presidio",),
    "openredaction": ("openredaction",),
    "openredaction, preset `gdpr`": ("openredaction-gdpr",),
    "Frog": ("frog",),
}
FIGURES = ("leak % structured", "leak % names and places", "texts that still show something %", "person recall %",
           "alarms per 1,000 words, clean texts")


def load(path):
    return [json.loads(line) for line in path.read_text().split("\n") if line.strip()]


def kind(finding, text):
    """The kind that counts. Tools that know no dates of birth find dates, and those that know no profiles, addresses."""
    value = text[finding["start"]:finding["end"]]
    if finding["kind"] == "date":
        parts = re.findall(r"\d+|[^\W\d_]+", value)
        numbers = [part for part in parts if part.isdecimal()]
        year = next((part for part in numbers if len(part) == 4), numbers[-1] if numbers else "")
        # What lacks a part, or was in this decade, is an appointment rather than a date of birth.
        return None if len(parts) < 3 or re.fullmatch("(20)?2[0-9]", year) else "birth_date"
    if finding["kind"] == "url":
        return "profile_url" if re.search(r"[^/:]/\w", value) else None
    return finding["kind"]


def counted(texts, out, tools):
    """The findings of one or more tools, in our kinds, as a file for `sluis eval`."""
    findings = {one["id"]: [] for one in texts}
    for tool in tools:
        for one in load(out / f"{tool}.jsonl"):
            findings[one["id"]] += one["findings"]
    path = out / f"{'+'.join(tools)}.counted.jsonl"
    with open(path, "w") as lines:
        for one in texts:
            settled = [{**finding, "kind": kind(finding, one["text"])} for finding in findings[one["id"]]]
            settled = [finding for finding in settled if finding["kind"]]
            lines.write(json.dumps({"id": one["id"], "findings": settled}) + "\n")
    return path


def score(gold, *options):
    return json.loads(subprocess.check_output([SLUIS, "eval", gold, "--json", *options]))


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def figures(name, version, result, speed):
    cells = ["–" if result["figures"][figure] is None else f"{result['figures'][figure]:.1f}" for figure in FIGURES]
    row(name, version, *cells, f"{float(f'{speed:.2g}'):,.0f}")


version = subprocess.check_output([SLUIS, "--version"], text=True).split()[-1]
for gold in map(Path, sys.argv[3:]):
    texts = load(gold)
    characters = sum(len(one["text"]) for one in texts)
    kib = sum(len(one["text"].encode()) for one in texts) / 1024
    out = FOLDER / "findings" / gold.stem
    print(f"\n{gold.stem}: {len(texts)} texts, {characters:,} characters\n")
    row("tool", "version", *FIGURES, "characters per second, one core")
    print("|" + "---|" * (len(FIGURES) + 3))
    for name, tools in ROWS.items():
        notes = [out / f"{tool}.json" for tool in tools]
        if all(note.exists() and note.stat().st_mtime > gold.stat().st_mtime for note in notes):
            metas = [json.loads(note.read_text()) for note in notes]
            figures(name, ", ".join(meta["version"] for meta in metas),
                    score(gold, "--findings", counted(texts, out, tools)),
                    characters / sum(meta["seconds"] for meta in metas))
    for profile in ("fast", "accurate"):
        result = score(gold, "--profile", profile)
        figures(f"Sluis, {profile}", version, result, characters / (result["us per KiB"] * kib / 1e6))
