"""Where the recordings are: beside the checkout, or where ``SPAREHUB_RECORDINGS`` says."""

import os
from pathlib import Path

import pytest

from tests.configurations import ROOT

_BESIDE = ROOT.parent / "shared" / "recordings"
DIRECTORY = Path(os.environ.get("SPAREHUB_RECORDINGS", _BESIDE))
SITE_RECOVERY = DIRECTORY.with_name("recordings-site-recovery")
"""Recordings of Site Recovery and Automation; their score is one of its own."""
SETS = {
    "networks": sorted(DIRECTORY.glob("*.json")),
    "Site Recovery": sorted(SITE_RECOVERY.glob("*.json")),
}
FILES = [file for files in SETS.values() for file in files]
ABSENT = (
    f"replay: no recordings in {DIRECTORY}, so the local Azure was not compared with Azure; "
    "SPAREHUB_RECORDINGS names another directory"
)


def needed(record_property: object = None) -> None:
    """Skip a test that cannot do without the recordings."""
    if not FILES:
        if callable(record_property):
            record_property("summary", ABSENT)
        pytest.skip(ABSENT)
