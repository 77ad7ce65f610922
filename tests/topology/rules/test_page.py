"""``docs/rules.md`` says what the code does."""

import re

from sparehub.topology.azure.sources import SOURCES
from sparehub.topology.rules.checks import CATALOGUE
from sparehub.topology.rules.out_of_scope import OUT_OF_SCOPE
from sparehub.topology.rules.page import page
from tests.configurations import ROOT


def test_the_page_is_up_to_date() -> None:
    """Write it anew with `python -m engine.rules_page`."""
    assert (ROOT / "docs" / "rules.md").read_text() == page(), "python -m engine.rules_page"


def test_every_source_belongs_to_a_rule() -> None:
    """One table of sources, and no row of it left over."""
    assert {row.id for row in CATALOGUE} == set(SOURCES)


def test_every_rule_says_why_in_one_sentence() -> None:
    """And has a title of its own."""
    assert [
        row.why for row in CATALOGUE if not re.fullmatch(r"[A-Z0-9][^.]*(\.\d[^.]*)*\.", row.why)
    ] == []
    assert len({row.title for row in CATALOGUE}) == len(CATALOGUE)


def test_what_is_not_checked_says_so_of_nothing_that_is() -> None:
    """But for what of a rule cannot be known."""
    assert {each.id for each in OUT_OF_SCOPE} & {row.id for row in CATALOGUE} == {"SR-19"}
