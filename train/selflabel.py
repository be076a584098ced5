"""Lets a trained model say which proper nouns of Alpino are people: selflabel.py RUN  (writes names.json in the build folder)

Alpino tells proper nouns from other words but not people from towns. Where a first model is sure, the next one learns from it: modern
news, which nobody wrote for this project.
"""
import json
import sys

import corpus
import data
import labels as L
import predict

SURE = 0.85


def main(run):
    net = predict.load(run)
    items = list(corpus.alpino(named={}))
    read = data.read(["".join(t for t, _ in i["segments"]) for i in items])
    prob, _ = predict.probabilities(net, read)
    people = [L.KINDS.index("person"), L.KINDS.index("figure")]
    named, counts = {}, [0, 0]
    for item, pieces, p in zip(items, read, prob):
        share, at = predict.by_kind(p)[:, people].sum(1), 0
        for n, (text, kind) in enumerate(item["segments"]):
            if kind == "@masked":
                inside = (pieces["start"] < at + len(text)) & (pieces["end"] > at)
                low = share[inside].min(initial=1)
                tag = "@person" if low > SURE else None
                counts[0 if tag else 1] += 1
                if tag:
                    named[f"{item['id']}/{n}"] = tag
            at += len(text)
    (data.WORK / "names.json").write_text(json.dumps(named, indent=0))
    print("people, unsure:", counts)


if __name__ == "__main__":
    main(*sys.argv[1:])
