"""Everything that is looked at before a failover begins; nothing is written meanwhile."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sparehub.failover.azure import Azure, read, state_of
from sparehub.failover.ledger import Ledger, Operation
from sparehub.failover.probe import answers
from sparehub.failover.snapshot import Snapshot
from sparehub.parity import shown
from sparehub.verify import intents_of
from topology.errors import HalfwayError, InterlockError, PreflightError, UnreachableError
from topology.model import CircuitReference, Region
from topology.pair import Stack
from topology.parity import parity
from topology.plan import Kind, Mode, Plan
from topology.reachability.proof import prove
from topology.reachability.states import FAILED_OVER, NORMAL, all_states, configured
from topology.rules.checks import check_all
from topology.rules.ignored import without_ignored
from topology.words import Activation

Note = Callable[[str], None]
_MOST_SHOWN = 5
DRILL_DAYS = 90
"""Microsoft's advice is a test failover each quarter:
https://learn.microsoft.com/azure/site-recovery/site-recovery-test-failover-to-azure"""


def refuse_unfinished(ledger: Ledger, plan: Plan) -> None:
    """Refuse to begin while something else is under way or owed.

    A failover that halted may be answered by a failback, and the other way round; and a planned one
    whose source is lost meanwhile by the unplanned one in the same direction.

    :raises HalfwayError: where an operation is to be resumed.
    :raises InterlockError: where a region is still to be disconnected.
    """
    underway = ledger.open
    if underway and underway.kind == plan.kind.value and not _supersedes(plan, underway):
        message = (
            f"the {underway.kind} of {underway.begun} is under way ({underway.state}): "
            "`sparehub resume` goes on with it"
        )
        if underway.mode == Mode.PLANNED:
            message += f"; if {underway.source} is lost by now: `{underway.kind} --unplanned`"
        raise HalfwayError(message)
    if ledger.debts:
        owed = ", ".join(str(each["stack"]) for each in ledger.debts)
        message = f"{owed} is still to be disconnected: `sparehub finish-fence` first"
        raise InterlockError(message)


def _supersedes(plan: Plan, underway: Operation) -> bool:
    return (
        underway.mode == Mode.PLANNED
        and plan.mode is Mode.UNPLANNED
        and (underway.source, underway.target) == (plan.source, plan.target)
    )


def refuse_wrong_stacks(
    plan: Plan, pair: Mapping[str, Stack], snapshots: Mapping[str, Snapshot], ledger: Ledger
) -> None:
    """Refuse stacks that are not where the plan begins, or whose files say something else.

    :raises PreflightError: naming what to do.
    :raises InterlockError: where both are live.
    """
    stacks = list(pair.values())
    findings, _ = without_ignored(check_all(stacks), stacks)
    errors = [each for each in findings if each.severity == "error"]
    live = {name: snapshot.activation for name, snapshot in snapshots.items()}
    source, target = plan.source, plan.target
    for name, activation in live.items():
        if not activation:
            message = f"stack {name!r} was never deployed: `pulumi up --stack {name}` first"
            raise PreflightError(message)
    if live[source] == live[target] == Activation.ACTIVE and plan.conflict:
        message = (
            f"both stacks say that they are active, which must not be: put {target!r} on standby "
            f"first (`pulumi config set activation standby --stack {target}` and `pulumi up "
            f"--stack {target}`)"
        )
        raise InterlockError(message)
    # A halted operation in the other direction left them in between: that is what to answer.
    if not ledger.open:
        _refuse_other_states(plan, pair, live)
    if errors:
        listed = "\n".join(f"  {each.stack} {each.path}: {each.message}" for each in errors)
        raise PreflightError(f"the stack files are wrong; nothing was done:\n{listed}")
    for name, snapshot in snapshots.items():
        # Nothing of the region that is left is waited for where it may be lost.
        begun = [each.name for each in snapshot.pending]
        if begun and (plan.mode is Mode.PLANNED or name == target) and not ledger.open:
            message = (
                f"stack {name!r} was interrupted while it wrote {', '.join(begun)}: "
                "`sparehub resume` settles that"
            )
            raise PreflightError(message)


def _refuse_other_states(plan: Plan, pair: Mapping[str, Stack], live: Mapping[str, str]) -> None:
    source, target = plan.source, plan.target
    if live[source] != Activation.ACTIVE:
        where = f"{target!r} is" if live[target] == Activation.ACTIVE else "no stack is"
        message = (
            f"{source!r} is not active, {where}: there is nothing to {plan.kind.value} from; "
            "`sparehub status` shows where things stand"
        )
        raise PreflightError(message)
    for name, stack in pair.items():
        if stack.config.activation != live[name]:
            message = (
                f"the file of stack {name!r} says {stack.config.activation.value!r}, and "
                f"{live[name]!r} is deployed: `pulumi up --stack {name}`, or put the file right"
            )
            raise PreflightError(message)


def refuse_wrong_parity(plan: Plan, pair: Mapping[str, Stack], ledger: Ledger, note: Note) -> None:
    """Refuse to leave a region for one that differs from it as it must not.

    Who leaves a region that may be lost, or answers an operation that halted, is told and goes on:
    a region that lacks a route is better than none. So does who only has the record of a circuit in
    a region of the pair: a planned operation has both. That both files are what is deployed is for
    the previews to find.

    :raises PreflightError: with the first differences that `sparehub parity` calls wrong.
    """
    wrong = [each for each in parity(*pair.values()) if each.verdict == "wrong"]
    if not wrong:
        return
    listed = "\n".join(
        f"  {each.path}: {shown(each.primary)} in primary, {shown(each.secondary)} in secondary"
        for each in wrong[:_MOST_SHOWN]
    )
    message = f"the two regions differ where they must not ({len(wrong)} wrong)"
    records = all(each.of_a_record for each in wrong)
    if plan.mode is Mode.UNPLANNED or ledger.open or records:
        note(f"warning: {message} (`sparehub parity` has the rest):\n{listed}")
        return
    raise PreflightError(f"{message}; nothing was done (`sparehub parity` has the rest):\n{listed}")


def refuse_unproven(plan: Plan, pair: Mapping[str, Stack]) -> None:
    """Refuse a plan after which somebody would not reach what the files, or intents, promise.

    :raises PreflightError: with the first pairs that fail, and why.
    """
    primary, secondary = map(configured, pair.values())
    states = {state.name: state for state in all_states(primary, secondary)}
    intents = intents_of(list(pair.values()), states)
    state = states[NORMAL if plan.kind is Kind.FAILBACK else FAILED_OVER]
    failing = [each for each in prove(state, None, intents).violations if each.fails]
    if failing:
        listed = "\n".join(
            f"  {each.source} to {each.destination}: {each.verdict.name}, {each.reason}"
            for each in failing[:_MOST_SHOWN]
        )
        message = (
            f"after this {plan.kind.value} {len(failing)} things would not hold; nothing was done "
            f"(`sparehub verify --state {state.name}` has the rest):\n{listed}"
        )
        raise PreflightError(message)


def refuse_unreachable(
    plan: Plan, snapshots: Mapping[str, Snapshot], locations: Mapping[str, str], azure: Azure
) -> None:
    """Refuse to begin where a region that a step needs does not answer.

    :raises UnreachableError: naming the region.
    """
    needed = dict.fromkeys(name for step in plan.steps for name in step.needs)
    for name in needed:
        if not answers(azure, snapshots[name]):
            hint = "; for a region that is lost: --unplanned" if name == plan.source else ""
            message = f"{name} ({locations[name]}) does not answer; nothing was changed{hint}"
            raise UnreachableError(message)


def refuse_unusable_circuits(region: Region, snapshot: Snapshot, azure: Azure, note: Note) -> None:
    """Refuse a target whose circuits cannot carry a connection (ER-09, ER-12).

    A circuit that is referenced may be out of sight; that is said, and not held against it.

    :raises PreflightError: naming the circuit and its state.
    """
    connected = {connection.key for connection in region.connections}
    for circuit in region.circuits:
        if circuit.key not in connected:
            continue
        referenced = isinstance(circuit, CircuitReference)
        identity = (
            circuit.id
            if isinstance(circuit, CircuitReference)
            else snapshot.ids.get(f"region/circuit/{circuit.key}/circuit", "")
        )
        found = read(azure, identity)
        if not found.accepted:
            if referenced:
                note(f"warning: circuit {circuit.key} cannot be looked at: {found.problem}")
                continue
            raise PreflightError(
                f"circuit {circuit.key}, whose record lies in {circuit.location}, cannot be read: "
                f"{found.problem}"
            )
        if circuit.location is None:
            note(f"the record of circuit {circuit.key} lies in {found.body.get('location')}")
        provider = (found.body.get("properties") or {}).get("serviceProviderProvisioningState")
        peering = read(azure, f"{identity}/peerings/AzurePrivatePeering")
        enabled = (peering.body.get("properties") or {}).get("state", "Enabled")
        for what, state, wanted in (
            ("its provider's state", str(provider), "Provisioned"),
            ("it", state_of(found), "Succeeded"),
            ("its private peering", state_of(peering) or peering.problem, "Succeeded"),
            ("its private peering", str(enabled), "Enabled"),
        ):
            if state != wanted:
                message = (
                    f"circuit {circuit.key} cannot carry a connection: {what} is {state!r}, not "
                    f"{wanted!r} ({identity})"
                )
                raise PreflightError(message)


def warn_of_old_drill(ledger: Ledger, note: Note) -> None:
    """Say when the last drill is too long ago, or never was."""
    if not ledger.last_drill:
        note("warning: no drill was ever recorded (`sparehub drill start`)")
        return
    days = (datetime.now(UTC) - datetime.fromisoformat(ledger.last_drill)).days
    if days > DRILL_DAYS:
        note(f"warning: the last drill was {days} days ago (`sparehub drill start`)")
