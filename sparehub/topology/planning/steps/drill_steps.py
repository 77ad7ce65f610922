"""The steps of a drill between the creation of its networks and their removal.

Where machines are replicated to the region, their failover is tested group after group; else a
person does what there is to do.
"""

from collections.abc import Iterator, Sequence

from sparehub.topology.azure import durations
from sparehub.topology.azure.durations import NO_TIME
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.plan import PlanStep, StepAction

AT_ONCE = 10
"""Machines whose failover is tested at the same time."""
CLEAN_UP = "clean-up-tests"
VALIDATE = "validate-drill"
_NOTHING = "none: replication goes on"


def tested_groups(primary: Stack, secondary: Stack) -> dict[int, tuple[str, ...]]:
    """Return the machines that a drill in the secondary's region fails over, by their group."""
    replicate = primary.config.region.replicate
    if replicate is None or secondary.config.region.site_recovery is None:
        return {}
    groups: dict[int, list[str]] = {}
    for name, machine in sorted(replicate.machines.items()):
        groups.setdefault(machine.group, []).append(name)
    return {number: tuple(groups[number]) for number in sorted(groups)}


def by_hand(primary: Stack, stack: str, networks: str, after: str) -> tuple[PlanStep, ...]:
    """Return the step of a drill of which no machine is in the files."""
    return (
        PlanStep(
            id="test-failover",
            title=f"run Site Recovery's test failover into {networks}",
            act=StepAction.HAND,
            needs=(stack,),
            after=(after,),
            precondition=f"{primary.name}'s machines are replicated",
            action="Recovery Services vault > Replicated items > Test failover",
            postcondition="the machines started and were checked",
            undo="Recovery Services vault > Replicated items > Clean up test failover",
            effect=_NOTHING,
            seconds=NO_TIME,
        ),
    )


def machine_tests(
    secondary: Stack, groups: dict[int, tuple[str, ...]], after: str
) -> tuple[PlanStep, ...]:
    """Return the steps that test the failover of machines, validate them, and clean up."""
    stack = secondary.name
    tests = tuple(_tests(stack, groups, after))
    validation = _validate(secondary, groups, tests[-1].id)
    return (*tests, validation, clean_up_step(stack, after=(VALIDATE,)))


def ids_of_tests(steps: Sequence[PlanStep]) -> tuple[str, ...]:
    """Return the ids of the steps that test the failover of machines."""
    return tuple(step.id for step in steps if step.act is StepAction.TEST)


def _tests(stack: str, groups: dict[int, tuple[str, ...]], after: str) -> Iterator[PlanStep]:
    for number, names in groups.items():
        rounds = -(-len(names) // AT_ONCE)
        identity = f"test-group-{number}"
        yield PlanStep(
            id=identity,
            title=f"test the failover of group {number}: {', '.join(names)}",
            act=StepAction.TEST,
            needs=(stack,),
            after=(after,),
            precondition="each machine is Protected, and no earlier test of it is left (SR-43)",
            action=(
                f"set network and addresses of the test where they differ; POST testFailover of "
                f"each item, {AT_ONCE} at once (SR-48)"
            ),
            postcondition=(
                "each machine runs in its test network, from a recovery point within the objective"
            ),
            undo="`sparehub drill stop`",
            effect=_NOTHING,
            seconds=durations.TEST_FAILOVER * rounds,
        )
        after = identity


def _validate(secondary: Stack, groups: dict[int, tuple[str, ...]], after: str) -> PlanStep:
    recovery = secondary.config.region.site_recovery
    known = recovery.recovery_plan.groups if recovery else {}
    missing = [number for number in groups if not (number in known and known[number].validation)]
    without = f"; none in group {', '.join(map(str, missing))}" if missing else ""
    return PlanStep(
        id=VALIDATE,
        title="find out whether the machines of each group work",
        act=StepAction.HAND,
        needs=(secondary.name,),
        after=(after,),
        precondition="the machines run in their test networks",
        action=f"`sparehub drill validate`: the validation of each group{without}",
        postcondition="the answer for each group, and whose it is, are in the journal",
        undo="none: nothing is written to Azure",
        effect=_NOTHING,
        seconds=NO_TIME,
    )


def clean_up_step(stack: str, after: tuple[str, ...]) -> PlanStep:
    """Return the step that removes what tests of machines have made; ``stack``: where they are."""
    return PlanStep(
        id=CLEAN_UP,
        title="clean up the tests of all machines",
        act=StepAction.CLEAN_UP,
        needs=(stack,),
        after=after,
        precondition=f"{stack} answers",
        action="POST testFailoverCleanup of each item, all at once (SR-49)",
        postcondition="the test machines are deleted, and a failover can begin",
        undo="`sparehub drill start` tests again",
        effect=_NOTHING,
        seconds=durations.TEST_CLEANUP,
    )
