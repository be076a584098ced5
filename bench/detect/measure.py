"""Runs one tool over marked texts: `measure.py TOOL FOLDER GOLD…`. The tool gets the texts only, never the marks.

A tool is a file in peers/ with its `version` and `find(text)`, which gives (first character, one past the last, kind).
The time is the processor's in a second pass: loading, what is done only once and other programs do not count.
"""

import json
import runpy
import sys
import time
from pathlib import Path

name, folder = sys.argv[1], Path(sys.argv[2])
peer = runpy.run_path(str(Path(__file__).parent / "peers" / f"{name}.py"))
find, clock = peer["find"], peer.get("clock", time.process_time)

for gold in map(Path, sys.argv[3:]):
    texts = [json.loads(line) for line in gold.read_text().split("\n") if line.strip()]
    for one in texts:
        find(one["text"])
    begin = clock()
    found = [find(one["text"]) for one in texts]
    seconds = clock() - begin
    out = folder / "findings" / gold.stem
    out.mkdir(parents=True, exist_ok=True)
    with open(out / f"{name}.jsonl", "w") as lines:
        for one, findings in zip(texts, found, strict=True):
            findings = [{"start": start, "end": end, "kind": kind} for start, end, kind in findings if kind]
            lines.write(json.dumps({"id": one["id"], "findings": findings}) + "\n")
    (out / f"{name}.json").write_text(json.dumps({"version": peer["version"], "seconds": seconds}))
