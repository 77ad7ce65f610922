"""Sets a checkout up: what it needs, the command ``sparehub``, and Pulumi. ``make setup`` runs it.

Only the standard library is used: it runs before anything is installed. What is already there is
left alone, so that it can stand before every other command.
"""

import platform
import subprocess
import sys
import venv
from hashlib import sha256
from time import monotonic

from engine import acquire
from engine.files import locked, remove
from engine.paths import PULUMI, ROOT, VENV, cache_directory
from engine.report import SetupError, reason, say, step

PYTHON = VENV / "bin" / "python"


def main() -> int:
    """Takes every step that is still to be taken; returns the exit code."""
    started = monotonic()
    try:
        with locked(ROOT):
            steps = [set_up_environment(), set_up_packages(), set_up_command(), set_up_pulumi()]
    except SetupError as error:
        sys.stderr.write(f"set-up: {error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"set-up: {error.filename}: {error.strerror}; see to that and try again\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("set-up: stopped; run it again to go on\n")
        return 130
    say(f"{'done' if any(steps) else 'nothing to do'} ({monotonic() - started:.1f} s)")
    return 0


def set_up_environment() -> bool:
    """Makes the virtual environment; returns whether that was to be done, as all steps do."""
    if PYTHON.exists() and PYTHON.with_name("pip").exists():  # pip comes last
        return False
    try:
        with step(f"virtual environment {VENV.name} with Python {platform.python_version()}"):
            venv.create(VENV, clear=True, symlinks=True, with_pip=True)
    except subprocess.CalledProcessError as error:  # ensurepip, which some systems package apart
        raise SetupError(
            f"{sys.executable} cannot make a virtual environment with pip: install what it needs "
            "for that (Debian, Ubuntu: apt install python3-venv) and try again"
        ) from error
    return True


def set_up_packages() -> bool:
    """Installs what requirements.lock pins, with its hashes."""
    lock = ROOT / "requirements.lock"
    stamp = Stamp("packages", lock.read_bytes())
    if stamp.is_set():
        return False
    with step("packages of requirements.lock"):
        pip("--require-hashes", "--requirement", str(lock))
    stamp.set()
    return True


def set_up_command() -> bool:
    """Installs this project in place, without the network: setuptools is among the packages."""
    stamp = Stamp("command", (ROOT / "pyproject.toml").read_bytes() + bytes(ROOT))
    if stamp.is_set():
        return False
    with step("the command sparehub"):
        pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    stamp.set()
    return True


def set_up_pulumi() -> bool:
    """Finds or makes Pulumi, in the order of :mod:`engine.acquire`."""
    if cli := acquire.own():
        say(f"Pulumi is the machine's own, {cli}")
        was_made = PULUMI.exists()
        remove(PULUMI)
        return was_made
    version = acquire.pinned_version((ROOT / "engine" / "go.mod").read_text())
    cache = cache_directory() / "pulumi" / version
    if acquire.recorded(cache, version):
        return False
    cache.mkdir(parents=True, exist_ok=True)
    with locked(cache):
        acquire.obtain(cache, version)
    with step(f"Pulumi {version} in {PULUMI.relative_to(ROOT)}"):
        acquire.record(cache, version)
    return True


class Stamp:
    """Remembers in the virtual environment for what contents a step was taken."""

    def __init__(self, name: str, contents: bytes) -> None:
        self._file = VENV / f".{name}"
        self._digest = sha256(contents).hexdigest()

    def is_set(self) -> bool:
        """Says whether the step was taken for these contents."""
        return self._file.exists() and self._file.read_text() == self._digest

    def set(self) -> None:
        """Says that it was."""
        self._file.write_text(self._digest)


def pip(*arguments: str) -> None:
    """Installs into the virtual environment. What is never imported is never compiled."""
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    command = [str(PYTHON), "-m", "pip", "install", *options, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SetupError(
            f"pip: {reason(ran.stderr)}; see that a package index can be reached and try again"
        )


if __name__ == "__main__":
    sys.exit(main())
