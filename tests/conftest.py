"""What every test shares: the same examples at each run, and nothing left in the checkout."""

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import settings

from tests.configurations import ROOT

pytest_plugins = ["tests.command_fixtures", "tests.provoked_refusals"]
settings.register_profile("same-twice", derandomize=True, deadline=None, database=None)
settings.load_profile("same-twice")
_BEFORE = pytest.StashKey[set[str]]()
_LEFT = pytest.StashKey[list[str]]()
_CACHES = {"__pycache__", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache"}


def pytest_sessionstart(session: pytest.Session) -> None:
    """Note what lies in the checkout's root before any test."""
    session.config.stash[_BEFORE] = _in_root()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run whose tests left a file in the checkout's root."""
    before = session.config.stash[_BEFORE]
    if left := sorted(_in_root() - before):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        session.config.stash[_LEFT] = left


def _in_root() -> set[str]:
    names = {path.name for path in ROOT.iterdir()} - _CACHES
    return {name for name in names if not name.startswith(".coverage")}


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print what the tests left behind, and how far the local Azure answers as Azure did."""
    if left := terminalreporter.config.stash.get(_LEFT, []):
        terminalreporter.write_line(f"the tests left in the checkout: {', '.join(left)}", red=True)
    for report in (each for found in terminalreporter.stats.values() for each in found):
        if getattr(report, "when", "") != "call":
            continue
        properties = getattr(report, "user_properties", ())
        for line in (value for name, value in properties if name == "summary"):
            terminalreporter.write_line(str(line))
