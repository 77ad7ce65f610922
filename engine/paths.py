"""Where set-up keeps what it makes, for those who use it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""

VENV = ROOT / ".venv"
"""The virtual environment of the checkout."""

PULUMI = VENV / "pulumi"
"""What set-up puts on PATH for a machine that has no Pulumi of its own; otherwise not there."""


def pulumi_directory() -> Path | None:
    """Returns the directory to put first on PATH, or None where the machine's own Pulumi serves."""
    return PULUMI if PULUMI.is_dir() else None
