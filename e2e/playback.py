"""Recorded wire formats with holes where the model's words go.

A hole is `§NAME§`: the words as they stand inside a JSON string. `§!NAME§` is the words without escaping, for JSON
inside JSON. `§NAME+§` in an event of a stream repeats that event for each piece of the words; neighbours that repeat
take turns, as parallel choices and tool calls do on the wire. `§SEQ§` counts events, `§MODEL§` is the model asked for.
"""

import json
import re
from pathlib import Path

WIRE = Path(__file__).resolve().parent / "wire"
HOLE = re.compile(r"§(!?)(\w+)(\+?)§")


def escaped(words, ascii_only=False):
    return json.dumps(words, ensure_ascii=ascii_only)[1:-1]


def cut(words, pieces):
    """`pieces` is a number of characters, or a function from the words to a list."""
    if callable(pieces):
        return pieces(words)
    return [words[at : at + pieces] for at in range(0, len(words), pieces)] or [""]


def fill(template, values, piece=None, ascii_only=False):
    def put(hole):
        plain, name, repeats = hole.groups()
        words = piece if repeats else values[name]
        return words if plain else escaped(words, ascii_only)

    return HOLE.sub(put, template)


def whole(stem, values, ascii_only=False):
    """A JSON answer."""
    return fill((WIRE / f"{stem}.json").read_text().strip(), values, ascii_only=ascii_only).encode()


def events(stem, values, pieces=4, newline="\n", ascii_only=False):
    """The events of a streamed answer, each as its bytes."""
    blocks = [block for block in (WIRE / f"{stem}.sse").read_text().split("\n\n") if block.strip()]
    out, at = [], 0
    while at < len(blocks):
        run = []
        while at < len(blocks) and (hole := re.search(r"§(\w+)\+§", blocks[at])):
            run.append([(blocks[at], piece) for piece in cut(values[hole[1]], pieces)])
            at += 1
        while any(run):
            out.extend(words.pop(0) for words in run if words)
        if at < len(blocks) and "+§" not in blocks[at]:
            out.append((blocks[at], None))
            at += 1
    numbered = []
    for number, (block, piece) in enumerate(out):
        text = block.replace("§SEQ§", str(number)).strip("\n") + "\n\n"
        numbered.append(fill(text, values, piece, ascii_only).replace("\n", newline).encode())
    return numbered
