"""Cuts the vocabulary of e5 to the pieces that Dutch, English, French and German at work use: vocab.py PIECES.bin ROWS.npy

Every source is read with the full vocabulary and its pieces are counted; the most used stay. A word whose piece is gone is
read in smaller pieces, all of which the encoder knows.

The file: "SLUISPC1", u32 number of pieces, f32 score of each, u8 length of each, then their UTF-8 bytes. The first three
pieces are the beginning, the unknown and the end (which also stands for a line break); the fourth is the cell mark.
ROWS.npy tells which row of e5 each piece has.
"""
import collections
import glob
import json
import math
import pathlib
import re
import struct
import sys

import numpy as np

import e5 as E

SIZE = 44_000
LONGEST = 18  # characters; longer pieces are web junk, and a bound keeps reading linear
DATA = pathlib.Path(__file__).resolve().parents[2] / "shared" / "data"
HERE = pathlib.Path(__file__).resolve().parent
SPACE = "▁"


class Reader:
    """Splits words into pieces, the likeliest way."""

    def __init__(self, scores):
        self.scores = scores
        self.known = {}

    def word(self, word):
        found = self.known.get(word)
        if found is None:
            found = self.known[word] = self._split(SPACE + word)
        return found

    def _split(self, t):
        n = len(t)
        best, back = [0.0] + [-1e30] * n, [0] * (n + 1)
        for i in range(n):
            for e in range(i + 1, min(n, i + LONGEST) + 1):
                score = self.scores.get(t[i:e], -30.0 if e == i + 1 else None)
                if score is not None and best[i] + score > best[e]:
                    best[e], back[e] = best[i] + score, i
        out, at = [], n
        while at:
            out.append(t[back[at]:at])
            at = back[at]
        return out


def usable(piece):
    """Pieces that may stay: short enough, and no three digits in a row, so that all numbers are read alike."""
    return len(piece) <= LONGEST and not re.search(r"\d\d\d", piece) and (SPACE not in piece[1:])


def sources():
    """(weight, words with counts) of all that the vocabulary must read well."""
    lines = lambda path: path.read_text(encoding="utf-8").splitlines()
    text = collections.Counter()
    for path in glob.glob(str(DATA / "prompts" / "*.jsonl")):
        for line in open(path, encoding="utf-8"):
            text.update(json.loads(line)["text"].split())
    for path in sorted((HERE / "text").glob("*.txt")):
        text.update(re.sub(r"«[A-Z]+\|", " ", path.read_text(encoding="utf-8")).replace("»", " ").split())
    yield 6.0, text
    wide = collections.Counter()
    for path in (DATA / "text").iterdir():
        for line in lines(path):
            cell = line.split("\t" if path.suffix != ".bio" else " ")
            wide[cell[1] if path.suffix in (".conllu", ".iob2") and len(cell) > 1 else cell[0]] += 1
    yield 1.0, wide
    yield 2.0, {w: 1 / (n + 20) for n, w in enumerate(lines(DATA / "names" / "nl-surnames-top1000.tsv"))}
    for name in ("nl-first-names.tsv", "nl-first-names-more.txt", "be-first-names.txt", "be-surnames.txt", "nl-surnames.txt"):
        words = collections.Counter()
        for n, line in enumerate(lines(DATA / "names" / name)):
            for word in line.split("\t")[0].split():
                words[word] += 1
                words[word.lower()] += 0.4
                words[word.upper()] += 0.1
        yield 2.0 if "nl-s" not in name else 1.0, words
    for name in ("be-localities.txt", "nl-localities.txt", "be-streets.txt", "nl-streets.txt"):
        words = collections.Counter()
        for line in lines(DATA / "places" / name):
            words.update(line.split())
            words.update({w.lower(): 0.3 for w in line.split()})
        yield 1.0 if "loc" in name else 0.5, words
    words = collections.Counter()
    for line in lines(DATA / "health" / "nl-medicine-substances.tsv"):
        words.update(re.findall(r"[^\W\d_]+", line))
    yield 0.5, words
    import wordfreq
    for language, weight in (("nl", 8.0), ("en", 3.0), ("fr", 2.0), ("de", 2.0)):
        words = collections.Counter()
        for word in wordfreq.top_n_list(language, 60_000):
            # The root keeps rare words in sight; a sum of plain frequencies would be about the first thousand only.
            often = math.sqrt(wordfreq.word_frequency(word, language))
            words[word] += often
            words[word.capitalize()] += 0.5 * often
            words[word.upper()] += 0.05 * often
        yield weight, words


def main(out, rows_out):
    model = E.E5()
    scores = {p: float(s) for p, s in zip(model.pieces, model.scores) if usable(p)}
    for special in ("<s>", "<pad>", "</s>", "<unk>", "<mask>"):
        scores.pop(special, None)
    reader, used = Reader(scores), collections.Counter()
    letters = collections.Counter()
    for weight, words in sources():
        count = collections.Counter()
        for word, n in words.items():
            for part in re.findall(r"\S+", word):
                for piece in reader.word(part):
                    count[piece] += n
                letters.update(part)
        total = sum(count.values())
        for piece, n in count.items():
            used[piece] += weight * n / total
    keep = {p for p in scores if len(p) == 1 and (p.isascii() or letters[p] or 0x80 <= ord(p) < 0x250 or p == "€")}
    keep |= {SPACE} | {p for p in scores if re.fullmatch(SPACE + r"?\d{1,2}", p)} | {SPACE + p for p in map(chr, range(33, 127)) if SPACE + p in scores}
    for piece, _ in used.most_common():
        if len(keep) >= SIZE - 4:
            break
        if piece in scores:
            keep.add(piece)
    cell = SPACE + "|" if SPACE + "|" in scores else "|"
    row = {p: i for i, p in enumerate(model.pieces)}
    body = sorted(keep - {cell})
    pieces = ["<s>", "<unk>", "</s>", cell] + body
    rows = np.array([model.bos, model.unk, model.eos, row[cell]] + [row[p] for p in body])
    values = np.array([0.0, 0.0, 0.0] + [scores[p] for p in pieces[3:]], "<f4")
    raw = [p.encode() for p in pieces]
    with open(out, "wb") as f:
        f.write(b"SLUISPC1" + struct.pack("<I", len(raw)) + values.tobytes() + bytes(map(len, raw)) + b"".join(raw))
    np.save(rows_out, rows)
    covered = sum(used[p] for p in keep) / sum(used.values())
    print(f"{len(raw)} pieces of {len(used)} used, {covered:.2%} of all pieces read; cell mark {cell!r}; longest {max(map(len, raw))} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
