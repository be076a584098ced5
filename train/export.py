"""Writes the model file for the runtime: export.py RUN  (models/tagger.slm, models/golden.json, models/SHA256SUMS)

The file, little-endian: "SLUISTG1", u32 length of the header, the header in JSON, and from the next multiple of 64 on the tensors, each
on a multiple of 64; the offsets in the header count from the first of those. Matrices are int8 with one f32 scale for each row
("NAME.scale"); a row is one output, or one piece of the vocabulary.
"""
import hashlib
import json
import zlib
import pathlib
import sys

import numpy as np
import torch

import data
import labels as L
import model as M
import predict

MODELS = data.ROOT / "models"
# Invented, short, and different from each other in case, layout, language and what is in them.
GOLDEN = ["Bel Fenna Oosterwolde-Çelik terug op 06-12345678.",
          "naam: j. van der sluijszoon\ngeb. 03-02-1971\tBSN 111222333\n\n- slikt sinds mei lithium",
          "What is the capital of Peru?",
          "Objet: dossier 2024/0031\n\nMme Adjoua Lambrechts habite rue du Moulin 12, 5000 Namur.",
          "notulen 4 maart: wil en floor zijn ziek, ﬁetsen mag. ZIE BIJLAGE 3²!"]


def quantise(matrix):
    """int8 per row; the largest weight of a row becomes 127."""
    scale = np.abs(matrix).max(1) / 127
    scale[scale == 0] = 1
    return np.clip(np.rint(matrix / scale[:, None]), -127, 127).astype(np.int8), scale.astype(np.float32)


def tensors(state):
    """Name and array of all that is stored; linear layers as they are, [outputs, inputs]."""
    out = {}

    def matrix(name, weight):
        out[name], out[name + ".scale"] = quantise(weight)

    s = {k: v.float().numpy() for k, v in state.items()}
    matrix("word", s["word.weight"])
    out["pos"] = s["pos.weight"]
    # Rows: one for each flag, so that the features of a piece are a sum of rows.
    out["flag"], out["rule"], out["form"] = np.ascontiguousarray(s["flag.weight"].T), s["rule.weight"], s["form.weight"]
    for name in ("eln", *(f"layers.{n}.{part}" for n in range(layers(state)) for part in ("aln", "oln"))):
        out[name + ".w"], out[name + ".b"] = s[name + ".weight"], s[name + ".bias"]
    for name in (*(f"layers.{n}.{part}" for n in range(layers(state)) for part in ("q", "k", "v", "ao", "fi", "fo")), "mix", "out", "cat"):
        matrix(name + ".w", s[name + ".weight"])
        out[name + ".b"] = s[name + ".bias"]
    return out


def layers(state):
    return 1 + max(int(k.split(".")[1]) for k in state if k.startswith("layers."))


def dequantised(state):
    """The weights as the runtime will see them."""
    out = {}
    for name, value in state.items():
        value = value.float()
        if value.dim() == 2 and name not in ("pos.weight", "flag.weight", "rule.weight", "form.weight"):
            q, scale = quantise(value.numpy())
            value = torch.from_numpy(q.astype(np.float32) * scale[:, None])
        out[name] = value
    return out


def settings():
    path = data.WORK / "settings.json"
    saved = json.loads(path.read_text()) if path.exists() else {}
    return {"theta": saved.get("theta", predict.THETA), "lam": saved.get("lam", predict.LAMBDA), "category": saved.get("category", predict.CATEGORY),
            "alone": saved.get("alone", predict.ALONE)}


def main(run):
    saved = torch.load(data.WORK / f"{run}.pt")
    state = saved["net"]
    shape = M.Shape(vocab=state["word.weight"].shape[0], layers=saved["layers"])
    vocabulary = data.PIECES.read_bytes()
    parts = tensors(state) | {"pieces": np.frombuffer(vocabulary, np.uint8)}
    directory, at = [], 0
    for name, array in parts.items():
        directory.append({"name": name, "dtype": {"int8": "i8", "uint8": "u8", "float32": "f32"}[str(array.dtype)],
                          "shape": list(array.shape), "offset": at})
        at += -(-array.nbytes // 64) * 64
    body = b"".join(array.tobytes() + bytes(-array.nbytes % 64) for array in parts.values())
    head = {"version": 1, "width": shape.width, "heads": shape.heads, "layers": shape.layers, "ff": shape.ff, "hidden": shape.hidden,
            "eps": shape.eps, "vocab": shape.vocab, "labels": L.LABELS, "categories": L.CATEGORIES, "max_window": L.MAX_WINDOW,
            "overlap": L.OVERLAP, "flags": L.FLAGS, "rules": L.RULES, "shapes": L.SHAPES, **settings(), "sure": predict.SURE,
            "adler32": zlib.adler32(body), "tensors": directory}
    raw = json.dumps(head, separators=(",", ":")).encode()
    begin = b"SLUISTG1" + len(raw).to_bytes(4, "little") + raw
    MODELS.mkdir(exist_ok=True)
    with open(MODELS / "tagger.slm", "wb") as f:
        f.write(begin + bytes(-len(begin) % 64) + body)
    golden(saved | {"net": dequantised(state)})
    sums = [f"{hashlib.sha256((MODELS / n).read_bytes()).hexdigest()}  {n}\n" for n in ("golden.json", "pieces.bin", "tagger.slm")]
    (MODELS / "SHA256SUMS").write_text("".join(sums))
    print((MODELS / "tagger.slm").stat().st_size / 1e6, "MB", *sums)


@torch.no_grad()
def golden(saved):
    """What the runtime must compute: pieces, features and logits of a few texts, in float32 with the weights of the file."""
    net, out = predict.load(saved), []
    for text, pieces in zip(GOLDEN, data.read(GOLDEN)):
        batch = {k: torch.from_numpy(v) for k, v in data.collate([(pieces, None, None, 1)]).items()}
        logits, cats = net(batch["ids"], batch["flags"], batch["rules"], batch["forms"], batch["keep"])
        out.append({"text": text, "pieces": [{k: int(p[k]) for k in ("id", "start", "end", "flags", "rule", "shape")} for p in pieces],
                    "logits": [[round(float(x), 4) for x in row] for row in logits[0, 1:-1]],
                    "categories": [round(float(x), 4) for x in cats[0]]})
    about = "start and end in Unicode characters; logits for each piece, without the begin and end pieces of the window, before softmax"
    (MODELS / "golden.json").write_text(json.dumps({"about": about, "texts": out}, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
