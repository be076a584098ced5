"""The mean of the weights of runs that began from one another: average.py OUT RUN[=SHARE] ...  Steadier than either on texts of other hands."""
import sys

import torch

import data


def main(out, *runs):
    named = [(run.partition("=")[0], float(run.partition("=")[2] or 1)) for run in runs]
    saved = [(torch.load(data.WORK / f"{run}.pt"), share / sum(share for _, share in named)) for run, share in named]
    net = {k: sum(s["net"][k] * share for s, share in saved) for k in saved[0][0]["net"]}
    torch.save({"net": net, "layers": saved[0][0]["layers"], "spent": 0.0, "epoch": 0}, data.WORK / f"{out}.pt")


if __name__ == "__main__":
    main(*sys.argv[1:])
