"""The catalogue of refusals is closed, and each entry says where it comes from."""

import re
from pathlib import Path

import pytest

from sparehub.simulator.arm.refusals import access, common, compute_and_lb, express_route, network
from sparehub.simulator.arm.refusals.template import OURS, ErrorTemplate, Refusal

CATALOGUE = {
    name: entry
    for module in (
        common,
        access,
        compute_and_lb,
        express_route,
        network,
    )
    for name, entry in vars(module).items()
    if isinstance(entry, ErrorTemplate)
}
SOURCES = Path(common.__file__).parents[1]


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_entry_has_a_rule_a_source_and_a_marked_code(name: str) -> None:
    """A code that no source quotes begins with ``Simulator``; others do not."""
    entry = CATALOGUE[name]

    assert re.fullmatch(r"ARM.*|names.*|in use|((VN|PE|ER|GWY|RT)-\d\d(, )?)+", entry.rules)
    assert entry.source == OURS or re.search("https://|seen|public|code", entry.source)
    unquoted = entry.source == OURS or entry.source.startswith("wording, without its code")
    assert entry.code.startswith("Simulator") is unquoted
    assert entry.status in (200, 400, 403, 404, 405, 409, 412, 413, 429, 500, 502, 503, 504)


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_entry_is_raised(name: str) -> None:
    """The core raises it; a whole run checks that a test provokes it."""
    code = "".join(path.read_text() for path in SOURCES.rglob("*.py"))

    assert re.search(rf"\b\w+\.{name}\b", code)


def test_no_two_entries_are_the_same() -> None:
    """Each is told from every other one when it is provoked."""
    assert len(set(CATALOGUE.values())) == len(CATALOGUE)


def test_nothing_else_is_refused() -> None:
    """No other module makes a refusal of its own."""
    makers = [
        path.name
        for path in sorted(SOURCES.rglob("*.py"))
        if re.search(r"\bRefusal\(", path.read_text())
    ]

    assert makers == ["template.py"]
    assert issubclass(Refusal, Exception)
