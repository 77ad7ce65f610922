"""Checks one region, or a pair of regions, by every rule."""

from collections.abc import Iterator, Sequence

from sparehub.topology.model.pair import Stack, in_order
from sparehub.topology.rules.catalogue import AZURE_RULES, PAIR_RULES, REGION_RULES
from sparehub.topology.rules.findings import Finding
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.suppressions import SUPPRESSIONS

CATALOGUE = (*AZURE_RULES, *SUPPRESSIONS)
"""All rules, with those about ignored rules."""
_A_PAIR = 2


def check_region(stack: Stack) -> Iterator[Finding]:
    """Yield the errors and warnings of one region, whose file was parsed and built."""
    for rule in (*REGION_RULES, *SUPPRESSIONS):
        for problem in rule.problems(stack):
            yield Finding.of(problem, stack.name, rule.severity)


def check_pair(primary: Stack, secondary: Stack) -> Iterator[Finding]:
    """Yield the errors and warnings of two regions together."""
    pair = Pair(primary, secondary)
    for rule in PAIR_RULES:
        for fault in rule.find(pair):
            yield Finding.of(rule.problem(fault), fault.stack, rule.severity)


def check_all(stacks: Sequence[Stack]) -> Iterator[Finding]:
    """Yield the findings of each region, and of two regions together."""
    for stack in stacks:
        yield from check_region(stack)
    if len(stacks) == _A_PAIR:
        yield from check_pair(*in_order(stacks))
