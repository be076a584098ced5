"""A Sluis node as its own process, with its settings file, its data folder and what it printed."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def binary():
    """The program under test."""
    if named := os.environ.get("SLUIS_BIN"):
        return named
    for build in ("release", "debug"):
        path = ROOT / "target" / build / "sluis"
        if path.exists():
            return str(path)
    raise RuntimeError("there is no sluis to test: build it with cargo, or set SLUIS_BIN")


class Node:
    """`settings` is the text of the settings file, without `listen` and `data`."""

    def __init__(self, folder, settings, data=None, listen="127.0.0.1:0"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = Path(data or self.folder / "data")
        self.config = self.folder / "sluis.toml"
        self.config.write_text(f'listen = "{listen}"\ndata = "{self.data}"\n{settings}')
        self.process = None
        self.url = None
        self._exports = 0
        self._keys = {}

    @property
    def printed(self):
        """All output of all runs: standard output and standard error."""
        return [path.read_bytes() for path in sorted(self.folder.glob("serve.*"))]

    def start(self, preexec=None, wait=20, env=None):
        run = len(list(self.folder.glob("serve.*.out")))
        out, err = self.folder / f"serve.{run}.out", self.folder / f"serve.{run}.err"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            self.process = subprocess.Popen(
                [binary(), "--config", self.config, "serve"],
                stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                env={**os.environ, **(env or {})}, preexec_fn=preexec,
            )
        end = time.monotonic() + wait
        while time.monotonic() < end:
            if found := re.search(rb"http://(127\.0\.0\.1|localhost):\d+", out.read_bytes()):
                self.url = found.group().decode()
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"sluis did not start: {err.read_text()}")

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    @property
    def lives(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, patience=15):
        """Ends it in good order and gives its exit code."""
        if self.lives:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode if self.process else None

    def kill(self):
        if self.lives:
            self.process.kill()
        if self.process:
            self.process.wait()

    def cli(self, *args, check=True, **options):
        done = subprocess.run(
            [binary(), "--config", self.config, *map(str, args)],
            capture_output=True, text=True, timeout=60, **options,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"sluis {args[0]}: {done.stdout}{done.stderr}")
        return done

    def key(self, label="test", **limits):
        """The secret of a new key; the same label and limits give the same key again."""
        wanted = (label, *sorted((name, str(value)) for name, value in limits.items()))
        if wanted not in self._keys:
            options = [part for name, value in limits.items() for part in (f"--{name}", str(value))]
            self._keys[wanted] = self.cli("key", "make", label, *options).stdout.strip()
        return self._keys[wanted]

    def revoke(self, label):
        line = next(line for line in self.cli("key", "list").stdout.splitlines() if line.endswith(f" {label}"))
        self.cli("key", "revoke", line.split()[0])

    def export(self):
        """Exports the ledger, has it verified, and gives the file."""
        self._exports += 1
        path = self.folder / f"ledger.{self._exports}"
        self.cli("export", path)
        done = subprocess.run([binary(), "verify", path], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and done.stdout.startswith("Sound"), done.stdout + done.stderr
        return path

    def ledger(self):
        """The entries of a verified export."""
        lines = [json.loads(line) for line in self.export().read_text().splitlines()]
        return [line["entry"] for line in lines if "entry" in line]

    def entries(self, request):
        """What the evidence says about one request: `{event: entry}`."""
        return {entry["event"]: entry for entry in self.ledger() if entry.get("request") == request}
