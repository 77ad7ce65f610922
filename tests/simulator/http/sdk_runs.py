"""Runs of Microsoft's clients: a driver in a process of its own, with chosen versions of them."""

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.http.http_front import serving


def drive(driver: str, directory: Path, *arguments: str, first: Path | None = None) -> Any:
    """Return what a driver reports, with a directory first on its path if one is given."""
    path = os.pathsep.join([*([str(first)] if first else []), *sys.path])
    module = f"tests.simulator.http.{driver}"
    with serving(directory) as front:
        ran = subprocess.run(
            [sys.executable, "-m", module, front.address, str(directory), *arguments],
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def installed(name: str) -> Path:
    """Return the directory with the clients of ``{name}/requirements.lock``, installed once."""
    lock = Path(__file__).with_name(name) / "requirements.lock"
    directory = Path(sys.prefix) / f"sdk-{name}"
    stamp = directory / ".lock"
    digest = sha256(lock.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        options = ["--quiet", "--no-input", "--no-deps", "--require-hashes", "--upgrade"]
        options += ["--target", str(directory), "--requirement", str(lock)]
        ran = subprocess.run(
            [sys.executable, "-m", "pip", "install", *options],
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            pytest.skip(f"no package index can be reached: {ran.stderr.strip()[-200:]}")
        stamp.write_text(digest)
    return directory
