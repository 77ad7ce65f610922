"""Ignored rules: which warnings a stack file may ignore, and which it does."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.catalogue import AZURE_RULES
from sparehub.topology.rules.findings import Finding
from sparehub.topology.rules.rule import RuleFault, rule


@dataclass(frozen=True, order=True)
class Suppressed:
    """An ignored warning and the reason in the stack file."""

    finding: Finding
    reason: str


def _severities(identity: str) -> set[str]:
    return {row.severity for row in AZURE_RULES if row.id == identity}


@rule("CONFIG", why="An ignored rule that does not exist is a spelling error.")
def ignored_rules_exist(stack: Stack) -> Iterator[RuleFault]:
    """By id, as reports show it."""
    for identity in stack.config.ignored_rules:
        if not _severities(identity):
            known = sorted({row.id for row in AZURE_RULES})
            near = difflib.get_close_matches(identity.upper(), known, n=1, cutoff=0.0)
            message = f"there is no such rule; did you mean {near[0]}?"
            yield RuleFault(f"ignoredRules.{identity}", message)


@rule("CONFIG", why="Azure refuses an error even where a stack file ignores it.")
def ignored_rules_are_warnings(stack: Stack) -> Iterator[RuleFault]:
    """A rule that both refuses and warns may be named: its warnings are ignored."""
    for identity in stack.config.ignored_rules:
        if _severities(identity) == {"error"}:
            message = "an error cannot be ignored, only a warning: correct its cause"
            yield RuleFault(f"ignoredRules.{identity}", message)


@rule("CONFIG", why="Readers of a report need the reason.")
def ignored_rules_have_a_reason(stack: Stack) -> Iterator[RuleFault]:
    """More than blanks."""
    for identity, reason in stack.config.ignored_rules.items():
        if not reason.strip():
            yield RuleFault(f"ignoredRules.{identity}", "give the reason why it may be ignored")


SUPPRESSIONS = (ignored_rules_exist, ignored_rules_are_warnings, ignored_rules_have_a_reason)


def without_suppressed(
    findings: Iterable[Finding], stacks: Iterable[Stack]
) -> tuple[list[Finding], list[Suppressed]]:
    """Separate the findings that the file of their stack ignores; both parts are sorted."""
    reasons = {
        (stack.name, identity): reason
        for stack in stacks
        for identity, reason in stack.config.ignored_rules.items()
    }
    kept, ignored = [], []
    for finding in findings:
        reason = reasons.get((finding.stack, finding.rule))
        if reason is not None and finding.severity == "warning":
            ignored.append(Suppressed(finding, reason))
        else:
            kept.append(finding)
    return sorted(kept), sorted(ignored)
