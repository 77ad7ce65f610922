"""A pair with two machines on a local Azure, which are then replicated or failed over."""

from pathlib import Path

import pytest

from tests.replicated_pair import ReplicatedPair, replicated_pair


@pytest.fixture
def estate(tmp_path: Path) -> ReplicatedPair:
    """Return the shipped pair, whose two machines are not replicated yet."""
    return replicated_pair(tmp_path)
