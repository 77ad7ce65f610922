"""A drill as a plan: test networks come, Site Recovery fills them, they go again.

https://learn.microsoft.com/azure/site-recovery/site-recovery-test-failover-to-azure
"""

from collections.abc import Iterator

from sparehub.topology.azure import durations
from sparehub.topology.azure.durations import NO_TIME
from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.drill import ROUTE_TABLE, build_drill
from sparehub.topology.model.logical_names import DRILL
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Drill
from sparehub.topology.planning.failover import configuration_values
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.plan import (
    UNKNOWN_PROGRAM,
    Mode,
    Plan,
    PlanKind,
    PlanStep,
    Program,
    RecoveryTime,
    StackChange,
    StepAction,
)

_NETWORK = "azure-native:network:"


def plan_drill(primary: Stack, secondary: Stack, program: Program = UNKNOWN_PROGRAM) -> Plan:
    """Return the steps of a drill in the secondary's region; production stays as it is.

    Raises:
        ConfigurationError: where the region has no spoke.
    """
    drill = build_drill(secondary.config)
    if not drill.networks:
        message = "the region has none, so there is nothing to drill"
        raise ConfigurationError([Problem("region.spokes", message)], secondary.name)
    start, by_hand, stop = _steps(primary, secondary, drill)
    return Plan(
        kind=PlanKind.DRILL,
        mode=Mode.PLANNED,
        source=primary.name,
        target=secondary.name,
        conflict=(),
        steps=(start, by_hand, stop),
        options=(),
        recovery=RecoveryTime(
            seconds=start.seconds,
            critical_path=(start.id,),
            warm=start.seconds,
            cold=start.seconds,
        ),
        assumptions=(
            "times are those of the networks; a test failover takes what its machines take",
            "machines in the test networks reach each other and nothing else",
        ),
        configurations={
            each.name: configuration_values(each.config) for each in (primary, secondary)
        },
        program=program,
    )


def _steps(primary: Stack, secondary: Stack, drill: Drill) -> tuple[PlanStep, PlanStep, PlanStep]:
    stack = secondary.name
    networks = ", ".join(each.virtual_network.name for each in drill.networks)
    most = max(len(each.virtual_network.subnets) for each in drill.networks)
    took = durations.ROUTE_TABLE_UPDATE + durations.SUBNET_UPDATE * most
    start, stop = f"start-drill-{stack}", f"stop-drill-{stack}"
    return (
        PlanStep(
            id=start,
            title=f"make isolated test networks in {drill.location}",
            act=StepAction.SWITCH,
            needs=(stack,),
            after=(),
            precondition=f"{stack} is deployed as its file says, and nothing else would change",
            action=_switch(stack, on=True),
            postcondition=f"{networks} stand, and nothing leaves them",
            undo=_switch(stack, on=False),
            effect="none: production is not touched",
            seconds=took,
            change=_change(secondary, drill, Verb.CREATE),
        ),
        PlanStep(
            id="test-failover",
            title=f"run Site Recovery's test failover into {networks}",
            act=StepAction.HAND,
            needs=(stack,),
            after=(start,),
            precondition=f"{primary.name}'s machines are replicated",
            action="Recovery Services vault > Replicated items > Test failover",
            postcondition="the machines came up and were looked at",
            undo="Recovery Services vault > Replicated items > Clean up test failover",
            effect="none: replication goes on",
            seconds=NO_TIME,
        ),
        PlanStep(
            id=stop,
            title=f"remove the test networks in {drill.location}",
            act=StepAction.SWITCH,
            needs=(stack,),
            after=("test-failover",),
            precondition="the test failover is cleaned up: no machine is left in the networks",
            action=_switch(stack, on=False),
            postcondition=f"{drill.resource_group} is gone, and the result is in the journal",
            undo=_switch(stack, on=True),
            effect="none: production is not touched",
            seconds=took,
            change=_change(secondary, drill, Verb.DELETE),
        ),
    )


def _change(stack: Stack, drill: Drill, verb: Verb) -> StackChange:
    return StackChange(
        stack=stack.name,
        activation=stack.config.activation,
        operations=frozenset(_operations(drill, verb)),
    )


def _operations(drill: Drill, verb: Verb) -> Iterator[ResourceOperation]:
    """Yield the one write that each resource of the drill's component takes."""
    yield ResourceOperation(verb, "azure-native:resources:ResourceGroup", DRILL.group)
    yield ResourceOperation(verb, f"{_NETWORK}RouteTable", DRILL.route_table(ROUTE_TABLE))
    for network in drill.networks:
        names = DRILL.network(network.key)
        group = DRILL.security_group(network.key)
        yield ResourceOperation(verb, f"{_NETWORK}NetworkSecurityGroup", group)
        yield ResourceOperation(verb, f"{_NETWORK}VirtualNetwork", names.network)
        for subnet in network.virtual_network.subnets:
            yield ResourceOperation(verb, f"{_NETWORK}Subnet", names.subnet(subnet.name))


def _switch(stack: str, *, on: bool) -> str:
    value = "true" if on else "false"
    return f"pulumi config set drill {value} --stack {stack} && pulumi up --stack {stack}"
