"""``sparehub check --live``: whether a planned failover could begin now; nothing is written.

The questions of preflight, all of them and to the end, and besides what an operation refuses before
it asks them. No lease is taken: somebody else may work meanwhile.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparehub.failover import operations
from sparehub.failover.adapters import generations
from sparehub.failover.adapters.protocols import Assumed
from sparehub.failover.preflight.objections import Objection, PreflightContext
from sparehub.failover.preflight.questions import QUESTIONS
from sparehub.failover.session import Session, files_of, open_session
from sparehub.failover.status import pair_status
from sparehub.output import Output
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import ExitCode, SparehubError
from sparehub.topology.planning import failover
from sparehub.topology.planning.plan import Plan, PlanKind, StackChange
from sparehub.topology.state.generation import said_by

ERROR, WARNING, NOTE = "error", "warning", "note"
_COLOURS = {ERROR: "red", WARNING: "yellow", NOTE: "dim"}
_MOST_SHOWN = 5
_UNFINISHED = "no operation and no item is open"


@dataclass(frozen=True, kw_only=True)
class LiveFinding:
    """One thing that was found; ``stack`` is empty where it is about the pair."""

    question: str
    severity: str
    """``error`` where a planned operation would be refused, ``warning`` or ``note`` where not."""
    stack: str
    message: str

    def document(self) -> dict[str, str]:
        """Return it for ``--json``."""
        return {
            "question": self.question,
            "severity": self.severity,
            "stack": self.stack,
            "message": self.message,
        }


def check_live(directory: Path, names: Sequence[str], output: Output) -> int:
    """Print everything that is found, of some stacks where they are named; return the exit code.

    Raises:
        SparehubError: where files, journal or backend cannot be read at all.
    """
    with open_session(directory, output, allow_unreadable=True) as session:
        kind = _kind(session)
        plan = failover.plan(
            session.pair["primary"], session.pair["secondary"], kind, program=session.program
        )
        found = [
            finding
            for finding in _findings(session, plan)
            if not names or not finding.stack or finding.stack in names
        ]
    errors, warnings = (
        sum(each.severity == severity for each in found) for severity in (ERROR, WARNING)
    )
    if output.as_json:
        output.document(
            {
                "ready": not errors,
                "direction": kind.value,
                "findings": [each.document() for each in found],
                "errors": errors,
                "warnings": warnings,
            }
        )
    else:
        _print(output, plan, found)
        ready = "ready" if not errors else "not ready"
        output.results.print(f"{ready}: {errors} errors, {warnings} warnings")
    return ExitCode.REFUSED if errors else ExitCode.DONE


def _kind(session: Session) -> PlanKind:
    """Return the operation that would be due: away from the region that is live, as recorded."""
    live = {name: stack.config.activation.value for name, stack in session.pair.items()}
    live |= {name: each.activation for name, each in session.readable.items() if each.activation}
    alone = live["secondary"] == Activation.ACTIVE and live["primary"] != Activation.ACTIVE
    return PlanKind.FAILBACK if alone else PlanKind.FAILOVER


def _findings(session: Session, plan: Plan) -> Iterator[LiveFinding]:
    yield from _asked(session, _UNFINISHED, _unfinished(session))
    yield from _asked(session, "files are of the recorded switch", _of_other_switches(session))
    yield from _asked(session, "the login is that of the stacks", _of_another_account(session))
    yield from _asked(session, "Azure, stacks and journal agree", _contradictions(session))
    situation = operations.preflight_context(session, plan)
    for question, ask in QUESTIONS.items():
        objections = (_weighed(question, situation, each) for each in ask(situation))
        yield from _asked(session, question, objections)
    if len(session.readable) < len(session.pair):
        return  # no program can be previewed that reads a state which cannot be read
    yield from _asked(session, "files and Azure are what is recorded", _unlike(session))
    question = "deployments write what the plan says"
    yield from _asked(session, question, _looked_ahead(session, plan))


def _asked(session: Session, question: str, found: Iterable[LiveFinding]) -> Iterator[LiveFinding]:
    """Yield the findings, and an error that ends the question as one more finding."""
    session.progress.note(f"{question} ...")
    try:
        yield from found
    except SparehubError as error:
        yield LiveFinding(question=question, severity=ERROR, stack="", message=str(error))


def _weighed(question: str, situation: PreflightContext, objection: Objection) -> LiveFinding:
    severity = ERROR if situation.refuses(objection) else WARNING if objection.word else NOTE
    message = objection.warning().removeprefix(objection.word)
    return LiveFinding(question=question, severity=severity, stack=objection.stack, message=message)


def _unfinished(session: Session) -> Iterator[LiveFinding]:
    question, journal_state = _UNFINISHED, session.journal_state
    if underway := journal_state.open:
        message = (
            f"the {underway.kind} of {underway.begun} is under way ({underway.state}): `sparehub "
            "resume` goes on with it"
        )
        stack = underway.target
        yield LiveFinding(question=question, severity=ERROR, stack=stack, message=message)
    for item in journal_state.open_items:
        stack = item.stack
        message = f"{stack} is still to be disconnected: `sparehub finish-fence`"
        yield LiveFinding(question=question, severity=ERROR, stack=stack, message=message)


def _of_other_switches(session: Session) -> Iterator[LiveFinding]:
    generations.refuse_older_files(session.pair, session.readable)
    generations.refuse_differing_files(session.pair)
    yield from ()


def _of_another_account(session: Session) -> Iterator[LiveFinding]:
    operations.refuse_other_account(session)
    yield from ()


def _contradictions(session: Session) -> Iterator[LiveFinding]:
    question = "Azure, stacks and journal agree"
    standing = pair_status(session)
    for problem in standing.problems:
        stack = next((name for name in session.pair if problem.startswith(f"{name}:")), "")
        yield LiveFinding(question=question, severity=ERROR, stack=stack, message=problem)
    for stack in standing.silent:
        message = f"Azure does not say whether {stack} is connected"
        yield LiveFinding(question=question, severity=WARNING, stack=stack, message=message)


def _unlike(session: Session) -> Iterator[LiveFinding]:
    """Yield what a deployment of each stack as it is would write; then what Azure adds to that."""
    changes = tuple(
        StackChange(
            stack=name,
            activation=stack.config.activation,
            operations=frozenset(),
            disconnected=stack.config.disconnected,
        )
        for name, stack in session.pair.items()
    )
    seen = [each.operations for each in changes]  # none
    for question, drift, option in (
        ("files are what is deployed", frozenset[str](), ""),
        ("Azure is what is recorded", frozenset(session.readable), " --refresh"),
    ):
        found = session.stacks.previews(changes, Assumed(drift=drift))
        for change, known, writes in zip(changes, seen, found, strict=True):
            if unlike := sorted(writes - known):
                shown = [f"{each.verb.value} {each.name}" for each in unlike[:_MOST_SHOWN]]
                more = len(unlike) - _MOST_SHOWN
                listed = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
                command = f"pulumi preview --diff{option} --stack {change.stack}"
                message = f"a deployment would {listed}: `{command}`"
                yield LiveFinding(
                    question=question, severity=ERROR, stack=change.stack, message=message
                )
        seen = found


def _looked_ahead(session: Session, plan: Plan) -> Iterator[LiveFinding]:
    number = generations.next_generation(session.pair, session.readable)
    files = files_of(session, number, said_by(session.pair))
    operations.executor_of(
        session, plan, operations.OperationRequest(kind=plan.kind), "", files
    ).preview()
    yield from ()


def _print(output: Output, plan: Plan, found: Sequence[LiveFinding]) -> None:
    print_ = output.results.print
    print_(f"a planned {plan.kind.value} from {plan.source} to {plan.target}, plan {plan.short}")
    for each in found:
        print_(f"{each.severity} ", style=_COLOURS[each.severity], end="")
        where = f"{each.stack}: " if each.stack else ""
        print_(f"{where}{each.message} ({each.question})")
