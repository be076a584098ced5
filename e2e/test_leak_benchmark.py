"""An outside judge: `pii-leak-benchmark`, both profiles, with the strictest settings that people can choose.

More seeds: `SLUIS_LEAK_SEEDS=8` runs that many of each profile.
"""

import json
import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

from conftest import MASK, free_port
from harness.node import Node

SCRIPTS = Path(sysconfig.get_path("scripts"))
SEEDS = int(os.environ.get("SLUIS_LEAK_SEEDS", "2"))


@pytest.fixture
def judged(tmp_path):
    """A node in front of the benchmark's own provider, and the port that this listens on."""
    port = free_port()
    node = Node(tmp_path / "node", f'{MASK}\n[tools.judge]\nurl = "http://127.0.0.1:{port}/v1"\ntrust = "contracted"\n')
    key = node.key()
    yield node.start(), port, {**os.environ, "CONFORMANCE_TARGET_API_KEY": key}
    assert node.stop() == 0


def run(program, *args, env):
    return subprocess.run([SCRIPTS / program, *map(str, args)], env=env, capture_output=True, text=True, timeout=160)


@pytest.mark.parametrize("seed", [f"sluis-{number}" for number in range(SEEDS)])
def test_first_profile_is_clean(judged, tmp_path, seed):
    node, port, env = judged
    done = run(
        "pii-leak-benchmark", "ci", "--target-base-url", f"{node.url}/v1", "--target-model", "conformance-model",
        "--capture-port", port, "--duty", "restore", "--seed", seed, "--out", tmp_path / "report", env=env,
    )
    assert done.returncode == 0 and "CLEAN" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("seed", [f"a1b2c3d4e5f6{number:04x}" for number in range(1, SEEDS + 1)])
def test_second_profile_passes_both_halves_at_every_split(judged, tmp_path, seed):
    """Its own tokens come back, and what the model made up does not, wherever the stream is cut."""
    node, port, env = judged
    out = tmp_path / "report"
    done = run(
        "pii-leak-benchmark-v2", "--validate", "--out", out, "--only", "my-gateway", "--model", "test",
        "--gateway-url", f"{node.url}/v1/chat/completions", "--upstream-port", port, "--seed", seed,
        "--exhaustive-splits", "--partial-emission", "--json-out", out / "summary.json", env=env,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    reports = json.loads((out / "summary.json").read_text())
    [row] = reports["rows"] if "rows" in reports else reports["policies"]
    assert row["outcome"] == "pass", json.dumps(row, indent=1)
    [partial] = out.glob("*.partial-emission.json")
    assert json.loads(partial.read_text())["passed"] is True
