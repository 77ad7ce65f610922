"""pytest fixtures: name this module in ``pytest_plugins`` of a ``conftest.py``."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sparehub.files.home import Home

if TYPE_CHECKING:
    from sparehub.testing.mocks import AzureMocks


@pytest.fixture
def azure_mocks() -> "AzureMocks":
    """Set mocks that answer as Azure, for a program that the test runs itself."""
    import pulumi  # noqa: PLC0415 - the extra `pulumi`, which a local Azure does not need

    from sparehub.testing.mocks import AzureMocks  # noqa: PLC0415

    mocks = AzureMocks()
    pulumi.runtime.set_mocks(mocks)
    return mocks


@pytest.fixture
def local_azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return a local Azure of the test's own; ``pulumi`` and ``sparehub`` use it.

    Its store, the state of the stacks and the journal are in the test's temporary directory.
    """
    home = Home(tmp_path / "sparehub-home")
    home.prepare()
    for name, value in home.variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", home.search_path(os.environ.get("PATH", os.defpath)))
    return home
