"""What stack files describe, and every finding of the rules and intents about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparehub.stacks.stack_file_edit import editing_problems
from sparehub.stacks.stack_files import STACKS, read_stack, stack_file
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import PairSummary, Stack, in_order, summarize_pair
from sparehub.topology.reachability.checks import check_intents
from sparehub.topology.rules.checks import check_all, check_region
from sparehub.topology.rules.findings import Finding
from sparehub.topology.rules.suppressions import Suppressed, without_suppressed
from sparehub.topology.state.generation import UP_TO_DATE, differing


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What stack files describe, and what is wrong with it."""

    stacks: Sequence[Stack]
    findings: Sequence[Finding]
    ignored: Sequence[Suppressed]
    topology: PairSummary

    def count(self, severity: str) -> int:
        """Return how many findings are as grave as that."""
        return sum(finding.severity == severity for finding in self.findings)


def examine(directory: Path, names: Sequence[str] = ()) -> Examination:
    """Read stack files, both that are there where none is named, and hold them to every rule.

    Of two, what they intend is held against every state that it names.
    """
    stacks: list[Stack] = []
    everything: list[Finding] = []
    there = [name for name in STACKS if stack_file(directory, name).exists()]
    for name in dict.fromkeys(names or there or STACKS):
        everything += [Finding.of(each, name) for each in editing_problems(directory, name)]
        try:
            stacks.append(read_stack(directory, name))
        except ConfigurationError as error:
            everything += [Finding.of(problem, name) for problem in error.problems]
            everything += _beyond(error, name)
    everything += check_all(stacks)
    if len(stacks) == len(STACKS):
        everything += check_intents(*in_order(stacks))
        everything += _of_two_switches(stacks)
    findings, ignored = without_suppressed(everything, stacks)
    topology = summarize_pair(stacks)
    return Examination(stacks=stacks, findings=findings, ignored=ignored, topology=topology)


def _of_two_switches(stacks: Sequence[Stack]) -> Iterator[Finding]:
    """Yield that two files are of different switches; what is deployed may be, for a while."""
    said = differing({stack.name: stack for stack in stacks})
    if said:
        older = min(stacks, key=lambda stack: stack.config.generation)
        message = f"the files are of different switches ({said}): {UP_TO_DATE}"
        yield Finding.of(Problem("generation", message), older.name, "warning")


def _beyond(error: ConfigurationError, name: str) -> Iterator[Finding]:
    """Yield what the rules of one region say of a file whose values contradict each other.

    All in one run: only a value that cannot be read, or a name that cannot be, leaves no region.
    """
    if not isinstance(error.config, StackConfig):
        return
    try:
        stack = Stack(name=name, config=error.config, region=build(error.config))
    except ConfigurationError as unbuilt:
        yield from (Finding.of(problem, name) for problem in unbuilt.problems)
    else:
        said = {(problem.path, problem.rule) for problem in error.problems}
        for finding in check_region(stack):
            if finding.severity == "error" and (finding.path, finding.rule) not in said:
                yield finding
