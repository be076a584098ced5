"""The mean of the weights of runs that began from one another: average.py OUT RUN RUN ...  Steadier than either on texts of other hands."""
import sys

import torch

import data


def main(out, *runs):
    saved = [torch.load(data.WORK / f"{r}.pt") for r in runs]
    net = {k: sum(s["net"][k] for s in saved) / len(saved) for k in saved[0]["net"]}
    torch.save({"net": net, "layers": saved[0]["layers"], "spent": 0.0, "epoch": 0}, data.WORK / f"{out}.pt")


if __name__ == "__main__":
    main(*sys.argv[1:])
