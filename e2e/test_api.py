"""The API from outside: Schemathesis sends what the description allows, and what it does not."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from harness.pages import FIRST, Site

SETTINGS = """
language = "nl"
[detection]
profile = "fast"
[tools.standin]
url = "UPSTREAM/v1"
trust = "contracted"
models = ["gpt-5"]
"""
CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture(scope="module")
def site(_standin, tmp_path_factory):
    """An organisation that is set up, by forms without a browser."""
    site = Site(tmp_path_factory.mktemp("api"), SETTINGS.replace("UPSTREAM", _standin.url))
    site.set_up_by_forms(["standin"])
    site.secret = site.node.key("api", person=FIRST["email"])
    yield site
    assert site.node.stop() == 0


def test_the_api_keeps_to_its_description(site, tmp_path):
    """No server errors, no answers that are not described, and nothing is taken that is described as wrong."""
    program = Path(sys.executable).with_name("schemathesis")
    command = [
        program, "--config-file", CONFIG, "run", f"{site.url}/api/v1/openapi.json",
        "--header", f"Authorization: Bearer {site.secret}", "--checks", "all",
        "--phases", "examples,coverage,fuzzing", "--generation-deterministic", "--max-examples", "15",
        "--no-color",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, cwd=tmp_path,
                          env={**os.environ, "COLUMNS": "150"})
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]


def test_a_key_opens_the_api_and_a_wrong_address_is_a_problem(site):
    """What comes with a key goes to the API, not to the gateway, and the other way round."""
    headers = {"authorization": f"Bearer {site.secret}"}
    me = httpx.get(f"{site.url}/api/v1/me", headers=headers)
    assert (me.status_code, me.json()["email"]) == (200, FIRST["email"])
    wrong = httpx.get(f"{site.url}/api/v2/me", headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (404, "not_found")
    models = httpx.get(f"{site.url}/v1/models", headers=headers)
    assert (models.status_code, models.json()["object"]) == (200, "list")
