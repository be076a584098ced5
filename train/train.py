"""Trains the tagger: train.py [--epochs 20] [--layers 6] [--minutes 35] [--name run] [--resume] [--from RUN]"""
import argparse
import json
import math
import threading
import time

import numpy as np
import torch
from torch.nn import functional as F

import corpus
import data
import e5
import labels as L
import model as M

torch.set_num_threads(2)


def sets():
    """Which labels each target allows: first the labels alone, then the sets."""
    table = torch.zeros(L.COUNT + len(L.SETS), L.COUNT)
    table[:L.COUNT] = torch.eye(L.COUNT)
    for n, members in enumerate(L.SETS.values()):
        table[L.COUNT + n, sorted(members)] = 1
    return table


# A missed name is worse than a false alarm: what is marked weighs more than what is not.
WEIGHT = torch.ones(L.COUNT + len(L.SETS))
WEIGHT[1:L.COUNT] = 2.0
for kind in ("person", "city", "address", "username", "customer_number"):
    WEIGHT[L.BEGIN[kind]:L.BEGIN[kind] + 2] = 2.5
for kind in ("organisation", "figure"):
    WEIGHT[L.BEGIN[kind]:L.BEGIN[kind] + 2] = 1.0
WEIGHT[L.SET_NUMBER["masked"]] = 0.0
ALLOWED = sets()


def losses(logits, cats, batch, smoothing=0.01):
    logp = F.log_softmax(logits.float(), -1)
    target = batch["target"]
    allowed = ALLOWED[target]
    hit = torch.logsumexp(logp + torch.log(allowed.clamp_min(1e-9)), -1)
    weight = WEIGHT[target] * batch["weight"][:, None]
    loss = (-(1 - smoothing) * hit - smoothing * logp.mean(-1)) * weight
    known = (batch["cats"] >= 0).float()
    cat = F.binary_cross_entropy_with_logits(cats.float(), batch["cats"].clamp_min(0), reduction="none",
                                             pos_weight=torch.full((len(L.CATEGORIES),), 2.0))
    return loss.sum() / weight.sum().clamp_min(1), (cat * known).sum() / known.sum().clamp_min(1)


def forget(batch, flags=0.1, items=0.15):
    """Takes features away, so that the model reads the words too and not only what the lists say of them."""
    n = batch["ids"].shape[0]
    none = torch.rand(n) < items
    batch["flags"] = batch["flags"] * (torch.rand_like(batch["flags"]) >= flags) * ~none[:, None, None]
    no_rules = none | (torch.rand(n) < 0.1)
    batch["rules"] = batch["rules"] * ~no_rules[:, None]
    return batch


class Ahead:
    """Makes the next epoch while this one is learned."""

    def __init__(self, make):
        self.make = make
        self.start(0)

    def start(self, n):
        self.result = None

        def work():
            try:
                self.result = self.make(n)
            except Exception as problem:  # the trainer raises it where it can be seen
                self.result = problem

        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()

    def take(self, following):
        self.thread.join()
        result = self.result
        if isinstance(result, Exception):
            raise result
        self.start(following)
        return result


def build(layers):
    old = np.load(data.WORK / "rows.npy")
    net = M.Tagger(M.Shape(vocab=len(old), layers=layers))
    M.load_encoder(net, e5.E5(), old)
    return net


def parameters(net, rate):
    net.word.weight.requires_grad_(False)
    net.pos.weight.requires_grad_(False)
    head, facts, body = [], [], []
    for name, p in net.named_parameters():
        if p.requires_grad:
            (head if name.split(".")[0] in ("mix", "out", "cat") else facts if name.split(".")[0] in ("flag", "rule", "form") else body).append(p)
    return [{"params": body, "lr": rate, "peak": rate}, {"params": facts, "lr": rate * 4, "peak": rate * 4},
            {"params": head, "lr": rate * 10, "peak": rate * 10}]


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--epochs", type=int, default=20)
    a.add_argument("--layers", type=int, default=6)
    a.add_argument("--rate", type=float, default=5e-4)
    a.add_argument("--minutes", type=float, default=35, help="the schedule ends here, whatever the epochs")
    a.add_argument("--name", default="run")
    a.add_argument("--seed", type=int, default=0)
    a.add_argument("--from", dest="base", help="begin with the weights of this run")
    a.add_argument("--plain", action="store_true", help="without the compiler")
    a.add_argument("--resume", action="store_true")
    a = a.parse_args()
    torch.manual_seed(a.seed)
    net = build(a.layers)
    path = data.WORK / f"{a.name}.pt"
    optimiser = torch.optim.AdamW(parameters(net, a.rate), weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    if a.base:
        net.load_state_dict(torch.load(data.WORK / f"{a.base}.pt")["net"])
    spent, first = 0.0, 0
    if a.resume:
        saved = torch.load(path)
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        spent, first = saved["spent"], saved["epoch"] + 1
    if not a.plain:
        # Half of the time of a step is not multiplying; the compiler joins those steps. Lengths differ from batch to batch.
        for layer in net.layers:
            layer.compile(dynamic=True)
    written = [i for i in corpus.written() if not corpus.held_out(i["id"])]
    widened = corpus.widened()
    ahead = Ahead(lambda n: data.epoch(first + n, a.seed, written=written, widened=widened))
    limit, begun, saved_at = a.minutes * 60, time.time() - spent, time.time()
    net.train()
    for epoch in range(first, a.epochs):
        batches = ahead.take(epoch - first + 1)
        sums, tokens, started = np.zeros(2), 0, time.time()
        for n, raw in enumerate(batches):
            # The schedule follows whichever ends first, the epochs or the time.
            done = min(1.0, max((epoch + n / len(batches)) / a.epochs, (time.time() - begun) / limit))
            scale = min(1.0, done / 0.04 + 0.02) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * done)))
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * scale
            batch = forget({k: torch.from_numpy(v) for k, v in raw.items()})
            logits, cats = net(batch["ids"], batch["flags"], batch["rules"], batch["forms"], batch["keep"], torch.bfloat16)
            loss, cat = losses(logits, cats, batch)
            optimiser.zero_grad(set_to_none=True)
            (loss + 0.3 * cat).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            sums += [loss.item(), cat.item()]
            tokens += int(batch["keep"].sum())
            if n % 40 == 0:
                print(f"  epoch {epoch} batch {n}/{len(batches)} loss {sums[0] / (n + 1):.4f} cat {sums[1] / (n + 1):.4f} done {done:.2f} "
                      f"{tokens / (time.time() - started):.0f} pieces/s", flush=True)
            if time.time() - begun > limit:
                break
        over = time.time() - begun > limit
        print(json.dumps({"epoch": epoch, "loss": sums[0] / len(batches), "cat": sums[1] / len(batches), "tokens": tokens,
                          "pieces/s": round(tokens / (time.time() - started)), "minutes": round((time.time() - begun) / 60, 1)}), flush=True)
        if over or epoch == a.epochs - 1 or time.time() - saved_at > 150:
            torch.save({"net": net.state_dict(), "optimiser": optimiser.state_dict(), "spent": time.time() - begun, "epoch": epoch,
                        "layers": a.layers}, path)
            saved_at = time.time()
        if over:
            break


if __name__ == "__main__":
    main()
