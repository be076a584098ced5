"""Chooses the thresholds on the held-out items and measures on them and on gold files: measure.py RUN [--choose] [--quantised] GOLD.jsonl ..."""
import argparse
import importlib.util
import json
import os
import pathlib

import numpy as np

import corpus
import data
import labels as L
import predict

SCORE = pathlib.Path(os.environ.get("SLUIS_SCORE", data.ROOT.parent / "shared" / "eval" / "score.py"))
SHOWN = ["leak % structured", "leak % names", "open prompts %", "alarms /1000 words", "clean alarms /1000 words", "clean prompts alarmed %",
         "special blocked %", "clean allowed %", "personal sent raw"]


def scorer():
    spec = importlib.util.spec_from_file_location("score", SCORE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.score


score = scorer()


def held():
    return [i["gold"] for i in corpus.written() if corpus.held_out(i["id"])]


class Case:
    """A gold file with what rules and model say of it, so that thresholds can be tried without the model."""

    def __init__(self, net, gold):
        self.gold = gold
        self.read = data.read([g["text"] for g in gold], findings=True)
        self.prob, self.cats = predict.probabilities(net, [p for p, _ in self.read]) if net else ([None] * len(gold),) * 2

    def score(self, how="both", settings=None):
        return score(self.gold, predict.compose(self.gold, self.read, self.prob, self.cats, how, settings))


# What is to be reached: figure, the most it may be (of what is 100 at best, what is missing), and its weight.
BARS = [("leak % structured", 1, 1.0), ("leak % names", 5, 2.0), ("open prompts %", 12, 1.5), ("clean alarms /1000 words", 4, 1.5), ("alarms /1000 words", 6, 0.7),
        ("special blocked %", -5, 1.0), ("clean allowed %", -2, 0.8)]


def cost(s):
    """How far the figures are from the bars, in bars; what is over its bar counts most, what is well below it little."""
    person = s["by kind: n, recall typed/any %, leak %"].get("person", [0, 0, 100, 0])[2]
    shares = [((100 - person) / 3, 1.0)]
    for key, bar, weight in BARS:
        if s[key] is not None:
            shares.append((s[key] / bar if bar > 0 else (100 - s[key]) / -bar, weight))
    return sum(w * (0.25 * x + 1.75 * max(0.0, x - 1)) for x, w in shares)


def choose(case):
    """Thresholds one after another: each is moved while that lowers the cost."""
    settings = {"theta": dict(predict.THETA), "lam": dict(predict.LAMBDA), "category": dict(predict.CATEGORY)}
    best = cost(case.score(settings=settings))
    grids = {"theta": [0.25, 0.4, 0.55, 0.7, 0.85, 0.95], "lam": [0, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5], "category": [0.3, 0.5, 0.7, 0.85, 0.95]}
    # Not chosen: the held-out items have too little public prose to tell what it does there.
    settings["theta"]["figure as person"] = 0.5
    together = [("theta", predict.DIRECT), ("category", L.CATEGORIES), ("theta", L.CATEGORIES), ("lam", ["person", "city", "address", "organisation", "username", "customer_number"])]
    alone = [("theta", [k]) for k in ("person", "city", "customer_number", "address", "username", "phone", "postcode", "birth_date", "id_document", "health",
                                      "credential")] + [("lam", [k]) for k in settings["lam"] if k != "figure"] + [("category", [k]) for k in ("health", "criminal", "religion")]
    grids["share"] = [0, 0.15, 0.3, 0.6, 1.0]
    shares = [("lam", ["figure"])]
    for group, keys in together + alone + shares + together[:2]:
        for value in grids["share" if (group, keys) in shares else group]:
            trial = {g: dict(v) if isinstance(v, dict) else v for g, v in settings.items()}
            trial[group].update({k: value for k in keys})
            found = cost(case.score(settings=trial))
            if found < best - 0.01:
                best, settings = found, trial
    for value in [0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]:
        trial = {**settings, "alone": value}
        found = cost(case.score(settings=trial))
        if found < best - 0.01:
            best, settings = found, trial
    print("cost", round(best, 2), json.dumps(settings))
    return settings


def table(name, rows):
    print(f"\n{name}")
    for key in SHOWN:
        print(f"  {key:28}" + "".join(f"{str(r[key]):>10}" for _, r in rows))
    person = lambda r: r["by kind: n, recall typed/any %, leak %"].get("person", ["-"] * 4)[2]
    print(f"  {'person recall %':28}" + "".join(f"{str(person(r)):>10}" for _, r in rows))


def main():
    a = argparse.ArgumentParser()
    a.add_argument("run")
    a.add_argument("gold", nargs="*")
    a.add_argument("--choose", action="store_true")
    a.add_argument("--quantised", action="store_true")
    a = a.parse_intermixed_args()
    if a.quantised:
        import export
        import torch
        saved = torch.load(data.WORK / f"{a.run}.pt")
        net = predict.load(saved | {"net": export.dequantised(saved["net"])})
    else:
        net = predict.load(a.run)
    own = Case(net, held())
    path = data.WORK / "settings.json"
    if a.choose:
        path.write_text(json.dumps(choose(own)))
    settings = json.loads(path.read_text()) if path.exists() else None
    for name, case in [("held out", own), *((pathlib.Path(p).stem, Case(net, predict.jsonl(p))) for p in a.gold)]:
        rows = [(how, case.score(how, settings)) for how in ("rules", "model", "both")]
        table(f"{name}  (rules, model, both)", rows)


if __name__ == "__main__":
    main()
