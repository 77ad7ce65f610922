"""Holds a stack to the rules before its first resource, and says what they warn of."""

from collections.abc import Iterable

from components import saying
from topology.errors import ConfigurationError, Problem
from topology.findings import Finding
from topology.pair import Stack, in_order
from topology.reading import Resources
from topology.recorded import recorded_stack
from topology.rules.checks import check_pair, check_region
from topology.rules.ignored import without_ignored
from topology.rules.standing import check_standing


def hold_to_rules(stack: Stack, recorded: Resources, paired: Resources) -> None:
    """Refuse what a rule refuses of a region, or of it beside its pair; warn of the rest at once.

    ``recorded`` and ``paired`` are what this stack and its pair recorded. What is wrong with the
    other stack is its own to mend, and whoever gives a reason to override the interlock holds that
    region for lost: both are warned of, not refused.

    :raises ConfigurationError: with every error.
    """
    ours = [*check_region(stack), *check_standing(stack, recorded)]
    theirs: list[Finding] = []
    for finding in _beside(stack, paired):
        mine = finding.stack == stack.name
        if finding.severity == "error" and (not mine or stack.config.override_interlock):
            theirs.append(finding)
        elif mine:
            ours.append(finding)
    findings, ignored = without_ignored(ours, [stack])
    if errors := [_problem(each) for each in findings if each.severity == "error"]:
        raise ConfigurationError(errors, stack.name)
    lines = [
        *(f"{_problem(each)}" for each in findings),
        *(f"{each.stack}: {_problem(each)}" for each in theirs),
    ]
    said = [f"ignored: {_problem(each.finding)}: {each.reason}" for each in ignored]
    if lines:
        saying.warn(_block("the rules warn", [*lines, *said]))
    elif said:
        saying.info(_block("the rules would warn", said))


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
