"""The catalogue of refusals is closed, and each entry has a source and a test that provokes it."""

import re
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

from sparehub.simulator.arm.http_messages import Request
from sparehub.simulator.arm.refusals import common
from sparehub.simulator.arm.refusals.template import UNQUOTED, ErrorTemplate, Refusal
from tests.provoked_refusals import provoked, unprovoked
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import GROUP
from tests.simulator.arm.refusal_catalogue import CATALOGUE, ENTRIES, entry_of

SOURCES = Path(common.__file__).parents[1]


def example(entry: ErrorTemplate) -> Refusal:
    """Return a refusal with a value in each field of its texts."""
    texts = [entry.message, *(text for _, text in entry.details)]
    fields = {field for text in texts for _, field, _, _ in Formatter().parse(text) if field}
    return entry(**{field: f"the {field}" for field in fields})


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_refusal_has_a_rule_a_source_and_a_marked_code(name: str) -> None:
    """A code that no source quotes begins with ``Simulator``; others do not."""
    entry = CATALOGUE[name]

    assert re.fullmatch(r"ARM.*|names.*|in use|((VN|PE|ER|GWY|RT|SR|DNS)-\d\d(, )?)+", entry.rules)
    assert entry.source == UNQUOTED or re.search("https://|seen|public|code", entry.source)
    unquoted = entry.source == UNQUOTED or entry.source.startswith("wording, without its code")
    assert entry.code.startswith("Simulator") is unquoted
    assert entry.status in (200, 400, 403, 404, 405, 409, 412, 413, 429, 500, 502, 503, 504)


def test_names_of_refusals_are_unique() -> None:
    """A test names the entry it expects: no two modules of the catalogue use one name."""
    names = Counter(name for name, _ in ENTRIES)

    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_refusal_is_recognized_by_its_answer(name: str) -> None:
    """Status, code, message and details identify one entry, also where entries share a code."""
    refusal = example(CATALOGUE[name])

    assert entry_of(refusal.status, refusal.error) == name


def test_the_run_lists_refusals_that_no_test_provoked() -> None:
    """A run of all tests fails on them: ``tests/provoked_refusals.py``."""
    some = set(list(CATALOGUE)[2:])

    assert unprovoked(some) == sorted(list(CATALOGUE)[:2])
    assert unprovoked({*CATALOGUE, ""}) == []


def test_a_refusal_counts_as_provoked_if_the_simulator_makes_it(
    arm: Arm, request: pytest.FixtureRequest
) -> None:
    """One that a test makes for itself does not."""
    before = provoked(request.config)
    for entry in CATALOGUE.values():
        example(entry)
    assert provoked(request.config) == before

    arm.azure.handle(Request(method="GET", path=GROUP))

    assert provoked(request.config) == before | {"API_VERSION_MISSING"}


def test_every_refusal_is_in_the_catalogue() -> None:
    """No other module makes a refusal or an entry of its own."""
    makers = {
        path.name
        for path in SOURCES.rglob("*.py")
        if re.search(r"\b(Refusal|ErrorTemplate)\(", path.read_text())
    }

    modules = {f"{module}.py" for module in ("access", "common", "compute_and_lb", "private_dns")}
    services = {"express_route.py", "network.py", "replicated_machines.py", "site_recovery.py"}
    assert makers == modules | services | {"template.py"}
    assert issubclass(Refusal, Exception)
    assert all(isinstance(entry, ErrorTemplate) for entry in CATALOGUE.values())
