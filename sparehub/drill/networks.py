"""``sparehub drill start`` and ``stop``: create and delete isolated test networks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sparehub.drill.inhabitants import inhabitants, refuse_inhabited
from sparehub.drill.machines import DrillMachines, show_machines
from sparehub.drill.validate import read_scripts
from sparehub.failover import operations
from sparehub.failover.adapters import confirmation
from sparehub.failover.adapters.protocols import AS_THEY_ARE
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.plans import print_plan
from sparehub.failover.session import Session, open_session, require_current_files
from sparehub.failover.steps.reconcile import reconcile_pending
from sparehub.output import Output
from sparehub.stacks.stack_file_edit import DRILL, set_values
from sparehub.topology.azure.reserved_subnets import BASTION_SUBNET
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import ExitCode, HalfwayError, PreflightError, SparehubError
from sparehub.topology.model import logical_names
from sparehub.topology.model.drill.isolation import escapes, unconnected
from sparehub.topology.model.drill.networks import build_drill
from sparehub.topology.model.resources import Drill
from sparehub.topology.planning.drill import plan_drill
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.plan import Plan, PlanStep, StackChange
from sparehub.topology.state.drill_state import recorded_networks

_DRILL_EVENTS = (
    JournalEvent.DRILL_INTENDED,
    JournalEvent.DRILL_STARTED,
    JournalEvent.DRILL_ENDED,
)


class EscapeError(SparehubError):
    """Something could leave the test networks, or enter them."""


def start(directory: Path, output: Output, *, plan: str, yes: bool) -> int:
    """Create the test networks and prove that nothing leaves them; return the exit code.

    Machines that are replicated are failed over into them as a test.

    Raises:
        PreflightError: where anything outside the drill's own group would be written, or a machine
            cannot be tested.
        EscapeError: where they are not isolated.
        DrillFailedError: where a machine did not come up as it has to.
        HalfwayError: where it was interrupted; the same command goes on.
    """
    with _confirmed(directory, output, plan, yes=yes) as (session, planned):
        step, *_ = planned.steps
        machines = DrillMachines.of(session, planned.target)
        if machines:
            machines.refuse_unready()
            read_scripts(machines)
        drill = build_drill(session.pair[planned.target].config)
        _deploy(session, step, drill=True)
        snapshot = session.stacks.snapshot(planned.target)
        networks = _prove(snapshot, drill)
        session.journal.append(JournalEvent.DRILL_STARTED, networks=list(networks.values()))
        bastion = _bastion_subnet(snapshot)
        if machines:
            machines.test()
    tested = machines.document() if machines else {}
    if output.as_json:
        isolated = {"networks": networks, "isolated": True, "bastionSubnet": bastion}
        output.document({**isolated, **tested})
        return ExitCode.DONE
    output.results.print("nothing leaves these networks, by their routes and by their rules:")
    output.table(("spoke", "network"), networks.items())
    if bastion:
        output.results.print(
            f"testers deploy their Bastion host, with a public address, in {bastion}"
        )
    if machines:
        show_machines(output, machines)
        output.results.print(
            "now `sparehub drill validate`: that machines run does not show that they work; then "
            "`sparehub drill stop`. Until then Azure begins no failover of these machines"
        )
        return ExitCode.DONE
    output.results.print(
        "now Site Recovery: Recovery Services vault > Replicated items > Test failover, into "
        "these; then clean up there, and `sparehub drill stop`"
    )
    return ExitCode.DONE


def stop(directory: Path, output: Output, *, plan: str, yes: bool, result: str) -> int:
    """Clean up the tests, remove the test networks, record the result; return the exit code.

    Raises:
        PreflightError: where there is no drill, something is still in its networks, or another
            resource would be written.
        CleanUpError: naming every machine whose test is still there; the networks stay.
        HalfwayError: where it was interrupted; the same command goes on.
    """
    with _confirmed(directory, output, plan, yes=yes) as (session, planned):
        *_, step = planned.steps
        drill = build_drill(session.pair[planned.target].config)
        before = session.stacks.snapshot(planned.target)
        machines = DrillMachines.of(session, planned.target)
        if not _has_drill(session, planned.target, before):
            return _clean_up_alone(machines, output)
        recorded = recorded_networks(before.resources, drill.resource_group)
        ways_out = escapes(recorded, connected=drill.connected)
        found = inhabitants(session.azure, before, session.pair, planned.target)
        if machines:
            refuse_inhabited(found._replace(of_test=()))
            machines.clean_up()
            found = inhabitants(session.azure, before, session.pair, planned.target)
        refuse_inhabited(found)
        _deploy(session, step, drill=None)
        removed = [each for each in before.ids.values() if _in_group(each, drill)]
        tested = machines.document() if machines else {}
        record = session.journal.append(
            JournalEvent.DRILL_ENDED,
            result=result,
            escapes=ways_out,
            removed=len(removed),
            **tested,
        )
    if output.as_json:
        output.document({"result": result, "escapes": ways_out, "at": record.at, **tested})
        return ExitCode.DONE
    if tested:
        output.results.print(f"the drill: {tested['outcome']}")
    output.results.print(f"the test networks are gone; recorded: {result or 'a drill'}")
    return ExitCode.DONE


def _clean_up_alone(machines: DrillMachines | None, output: Output) -> int:
    """Clean up tests that no drill of the journal has begun; no drill is recorded.

    Raises:
        PreflightError: where there are none.
    """
    left = machines.left if machines else {}
    if machines is None or not left:
        raise PreflightError("there is no drill to stop; nothing was done")
    machines.clean_up()
    if output.as_json:
        output.document({"cleaned": sorted(left)})
    else:
        names = ", ".join(sorted(left))
        output.results.print(f"the tests of {names} are cleaned up; there was no drill to record")
    return ExitCode.DONE


@contextmanager
def _confirmed(
    directory: Path, output: Output, plan: str, *, yes: bool
) -> Iterator[tuple[Session, Plan]]:
    """Confirm, and hold the lease for the block."""
    confirmation.refuse_unconfirmed(yes, plan)
    with open_session(directory, output, exclusive=True) as opened:
        session = require_current_files(opened)
        planned = plan_drill(session.pair["primary"], session.pair["secondary"], session.program)
        confirmation.refuse_other_plan(planned, plan)
        if underway := session.journal_state.open:
            message = f"the {underway.kind} of {underway.begun} is under way: that comes first"
            raise HalfwayError(message)
        if not session.snapshots[planned.target].activation:
            message = f"stack {planned.target!r} was never deployed: `pulumi up` it first"
            raise PreflightError(message)
        operations.show_target(output, session.azure)
        operations.refuse_other_account(session)
        if not yes:
            print_plan(planned, Output(results=output.progress))
            confirmation.ask_for(session.locations[planned.target])
        with session.stoppable():
            yield session, planned


def _deploy(session: Session, step: PlanStep, *, drill: bool | None) -> None:
    """Set ``sparehub:drill`` and deploy, or change nothing."""
    change = step.change
    if change is None:
        raise AssertionError(step.id)
    reconcile_pending(session.stacks, session.azure, change.stack, session.progress.note)
    config = session.pair[change.stack].config
    before = config.drill if "drill" in config.model_fields_set else None
    session.journal.guard()
    set_values(session.directory, change.stack, {DRILL: drill})
    try:
        (operations,) = session.stacks.previews((change,), AS_THEY_ARE)
        _refuse_beyond(change, operations)
        session.journal.append(JournalEvent.DRILL_INTENDED, step=step.id)
    except BaseException:
        set_values(session.directory, change.stack, {DRILL: before})
        raise
    try:
        with session.progress.step(step):
            session.stacks.up(change, session.progress.writes)
    except LeaseError:
        raise
    except (SparehubError, KeyboardInterrupt) as error:
        problem = str(error) or "interrupted"
        again = "start" if drill else "stop"
        message = f"stopped in {step.id}: {problem}\n`sparehub drill {again}` again goes on"
        raise HalfwayError(message) from None


def _refuse_beyond(change: StackChange, operations: frozenset[ResourceOperation]) -> None:
    """Refuse a deployment that would write anything but the drill's own resources."""
    names = {planned.name for planned in change.operations}
    stopping = Verb.DELETE in {planned.verb for planned in change.operations}
    # One that died half-way is continued: what it created may be updated, or exists already.
    verbs = {planned.verb for planned in change.operations} | {Verb.UPDATE}
    beyond = sorted(
        operation
        for operation in operations
        if not (operation.name in names and operation.verb in verbs)
        # `drill stop` removes what an earlier text of the file made as well.
        and not (
            stopping and operation.verb is Verb.DELETE and operation.name in logical_names.DRILL
        )
    )
    if beyond:
        listed = ", ".join(f"{operation.verb.value} {operation.name}" for operation in beyond)
        message = (
            f"deploying {change.stack!r} would also {listed}, which is not part of the drill; "
            "nothing was done. Put that right first: `pulumi preview --diff --stack "
            f"{change.stack}`"
        )
        raise PreflightError(message)


def _prove(snapshot: Snapshot, drill: Drill) -> dict[str, str]:
    """Return the id of each test network by its spoke, once nothing can leave any of them."""
    networks = recorded_networks(snapshot.resources, drill.resource_group)
    expected = sorted(network.virtual_network.name for network in drill.all_networks)
    problems = escapes(networks, connected=drill.connected)
    if drill.connected:
        problems += unconnected(networks)
    if sorted(network.name for network in networks) != expected:
        problems.append(f"there should be {', '.join(expected)}")
    if problems:
        message = (
            f"the test networks are not isolated: {'; '.join(problems)}. Do not fail anything over "
            "into them: `sparehub drill stop`"
        )
        raise EscapeError(message)
    return {
        network.key: str(snapshot.ids[logical_names.DRILL.network(network.key).network])
        for network in drill.networks
    }


def _has_drill(session: Session, stack: str, snapshot: Snapshot) -> bool:
    """Return whether a drill has begun: by the stack file, the networks or the journal."""
    events = [record.event for record in session.journal.records if record.event in _DRILL_EVENTS]
    begun = bool(events) and events[-1] != JournalEvent.DRILL_ENDED
    deployed = any(name in logical_names.DRILL for name in snapshot.ids)
    return begun or deployed or bool(session.pair[stack].config.drill)


def _bastion_subnet(snapshot: Snapshot) -> str | None:
    """Return the id of the subnet for the testers' Bastion host; None where the drill has none."""
    names = logical_names.DRILL.network(logical_names.DRILL_BASTION)
    identity = snapshot.ids.get(names.subnet(BASTION_SUBNET))
    return str(identity) if identity else None


def _in_group(identity: ResourceId, drill: Drill) -> bool:
    return identity.resource_group.lower() == drill.resource_group.lower()
