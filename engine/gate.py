"""What a change has to pass: format, style, types and tests. ``make test`` runs it."""

import os
import subprocess
import sys
from time import monotonic

from engine.paths import ROOT, VENV, cache_directory

PARALLEL = ["--numprocesses", "auto", "--dist", "loadscope"]
UNITS = ["tests/topology", "tests/components", "tests/oracle"]
"""Tests of the pure packages, whose branches are measured."""
FLOOR = 97
"""How many percent of the branches and lines of ``sparehub/topology`` they take at least."""
CHECKS = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "style": ["ruff", "check", "--quiet", "."],
    "types": ["mypy"],
    "unit tests": ["pytest", *PARALLEL, *UNITS, "--cov", "--cov-report="],
    "coverage": [
        *("coverage", "report", "--skip-covered", "--include", "sparehub/topology/*"),
        *("--fail-under", str(FLOOR)),
    ],
    "other tests": ["pytest", *PARALLEL, *(f"--ignore={path}" for path in UNITS)],
}


def main() -> int:
    """Runs every check, also after one has failed; returns the exit code."""
    # All checkouts share what mypy knows of the SDK: reading that takes more than a minute.
    environment = os.environ | {"MYPY_CACHE_DIR": str(cache_directory() / "mypy")}
    failed = []
    for name, (module, *arguments) in CHECKS.items():
        print(f"{name}: {' '.join([module, *arguments])}", flush=True)
        started = monotonic()
        command = [str(VENV / "bin" / "python"), "-m", module, *arguments]
        ran = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        print(
            f"{name}: {'failed' if ran.returncode else 'passed'} in {monotonic() - started:.1f} s"
        )
        if ran.returncode:
            failed.append(name)
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
