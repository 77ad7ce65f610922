"""Which refusals of the local Azure a run of the tests provoked, in all of its processes."""

from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator.arm.refusals.template import ErrorTemplate, Refusal
from tests.configurations import ROOT

_PROVOKED = pytest.StashKey[set[str]]()
_MISSING = pytest.StashKey[list[str]]()
_WHOLE = {ROOT / "tests", ROOT / "tests" / "simulator"}


def pytest_sessionstart(session: pytest.Session) -> None:
    """Note each entry of the catalogue that is called from now on."""
    from tests.simulator.arm.test_refusals import CATALOGUE  # noqa: PLC0415 - asserts are rewritten

    names = {entry: name for name, entry in CATALOGUE.items()}
    provoked = session.config.stash[_PROVOKED] = set()
    call = ErrorTemplate.__call__

    def noting(kind: ErrorTemplate, **values: object) -> Refusal:
        provoked.add(names.get(kind, ""))
        return call(kind, **values)

    # It is what is watched, and mypy lets no method be replaced.
    ErrorTemplate.__call__ = noting  # type: ignore[method-assign, assignment]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in what another process provoked."""
    provoked: set[str] = node.config.stash[_PROVOKED]
    provoked.update(getattr(node, "workeroutput", {}).get("provoked", ()))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a whole, successful run of the simulator's tests that left an entry out."""
    config = session.config
    provoked = config.stash[_PROVOKED]
    if (output := getattr(config, "workeroutput", None)) is not None:
        output["provoked"] = sorted(provoked)
        return
    option = config.option
    chosen = option.keyword or option.markexpr or option.deselect or option.collectonly
    if exitstatus or chosen or not _WHOLE & {Path(each).resolve() for each in config.args}:
        return
    from tests.simulator.arm.test_refusals import CATALOGUE  # noqa: PLC0415 - as above

    if missing := sorted(CATALOGUE.keys() - provoked):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        config.stash[_MISSING] = missing


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name the entries that no test provoked."""
    if missing := config.stash.get(_MISSING, []):
        terminalreporter.write_line(f"no test provokes: {', '.join(missing)}", red=True)
