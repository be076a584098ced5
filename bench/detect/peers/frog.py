"""Frog: its recogniser of names, with the tokeniser and tagger that it needs. It runs as a server and is asked text by
text, so that loading does not count."""

import atexit
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Organisations count neither way; products, events and the rest are none of our kinds.
KINDS = {"PER": "person", "LOC": "city"}

work = tempfile.TemporaryDirectory()  # it leaves notes where it runs
try:
    about = subprocess.run(["frog", "--version"], cwd=work.name, capture_output=True, text=True)
except FileNotFoundError:
    sys.exit("there is no frog on this machine (Debian: frog and frogdata)")
version = (about.stdout + about.stderr).split()[1]
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
command = ["frog", "-S", str(port), "--skip=lacmp"]
server = subprocess.Popen(command, cwd=work.name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
atexit.register(server.kill)


def connect():
    for _ in range(600):
        if server.poll() is not None:
            sys.exit("frog does not start: does it have its data (Debian: frogdata)?")
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.2)
    sys.exit("frog does not answer")


client = connect()
answers = client.makefile(encoding="utf-8")


def clock():
    """Seconds of the processor that the server and what it started have taken; it starts one program per connection."""
    started = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    stats = [Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split() for process in (server.pid, *started)]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def find(text):
    client.sendall(text.encode() + b"\nEOT\n")
    found, at = [], 0
    for line in answers:
        if line.strip() == "READY":
            break
        cells = line.rstrip("\n").split("\t")
        # What it was told to skip leaves columns empty; the label is the first that looks like one.
        label = next((cell for cell in cells[4:] if re.fullmatch("O|[BI]-[A-Z]+", cell)), None)
        if not label:
            continue
        # It gives words without their place, some of them changed: those are passed over.
        begin = text.find(cells[1], at, at + 200)
        if begin < 0:
            continue
        at = begin + len(cells[1])
        kind = KINDS.get(label[2:])
        if label[0] == "I" and found and found[-1][2] == kind:
            found[-1][1] = at
        elif label != "O":
            found.append([begin, at, kind])
    else:
        sys.exit("frog stopped in the middle of a text")
    return found
