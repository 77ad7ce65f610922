"""Where set-up keeps what it makes, for those who use it."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""

VENV = ROOT / ".venv"
"""The virtual environment of the checkout."""

PULUMI = VENV / "pulumi"
"""The Pulumi of set-up. Only there where the machine has none of its own."""


def pulumi_directory() -> Path | None:
    """Returns the directory to put first on PATH, or None where the machine's own Pulumi serves."""
    return PULUMI if PULUMI.is_dir() else None


def cache_directory() -> Path:
    """Returns the directory of what all checkouts of this user share."""
    named = os.environ.get("XDG_CACHE_HOME")
    return (Path(named) if named else Path.home() / ".cache") / "sparehub"
