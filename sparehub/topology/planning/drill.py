"""A drill as a plan: create test networks, test the failover into them, delete the networks.

https://learn.microsoft.com/azure/site-recovery/site-recovery-test-failover-to-azure
"""

from collections.abc import Iterator

from sparehub.topology.azure import durations
from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.drill.networks import ROUTE_TABLE, build_drill
from sparehub.topology.model.drill.peerings import rounds
from sparehub.topology.model.logical_names import DRILL
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Drill
from sparehub.topology.planning.failover import configuration_values
from sparehub.topology.planning.operations import PEERING, ResourceOperation, Verb
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
    critical_path,
)
from sparehub.topology.planning.steps.drill_steps import (
    by_hand,
    ids_of_tests,
    machine_tests,
    tested_groups,
)

TARGET = "secondary"
"""The stack in whose region a drill is."""
_NETWORK = "azure-native:network:"
_WITH_MACHINES = (
    "the machines are small: a larger one was not recorded (SR-58); validation is not counted"
)
_WITHOUT_MACHINES = (
    "durations are those of the networks; the test failover of the machines is not counted"
)


def plan_drill(primary: Stack, secondary: Stack, program: Program = UNKNOWN_PROGRAM) -> Plan:
    """Return the steps of a drill in the secondary's region; production stays as it is.

    Raises:
        ConfigurationError: where the region has no spoke.
    """
    drill = build_drill(secondary.config)
    if not drill.networks:
        message = "the region has no spoke, so a drill would have no network"
        raise ConfigurationError([Problem("region.spokes", message)], secondary.name)
    steps = _steps(primary, secondary, drill)
    start, *_ = steps
    tests = ids_of_tests(steps)
    elapsed, path = critical_path(steps, tests[-1] if tests else start.id)
    return Plan(
        kind=PlanKind.DRILL,
        mode=Mode.PLANNED,
        source=primary.name,
        target=secondary.name,
        conflict=(),
        steps=steps,
        options=(),
        recovery=RecoveryTime(
            seconds=elapsed,
            critical_path=path,
            warm=elapsed,
            cold=elapsed,
        ),
        assumptions=(
            _WITH_MACHINES if tests else _WITHOUT_MACHINES,
            *_reached(drill),
        ),
        configurations={
            each.name: configuration_values(each.config) for each in (primary, secondary)
        },
        program=program,
    )


def _steps(primary: Stack, secondary: Stack, drill: Drill) -> tuple[PlanStep, ...]:
    stack = secondary.name
    networks = ", ".join(network.virtual_network.name for network in drill.networks)
    most = max(len(network.virtual_network.subnets) for network in drill.networks)
    takes = durations.ROUTE_TABLE_UPDATE + durations.SUBNET_UPDATE * most
    if drill.peerings:
        takes += durations.PEERING_UPDATE * rounds(drill.peerings)
    start, stop = f"start-drill-{stack}", f"stop-drill-{stack}"
    groups = tested_groups(primary, secondary)
    between = (
        machine_tests(secondary, groups, after=start)
        if groups
        else by_hand(primary, stack, networks, after=start)
    )
    return (
        PlanStep(
            id=start,
            title=f"create isolated test networks in {drill.location}",
            act=StepAction.SWITCH,
            needs=(stack,),
            after=(),
            precondition=f"{stack} is deployed as in its file, and nothing else would change",
            action=_switch(stack, on=True),
            postcondition=f"{networks} exist, and no traffic leaves them",
            undo=_switch(stack, on=False),
            effect="none: production is not touched",
            seconds=takes,
            change=_change(secondary, drill, Verb.CREATE),
        ),
        *between,
        PlanStep(
            id=stop,
            title=f"remove the test networks in {drill.location}",
            act=StepAction.SWITCH,
            needs=(stack,),
            after=(between[-1].id,),
            precondition="the test failover is cleaned up: the networks have no machines",
            action=_switch(stack, on=False),
            postcondition=f"{drill.resource_group} is deleted, and the result is in the journal",
            undo=_switch(stack, on=True),
            effect="none: production is not touched",
            seconds=takes,
            change=_change(secondary, drill, Verb.DELETE),
        ),
    )


def _reached(drill: Drill) -> Iterator[str]:
    """Yield what machines in the test networks reach, and by which names."""
    if drill.connected:
        yield "machines in the test networks reach each other and nothing else"
    else:
        yield "machines in one test network reach each other and nothing else (drill.connect)"
    if drill.bastion:
        yield "testers reach them by a Bastion host, if they deploy one"
    for network in drill.networks:
        if network.dropped_dns_servers:
            several = "s" if len(network.dropped_dns_servers) > 1 else ""
            dropped = ", ".join(map(str, network.dropped_dns_servers))
            yield (
                f"{network.virtual_network.name} does without the DNS server{several} {dropped}, "
                f"which {'are' if several else 'is'} out of reach in a drill (drill.dnsServers)"
            )


def _change(stack: Stack, drill: Drill, verb: Verb) -> StackChange:
    return StackChange(
        stack=stack.name,
        activation=stack.config.activation,
        operations=frozenset(_operations(drill, verb)),
    )


def _operations(drill: Drill, verb: Verb) -> Iterator[ResourceOperation]:
    """Yield one write for each resource of the drill."""
    yield ResourceOperation(verb, "azure-native:resources:ResourceGroup", DRILL.group)
    yield ResourceOperation(verb, f"{_NETWORK}RouteTable", DRILL.route_table(ROUTE_TABLE))
    for peering in drill.peerings:
        for key, other in ((peering.first, peering.second), (peering.second, peering.first)):
            yield ResourceOperation(verb, PEERING, DRILL.peering(key, other))
    for network in drill.all_networks:
        names = DRILL.network(network.key)
        group = DRILL.security_group(network.key)
        yield ResourceOperation(verb, f"{_NETWORK}NetworkSecurityGroup", group)
        yield ResourceOperation(verb, f"{_NETWORK}VirtualNetwork", names.network)
        for subnet in network.virtual_network.subnets:
            yield ResourceOperation(verb, f"{_NETWORK}Subnet", names.subnet(subnet.name))


def _switch(stack: str, *, on: bool) -> str:
    value = "true" if on else "false"
    return f"pulumi config set drill {value} --stack {stack} && pulumi up --stack {stack}"
