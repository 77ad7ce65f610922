"""Where set-up keeps what it makes, for those who use it."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""

VENV = ROOT / ".venv"
"""The virtual environment of the checkout."""

PULUMI = VENV / "pulumi"
"""The Pulumi of set-up, where `sparehub.files.home` finds it. Absent if the machine has its own."""


def cache_directory() -> Path:
    """Returns the directory of what all checkouts of this user share."""
    named = os.environ.get("XDG_CACHE_HOME")
    return (Path(named) if named else Path.home() / ".cache") / "sparehub"
