"""``sparehub verify``: reachability in every state of a failover, and the cause of a failure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from rich.progress import Progress

from sparehub.cli import check
from sparehub.cli.reachability import junit, verify_output
from sparehub.output import Output
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.stacks.stack_state import azure_target, deployed_region
from sparehub.topology.errors import ConfigurationError, ExitCode, UnknownNameError
from sparehub.topology.model.pair import Stack
from sparehub.topology.reachability.intents import Intent, read_intents
from sparehub.topology.reachability.proof import PreviousVerdicts, Proof, prove
from sparehub.topology.reachability.states.states import PairState, Side, all_states, deployed_side
from sparehub.topology.reachability.verdicts.verify import verify as judge

SideOf = Callable[[Stack], Side]
"""Returns a stack's region in each activation and depth: as configured, or as deployed."""


def read_sides(directory: Path, output: Output, environment: Mapping[str, str]) -> SideOf:
    """Return a reader of deployed regions, after a note with the Azure that they are in."""
    output.note(azure_target(environment))
    return lambda stack: deployed_side(stack, deployed_region(directory, stack, environment))


@dataclass(frozen=True, kw_only=True)
class VerifyRequest:
    """The options: states (all where empty), every single pair, a JUnit file for CI."""

    states: Sequence[str] = ()
    pairs: bool = False
    junit: Path | None = None


def verify(
    directory: Path,
    request: VerifyRequest,
    output: Output,
    side_of: SideOf,
) -> int:
    """Print the verdicts of each state; return the exit code.

    Raises:
        UnknownNameError: The pair has no such state.
        ConfigurationError: An intent names something that does not exist.
    """
    started = perf_counter()
    try:
        stacks = [read_stack(directory, name) for name in STACKS]
    except ConfigurationError:
        return check.check(directory, STACKS, output)
    primary, secondary = map(side_of, stacks)
    states = {state.name: state for state in all_states(primary, secondary)}
    try:
        intents = read_intents(stacks, states)
    except ConfigurationError as error:
        if output.as_json:
            problems = [{"stack": error.stack, **asdict(problem)} for problem in error.problems]
            output.document({"states": [], "seconds": 0, "problems": problems})
        raise
    for name in request.states:
        if name not in states:
            raise UnknownNameError("state", name, states)
    chosen = [state for name, state in states.items() if name in (request.states or states)]
    printer = verify_output.printer(output, pairs=request.pairs)
    suites = []
    failed = False
    for proof, seconds in _proofs(chosen, states, intents, output):
        printer.state(proof, seconds)
        failed |= proof.failed
        suites.append(junit.suite(proof, seconds))
    printer.end(perf_counter() - started)
    if request.junit:
        junit.write(request.junit, suites)
    return ExitCode.REFUSED if failed else ExitCode.DONE


def _proofs(
    chosen: Sequence[PairState],
    states: dict[str, PairState],
    intents: Sequence[Intent],
    output: Output,
) -> Iterator[tuple[Proof, float]]:
    """Yield each proof and its seconds, with a progress bar on a terminal."""
    previous: dict[str, PreviousVerdicts] = {}
    terminal = output.progress.is_terminal and not output.as_json
    with Progress(console=output.progress, transient=True, disable=not terminal) as progress:
        task = progress.add_task("states", total=len(chosen))
        for state in chosen:
            started = perf_counter()
            if state.before and state.before not in previous:
                earlier = states[state.before]
                previous[earlier.name] = PreviousVerdicts.of(
                    judge(earlier.regions, earlier.lost_nvas)
                )
            proof = prove(state, previous.get(state.before), intents)
            previous[state.name] = PreviousVerdicts.of(proof.reachability)
            progress.advance(task)
            yield proof, perf_counter() - started
