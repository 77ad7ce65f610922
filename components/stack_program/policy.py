"""Holds a stack to the rules before its first resource, and says what they warn of."""

from collections.abc import Iterable

from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.pair import Stack, in_order
from sparehub.topology.rules.checks import check_pair, check_region
from sparehub.topology.rules.deployed_rules import check_deployed
from sparehub.topology.rules.findings import Finding
from sparehub.topology.rules.stack_outputs import recorded_stack
from sparehub.topology.rules.suppressions import without_suppressed
from sparehub.topology.state.resources import Resources

from . import messages


def enforce(stack: Stack, recorded: Resources, paired: Resources) -> None:
    """Refuse what a rule refuses of a region, or of it beside its pair; warn of the rest at once.

    ``recorded`` and ``paired`` are what this stack and its pair recorded. What is wrong with the
    other stack is its own to mend, and whoever gives a reason to override the interlock holds that
    region for lost: both are warned of, not refused.

    Raises:
        ConfigurationError: with every error.
    """
    ours = [*check_region(stack), *check_deployed(stack, recorded)]
    theirs: list[Finding] = []
    for finding in _beside(stack, paired):
        mine = finding.stack == stack.name
        if finding.severity == "error" and (not mine or stack.config.override_interlock):
            theirs.append(finding)
        elif mine:
            ours.append(finding)
    findings, ignored = without_suppressed(ours, [stack])
    if errors := [_problem(finding) for finding in findings if finding.severity == "error"]:
        raise ConfigurationError(errors, stack.name)
    lines = [
        *(str(_problem(finding)) for finding in findings),
        *(f"{finding.stack}: {_problem(finding)}" for finding in theirs),
    ]
    said = [f"ignored: {_problem(warning.finding)}: {warning.reason}" for warning in ignored]
    if lines:
        messages.warn(_block("the rules warn", [*lines, *said]))
    elif said:
        messages.info(_block("the rules would warn", said))


def _beside(stack: Stack, paired: Resources) -> list[Finding]:
    """Return what speaks against a stack and its pair beside each other, where that can be read."""
    name = stack.config.paired_stack
    try:
        other = recorded_stack(name, paired, paired_stack=stack.name)
    except ConfigurationError as error:
        message = f"the outputs of {name!r} cannot be read, so the rules of a pair were not asked"
        problem = Problem("pairedStack", f"{message}: {error.problems[0]}")
        return [Finding.of(problem, stack.name, "warning")]
    return list(check_pair(*in_order([stack, other]))) if other else []


def _problem(finding: Finding) -> Problem:
    return Problem(finding.path, finding.message, finding.rule)


def _block(heading: str, lines: Iterable[str]) -> str:
    return "\n".join([f"{heading} (`sparehub check` has the sources):", *(f"  {x}" for x in lines)])
