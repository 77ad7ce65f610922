"""Every rule rejects one example and accepts another."""

from typing import Any

import pytest

from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.build import build
from sparehub.topology.rules.checks import CATALOGUE
from sparehub.topology.rules.rule import Rule
from sparehub.topology.rules.stack_file.field_rules import FIELD_RULES
from sparehub.topology.rules.stack_file.intents import INTENTS
from sparehub.topology.rules.stack_file.parse import parse_stack
from tests.configurations import shipped
from tests.topology.rules import (
    agent_examples,
    circuit_examples,
    dns_examples,
    file_examples,
    pair_examples,
    peering_examples,
    recovery_examples,
    region_examples,
    replication_examples,
    route_examples,
)
from tests.topology.rules.rule_inputs import Change, Example, raw

BUILT: tuple[tuple[Rule[Any], Example], ...] = (
    *region_examples.EXAMPLES,
    *circuit_examples.EXAMPLES,
    *route_examples.EXAMPLES,
    *pair_examples.EXAMPLES,
    *replication_examples.EXAMPLES,
    *recovery_examples.EXAMPLES,
    *agent_examples.EXAMPLES,
    *dns_examples.EXAMPLES,
    *peering_examples.EXAMPLES,
)
IN_FILE = (*file_examples.EXAMPLES, *peering_examples.IN_FILE)


def named(examples: tuple[tuple[Rule[Any], Example], ...]) -> list[Any]:
    """Return the examples as parameters, named by the rule's id and its function."""
    return [
        pytest.param(rule, example, id=f"{rule.id}-{rule.find.__name__}")
        for rule, example in examples
    ]


def problems_of(change: Change) -> list[Problem]:
    values = shipped("primary")
    change(values["sparehub:region"])
    try:
        build(parse_stack(values))
    except ConfigurationError as error:
        return list(error.problems)
    return []


def test_every_rule_has_a_rejected_and_an_accepted_example() -> None:
    """And no example is of a rule that is not in the catalogue."""
    tested = {rule.title for rule, _ in (*IN_FILE, *BUILT)}

    # Intents have theirs in tests/topology/reachability/test_intents.py.
    tested |= {row.title for row in INTENTS}
    assert tested | set(file_examples.SHAPES) == {row.title for row in CATALOGUE}


@pytest.mark.parametrize(("rule", "example"), named(IN_FILE))
def test_a_file_rule_rejects_and_accepts(rule: Rule[Any], example: Example) -> None:
    """Parsing rejects the example with the rule's id; the accepted example has no fault."""
    (fault,) = rule.find(raw(example.refused))

    assert (fault.path, fault.stack) == (example.path, "")
    assert example.says in fault.message
    assert rule.problem(fault) in problems_of(example.refused)
    assert list(rule.find(raw(example.accepted))) == []


@pytest.mark.parametrize(("rule", "example"), named(BUILT))
def test_a_region_or_pair_rule_rejects_and_accepts(rule: Rule[Any], example: Example) -> None:
    """With path and message; at the limit where the rule has one."""
    fault = next(iter(rule.find(example.refused())))

    assert fault.path == example.path
    assert example.says in fault.message
    assert list(rule.find(example.accepted())) == []


@pytest.mark.parametrize("row", FIELD_RULES, ids=lambda row: f"{row.id}-{row.title}")
def test_a_field_rule_rejects_and_accepts(row: Any) -> None:
    """Parsing rejects the value with the id of the rule."""
    example = file_examples.SHAPES[row.title]
    (problem,) = problems_of(example.refused)

    assert (problem.path, problem.rule) == (example.path, row.id)
    assert example.says in problem.message
    assert problems_of(example.accepted) == []
