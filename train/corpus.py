"""The training texts in one form: an item is a list of [text, kind] segments, kind None where nothing is marked.

Besides the kinds of labels.py a segment can have an open mark, for texts that do not tell everything:
@masked (no supervision), @no name, @no person, @person (somebody, whoever it is).
"""
import glob
import hashlib
import json
import os
import pathlib

import markup

DATA = pathlib.Path(__file__).resolve().parents[2] / "shared" / "data"
# Where checkpoints and what comes of them lie; none of it belongs in the repository.
WORK = pathlib.Path(os.environ.get("SLUIS_TRAIN_WORK", pathlib.Path(__file__).resolve().parent / "build"))
TEXT = pathlib.Path(__file__).resolve().parent / "text"


def segments(item):
    out, at = [], 0
    for s in sorted(item["spans"], key=lambda s: s["start"]):
        if s["start"] < at:
            continue
        if s["start"] > at:
            out.append([item["text"][at:s["start"]], None])
        out.append([item["text"][s["start"]:s["end"]], s["kind"]])
        at = s["end"]
    if at < len(item["text"]):
        out.append([item["text"][at:], None])
    return out


def held_out(name):
    """The 7 % of the hand-written items that choose and never train."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % 100 < 7


def written():
    """Hand-written items, with their gold form for measuring."""
    out = []
    for path in sorted(glob.glob(str(DATA / "prompts" / "*.jsonl"))):
        for line in open(path, encoding="utf-8"):
            out.append((json.loads(line), "nothing or figure"))
    for path in sorted(TEXT.glob("*.txt")):
        out += [(item, None) for item in markup.read(path)[0]]
    return [{"id": i["id"], "lang": i["lang"], "segments": segments(i), "special": i["special"], "plain": plain, "weight": 1.0,
             "gold": i, "kind": "written"} for i, plain in out]


def wide(item_id, lang, parts, weight, plain, share=0.5):
    return {"id": item_id, "lang": lang, "segments": parts, "special": None, "plain": plain, "weight": weight,
            "kind": "wide", "share": share}


def join(words, mark):
    """Words with their space behind and their mark, as segments; a run of one mark is one segment."""
    out = []
    for word, space, tag, fresh in words:
        kind = mark(tag)
        if out and out[-1][1] == kind and not (fresh and kind == "@person"):
            out[-1][0] += word + space
        else:
            if out and out[-1][1] and out[-1][0].endswith(" "):
                # The space behind a marked run belongs to nobody.
                out[-1][0] = out[-1][0][:-1]
                out.append([" ", None])
            out.append([word + space, kind])
    return out


def alpino(named=None):
    """Modern Dutch with parts of speech: what is no proper noun is no name. Which proper nouns are people a first model may have said."""
    path = WORK / "names.json"
    named = json.loads(path.read_text()) if named is None and path.exists() else named or {}
    for path in sorted((DATA / "text").glob("nl_alpino*.conllu")):
        words, n, sentences = [], 0, 0
        for line in path.read_text(encoding="utf-8").splitlines() + ["", ""]:
            cell = line.split("\t")
            if len(cell) == 10 and cell[0].isdigit():
                words.append((cell[1], "" if "SpaceAfter=No" in cell[9] else " ", cell[3], True))
            elif not line and words:
                sentences += 1
                if words[-1][1] == "":
                    words[-1] = (*words[-1][:1], " ", *words[-1][2:])
                if sentences >= 5 or len(words) > 110:
                    name = f"alpino-{path.stem[-4:]}-{n}"
                    parts = join(words, lambda t: "@masked" if t == "PROPN" else None)
                    parts = [[t, named.get(f"{name}/{i}", k)] for i, (t, k) in enumerate(parts)]
                    yield wide(name, "nl", parts, 0.5, "no name", 0.7)
                    words, sentences, n = [], 0, n + 1


def uner():
    """English of the web: people are marked, whoever they are; what else is no person."""
    words, n, sentences, glue = [], 0, 0, set(",.!?;:)'")
    for line in (DATA / "text" / "uner-en-dev.iob2").read_text(encoding="utf-8").splitlines() + [""]:
        cell = line.split("\t")
        if len(cell) > 2 and cell[0].isdigit():
            if words and (cell[1][0] in glue or cell[1] in ("n't", "'s")):
                words[-1] = (words[-1][0], "", *words[-1][2:])
            tag = cell[2]
            words.append((cell[1], " ", "P" if tag.endswith("PER") else "", tag.startswith("B")))
        elif not line.strip() and words:
            sentences += 1
            if sentences >= 5:
                yield wide(f"uner-{n}", "en", join(words, lambda t: "@person" if t else None), 0.6, "no person")
                words, sentences, n = [], 0, n + 1


def europeana():
    """Newspapers of the 19th century, badly read by machine: people only, and little weight."""
    words, n = [], 0
    for line in (DATA / "text" / "europeana-nl.bio").read_text(encoding="utf-8").splitlines():
        cell = line.split(" ")
        if len(cell) < 2:
            continue
        word, tag = cell[0], cell[1]
        if words and word in {",", ".", "!", "?", ";", ":", ")"}:
            words[-1] = (words[-1][0], "", *words[-1][2:])
        words.append((word, " ", "P" if tag.endswith("PER") else "", tag.startswith("B")))
        if len(words) >= 100 and word == "." or len(words) >= 140:
            yield wide(f"europeana-{n}", "nl", join(words, lambda t: "@person" if t else None), 0.25, "no person", 0.1)
            words, n = [], n + 1


def widened():
    return [*alpino(), *uner(), *europeana()]
