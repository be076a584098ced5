"""A certified OpenID provider (npm's oidc-provider) as its own process."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.node import ROOT

FOLDER = ROOT / "e2e" / "oidc"


def installed():
    """The folder with the provider and all it needs, made once for each lock file."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: the OpenID provider of these tests needs them")
    lock = (FOLDER / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "sluis" / f"oidc-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(FOLDER / name, folder)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True, timeout=120,
                       capture_output=True)
        (folder / "complete").touch()
    shutil.copy(FOLDER / "provider.js", folder)
    return folder


class Provider:
    """Runs until it is closed. `back` is where browsers go back to."""

    def __init__(self, port, back, secret, alg="RS256"):
        said = json.dumps({"port": port, "back": back, "secret": secret, "alg": alg})
        self.process = subprocess.Popen(
            ["node", "provider.js", said], cwd=installed(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        assert self.process.stdout.readline().strip() == "ready", "the provider did not start"

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
