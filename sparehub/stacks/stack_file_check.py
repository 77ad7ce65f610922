"""Checks stack files: every finding of the rules and intents, as `sparehub check` reports it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparehub.stacks.stack_file_edit import editing_problems
from sparehub.stacks.stack_files import STACKS, StackText, build_stack, stack_file
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import PairSummary, Stack, in_order, summarize_pair
from sparehub.topology.rules.checks import check_all, check_region
from sparehub.topology.rules.findings import Finding
from sparehub.topology.rules.suppressions import Suppressed, without_suppressed
from sparehub.topology.state.generation import UP_TO_DATE, differing


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """The stacks of some stack files, and the findings about them."""

    stacks: Sequence[Stack]
    findings: Sequence[Finding]
    suppressed: Sequence[Suppressed]
    topology: PairSummary

    def count(self, severity: str) -> int:
        """Return the number of findings of a severity."""
        return sum(finding.severity == severity for finding in self.findings)


def check_stack_files(directory: Path, names: Sequence[str] = ()) -> CheckResult:
    """Read stack files, by default all that exist, and check them by every rule.

    The intents of a pair are checked in every state that they name.
    """
    stacks: list[Stack] = []
    all_findings: list[Finding] = []
    existing = [name for name in STACKS if stack_file(directory, name).exists()]
    for name in dict.fromkeys(names or existing or STACKS):
        try:
            source = StackText.read(directory, name)
            all_findings += [Finding.of(problem, name) for problem in editing_problems(source)]
            stacks.append(build_stack(source))
        except ConfigurationError as error:
            all_findings += [Finding.of(problem, name) for problem in error.problems]
            all_findings += _region_findings(error, name)
    all_findings += check_all(stacks)
    if len(stacks) == len(STACKS):
        all_findings += _untrue_intents(*in_order(stacks))
        all_findings += _differing_generations(stacks)
        all_findings += _misplaced_hooks(*in_order(stacks))
    findings, suppressed = without_suppressed(all_findings, stacks)
    topology = summarize_pair(stacks)
    return CheckResult(stacks=stacks, findings=findings, suppressed=suppressed, topology=topology)


def _untrue_intents(primary: Stack, secondary: Stack) -> Iterator[Finding]:
    """Yield a finding for each intent that is not true; numpy is loaded only for these."""
    if primary.config.region.intents or secondary.config.region.intents:
        from sparehub.topology.reachability.checks import check_intents  # noqa: PLC0415

        yield from check_intents(primary, secondary)


def _misplaced_hooks(primary: Stack, secondary: Stack) -> Iterator[Finding]:
    """Yield a finding for each hook whose step is in no plan; plans are loaded only for these."""
    if primary.config.region.hooks or secondary.config.region.hooks:
        from sparehub.topology.planning.hook_places import misplaced_hooks  # noqa: PLC0415

        for stack, problem in misplaced_hooks(primary, secondary):
            yield Finding.of(problem, stack.name)


def _differing_generations(stacks: Sequence[Stack]) -> Iterator[Finding]:
    """Yield a warning where the files have different generations, as during a failover."""
    difference = differing({stack.name: stack for stack in stacks})
    if difference:
        older = min(stacks, key=lambda stack: stack.config.generation)
        message = f"the files are of different generations ({difference}): {UP_TO_DATE}"
        yield Finding.of(Problem("generation", message), older.name, "warning")


def _region_findings(error: ConfigurationError, name: str) -> Iterator[Finding]:
    """Yield the errors of the region's rules about a file that is wrong already.

    So one run shows all problems. Without a region, because a value or a name is invalid, the
    rules cannot be applied.
    """
    if not isinstance(error.config, StackConfig):
        return
    try:
        stack = Stack(name=name, config=error.config, region=build(error.config))
    except ConfigurationError as unbuilt:
        yield from (Finding.of(problem, name) for problem in unbuilt.problems)
    else:
        reported = {(problem.path, problem.rule) for problem in error.problems}
        for finding in check_region(stack):
            if finding.severity == "error" and (finding.path, finding.rule) not in reported:
                yield finding
