"""``docs/rules.md`` says what the code does."""

import re

from sparehub.topology.azure.sources import SOURCES
from sparehub.topology.rules.checks import CATALOGUE
from sparehub.topology.rules.out_of_scope import OUT_OF_SCOPE
from sparehub.topology.rules.page import page
from tests.configurations import ROOT


def test_the_page_is_up_to_date() -> None:
    """`python -m engine.rules_page` generates it."""
    assert (ROOT / "docs" / "rules.md").read_text() == page(), "python -m engine.rules_page"


def test_every_source_belongs_to_a_rule() -> None:
    """The table of sources has no row without a rule."""
    assert {row.id for row in CATALOGUE} == set(SOURCES)


def test_every_rule_has_a_reason_of_one_sentence() -> None:
    """And a unique title."""
    assert [
        row.why for row in CATALOGUE if not re.fullmatch(r"[A-Z0-9][^.]*(\.\d[^.]*)*\.", row.why)
    ] == []
    assert len({row.title for row in CATALOGUE}) == len(CATALOGUE)


def test_a_rule_that_is_checked_is_not_listed_as_out_of_scope() -> None:
    """Except a rule that is checked in part."""
    assert {each.id for each in OUT_OF_SCOPE} & {row.id for row in CATALOGUE} == {"SR-19"}
