"""Which refusals of the local Azure a run of the tests provoked, in all of its processes.

A successful run of all tests, or of all of ``tests/simulator``, fails if it left one out.
"""

import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator.arm.refusals.template import ErrorTemplate, Refusal
from tests.configurations import ROOT
from tests.simulator.arm.refusal_catalogue import CATALOGUE, ENTRIES

_PROVOKED = pytest.StashKey[set[str]]()
_MISSING = pytest.StashKey[list[str]]()
_WHOLE_RUNS = {ROOT / "tests", ROOT / "tests" / "simulator"}


def provoked(config: pytest.Config) -> frozenset[str]:
    """Return the names of the entries that this process has provoked so far."""
    noted: set[str] = config.stash[_PROVOKED]
    return frozenset(noted)


def unprovoked(names: Collection[str]) -> list[str]:
    """Return the entries of the catalogue that are not among ``names``."""
    return sorted(CATALOGUE.keys() - names)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Note each entry of the catalogue that the product calls from now on; tests do not count."""
    names = {id(entry): name for name, entry in ENTRIES}
    noted = session.config.stash[_PROVOKED] = set()
    call = ErrorTemplate.__call__

    def noting(entry: ErrorTemplate, **values: object) -> Refusal:
        caller = sys._getframe(1).f_globals["__name__"]  # noqa: SLF001  inspect reads files
        if id(entry) in names and caller.startswith("sparehub."):
            noted.add(names[id(entry)])
        return call(entry, **values)

    # The method itself is watched; mypy allows no method to be replaced.
    ErrorTemplate.__call__ = noting  # type: ignore[method-assign, assignment]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add what another process provoked."""
    node.config.stash[_PROVOKED].update(getattr(node, "workeroutput", {}).get("provoked", ()))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a whole, successful run of the simulator's tests that left an entry out."""
    config = session.config
    noted = config.stash[_PROVOKED]
    if (output := getattr(config, "workeroutput", None)) is not None:
        output["provoked"] = sorted(noted)
        return
    option = config.option
    chosen = option.keyword or option.markexpr or option.deselect or option.collectonly
    if exitstatus or chosen or not _WHOLE_RUNS & {Path(path).resolve() for path in config.args}:
        return
    if missing := unprovoked(noted):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        config.stash[_MISSING] = missing


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name the entries that no test provoked."""
    if missing := config.stash.get(_MISSING, []):
        terminalreporter.write_line(f"no test provokes: {', '.join(missing)}", red=True)
