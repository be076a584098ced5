"""From items to numbers: pieces and features (by the Rust example, the same code as at work), targets, windows, batches."""
import json
import os
import pathlib
import random
import subprocess

import numpy as np

import corpus
import labels as L
import made
import vary

ROOT = pathlib.Path(__file__).resolve().parents[1]
PIECES = ROOT / "models" / "pieces.bin"
READER = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "examples" / "pieces"
WORK = corpus.WORK
PIECE = np.dtype([("start", "<u4"), ("end", "<u4"), ("flags", "<u4"), ("id", "<u2"), ("rule", "u1"), ("shape", "u1")])
FOUND = np.dtype([("start", "<u4"), ("end", "<u4"), ("kind", "<u4"), ("score", "<f4")])
# As Kind::ALL on the Rust side.
RUST_KINDS = [k for k in L.KINDS if k != "figure"] + ["confidential_term"]


def read(texts, findings=False):
    """The pieces of each text, and on demand what the rules find in it."""
    lines = "".join(json.dumps({"text": t}) + "\n" for t in texts).encode()
    raw = subprocess.run([READER, PIECES, *(["--findings"] if findings else [])], input=lines, capture_output=True, check=True).stdout
    out, at = [], 0
    for _ in texts:
        n = int.from_bytes(raw[at:at + 4], "little")
        pieces = np.frombuffer(raw, PIECE, n, at + 4)
        at += 4 + n * PIECE.itemsize
        if findings:
            m = int.from_bytes(raw[at:at + 4], "little")
            rows = np.frombuffer(raw, FOUND, m, at + 4)
            at += 4 + m * FOUND.itemsize
            out.append((pieces, [(int(f["start"]), int(f["end"]), RUST_KINDS[f["kind"]], float(f["score"])) for f in rows]))
        else:
            out.append(pieces)
    return out


# Made-up tables, logs and records in an epoch.
MADE = 400
OPEN = {"@masked": "masked", "@no name": "no name", "@no person": "no person"}


def targets(item, pieces):
    """A label or set of labels for each piece."""
    length = sum(len(t) for t, _ in item["segments"])
    span = np.zeros(length + 1, np.int32)
    at = 0
    for n, (text, kind) in enumerate(item["segments"]):
        if kind:
            span[at:at + len(text)] = n + 1
        at += len(text)
    first = span[pieces["start"]]
    last = span[np.maximum(pieces["end"], pieces["start"] + 1) - 1]
    here = np.where(first > 0, first, last)
    begins = np.ones(len(here), bool)
    begins[1:] = here[1:] != here[:-1]
    nothing = L.SET_NUMBER[item["plain"]] if item["plain"] else 0
    begin, inside = [nothing], [nothing]
    for _, kind in item["segments"]:
        if kind == "@person":
            begin.append(L.SET_NUMBER["person begins"])
            inside.append(L.SET_NUMBER["person goes on"])
        elif kind in OPEN:
            begin.append(L.SET_NUMBER[OPEN[kind]])
            inside.append(begin[-1])
        else:
            begin.append(L.BEGIN[kind] if kind else nothing)
            inside.append(L.BEGIN[kind] + 1 if kind else nothing)
    return np.where(begins, np.array(begin)[here], np.array(inside)[here]).astype(np.uint8)


def windows(n):
    """The parts of n pieces that are read at once."""
    if n <= L.MAX_WINDOW:
        return [(0, n)]
    step = L.MAX_WINDOW - L.OVERLAP
    starts = list(range(0, n - L.OVERLAP, step))
    return [(a, min(n, a + L.MAX_WINDOW)) for a in starts]


def categories(item, target, whole):
    """For each category whether it is in this window: 1, 0, or -1 where nobody said."""
    if item["special"] is None:
        return np.full(len(L.CATEGORIES), -1, np.int8)
    marked = {L.KINDS[(t - 1) // 2] for t in np.unique(target) if 0 < t < L.COUNT}
    out = []
    for name in L.CATEGORIES:
        named = name in item["special"]
        out.append(1 if named and (whole or name in marked) else (-1 if named or name in marked else 0))
    return np.array(out, np.int8)


def rows(items):
    """Windows ready for batches."""
    out = []
    for item, pieces in zip(items, read(["".join(t for t, _ in i["segments"]) for i in items])):
        if not len(pieces):
            continue
        target = targets(item, pieces)
        parts = windows(len(pieces))
        for a, b in parts:
            out.append((pieces[a:b], target[a:b], categories(item, target[a:b], len(parts) == 1), item["weight"]))
    return out


def epoch(number, seed=0, written=None, widened=None):
    """All windows of an epoch, in batches of like length."""
    r = random.Random(f"{seed}/{number}")
    written = written if written is not None else [i for i in corpus.written() if not corpus.held_out(i["id"])]
    widened = widened if widened is not None else corpus.widened()
    items = [vary.item(i, number, seed) for i in written]
    r.shuffle(items)
    short = [i for i in items if sum(len(t) for t, _ in i["segments"]) < 350]
    pairs = short[:int(0.3 * len(short)) // 2 * 2]
    chosen = {id(i) for i in pairs}
    items = [i for i in items if id(i) not in chosen] + [vary.join(a, b, r) for a, b in zip(pairs[::2], pairs[1::2]) if a["plain"] == b["plain"]]
    items += [{**i, "segments": vary.damage(i["segments"], r)} for i in (made.item(n, number, seed) for n in range(MADE))]
    items += [vary.item(i, number, seed) for i in widened if r.random() < i["share"]]
    return batches(rows(items), r)


def batches(found, r, tokens=3072):
    found = sorted(found, key=lambda w: len(w[0]) + r.random() * 12)
    out, at = [], 0
    while at < len(found):
        n = 1
        while at + n < len(found) and (n + 1) * (len(found[at + n][0]) + 2) <= tokens:
            n += 1
        out.append(collate(found[at:at + n]))
        at += n
    r.shuffle(out)
    return out


def collate(group):
    width = max(len(p) for p, *_ in group) + 2
    n = len(group)
    ids, flags = np.full((n, width), L.END, np.int64), np.zeros((n, width), np.uint32)
    rules, forms = np.zeros((n, width), np.int64), np.zeros((n, width), np.int64)
    keep, target = np.zeros((n, width), bool), np.full((n, width), L.SET_NUMBER["masked"], np.int64)
    cats, weight = np.zeros((n, len(L.CATEGORIES)), np.float32), np.zeros(n, np.float32)
    for i, (pieces, label, cat, w) in enumerate(group):
        k = len(pieces)
        ids[i, 0] = L.BOS
        ids[i, 1:k + 1], flags[i, 1:k + 1] = pieces["id"], pieces["flags"]
        rules[i, 1:k + 1], forms[i, 1:k + 1] = pieces["rule"], pieces["shape"]
        keep[i, :k + 2] = True
        if label is not None:
            target[i, 1:k + 1] = label
        cats[i], weight[i] = (cat, w) if cat is not None else (0, 1)
    bits = ((flags[..., None] >> np.arange(L.FLAGS, dtype=np.uint32)) & 1).astype(np.float32)
    return {"ids": ids, "flags": bits, "rules": rules, "forms": forms, "keep": keep, "target": target, "cats": cats, "weight": weight}
