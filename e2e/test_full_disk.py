"""A full disk: nothing leaves that cannot be recorded, and with room again all is well."""

import os
import resource
import shutil
import signal
import subprocess
import time

import pytest

from conftest import REPORT, tools
from harness import people
from harness.leaks import leaks
from harness.node import Node
from harness.raw import call

BODIES = [
    ("/v1/chat/completions", {"model": "gpt-x", "messages": [{"role": "user", "content": people.MEETING}]}),
    ("/v1/chat/completions", {"model": "gpt-x", "stream": True, "messages": [{"role": "user", "content": people.MEETING}]}),
    ("/v1/responses", {"model": "gpt-x", "input": people.MEETING}),
    ("/v1/messages", {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": people.MEETING}]}),
]


class Limit:
    """No file of the process may grow."""

    def __init__(self, node):
        self.node = node

    def fill(self):
        largest = max(path.stat().st_size for path in self.node.data.iterdir())
        resource.prlimit(self.node.process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    def free(self):
        resource.prlimit(self.node.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class Disk:
    """The data folder is a file system of its own, and another file takes all of it."""

    def __init__(self, node):
        self.node = node

    def fill(self):
        with (self.node.data / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"\0" * 4096)
            except OSError:
                pass

    def free(self):
        (self.node.data / "filler").unlink()


def mounted(folder):
    """Whether a small file system could be put there: only root may."""
    folder.mkdir()
    if os.geteuid() != 0 or not shutil.which("mount"):
        return False
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True)
    return done.returncode == 0


@pytest.fixture(params=["limit", "disk"])
def full(request, standin, tmp_path):
    data = tmp_path / "data"
    own = request.param == "disk" and mounted(data)
    node = Node(tmp_path / "node", REPORT + tools(standin), data=data)
    node.key()
    # A write beyond the limit is an error like a full disk, instead of a signal that ends the process.
    node.start(preexec=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
    yield node, (Disk if own else Limit)(node)
    node.kill()
    if own:
        subprocess.run(["umount", data], check=True)


def test_nothing_leaves_when_the_evidence_cannot_be_written(full, standin):
    node, room = full
    key = node.key()
    for path, body in BODIES:
        assert call(node, path, body, key).status == 200
    room.fill()
    began = time.monotonic()
    # What fits in the last free page of the database may still go.
    while (said := call(node, *BODIES[0], key)).status != 503:
        assert said.status == 200 and time.monotonic() - began < 30
    arrived = len(standin.seen)
    for _ in range(3):
        for path, body in BODIES:
            said = call(node, path, body, key)
            assert said.status == 503, said.body
            assert said.json["error"]["code"] == "evidence_unavailable"
            assert said.headers["x-should-retry"] == "true"
            assert leaks(said.body, [people.ACCENTED, people.OTHER]) == []
    assert len(standin.seen) == arrived, "it was sent without evidence"
    assert node.lives
    assert call(node, "/health", method="GET").status == 200
    room.free()
    end = time.monotonic() + 15
    while (said := call(node, *BODIES[0], key)).status != 200:
        assert said.status == 503 and time.monotonic() < end, said.body
        time.sleep(0.1)
    for path, body in BODIES:
        assert call(node, path, body, key).status == 200
    sent = [entry for entry in node.ledger() if entry["event"] == "sent"]
    assert len(sent) >= len(standin.seen)
    assert node.stop() == 0
    node.export()


def test_a_node_that_can_record_nothing_is_not_ready(full, standin):
    """So that a load balancer sends people elsewhere."""
    node, room = full
    room.fill()
    while call(node, *BODIES[0], node.key()).status != 503:
        pass
    assert call(node, "/ready", method="GET").status == 503
    room.free()
    end = time.monotonic() + 15
    while call(node, "/ready", method="GET").status != 200:
        assert time.monotonic() < end
        time.sleep(0.1)
