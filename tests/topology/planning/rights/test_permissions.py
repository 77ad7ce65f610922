"""Which Azure operations a plan's writes are, and what is in the way of one."""

import pytest

from sparehub.topology.config.enums import Activation
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.failover import region_at
from sparehub.topology.planning.operations import (
    CONNECTION,
    GATEWAY,
    PEERING,
    ResourceOperation,
    Verb,
)
from sparehub.topology.planning.rights.permissions import (
    EVERYBODY,
    Denial,
    Lock,
    Need,
    Permission,
    covers,
    needs_of,
    needs_of_fence,
    needs_of_start,
    permitted,
)
from tests.configurations import shipped, stack_of

GROUP = "/subscriptions/s/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
CON = f"{NETWORK}/connections/con"
DELETE = Need(
    scope=ResourceId.parse(CON),
    action="Microsoft.Network/connections/delete",
    purpose="delete con",
)
WRITE = Need(
    scope=ResourceId.parse(CON),
    action="Microsoft.Network/connections/write",
    purpose="create con",
)


@pytest.mark.parametrize(
    ("scope", "identity", "covered"),
    [
        ("/", CON, True),
        ("/subscriptions/s", CON, True),
        (GROUP.upper(), CON, True),
        (CON, CON, True),
        (f"{GROUP}2", CON, False),
        (GROUP, f"{GROUP}2/providers/x", False),
        (f"{CON}/below", CON, False),
    ],
)
def test_a_scope_covers_what_is_below_it(scope: str, identity: str, covered: bool) -> None:  # noqa: FBT001 - the outcome
    """In any case; a name that only begins in the same way is another one."""
    assert covers(ResourceId.of(scope), ResourceId.of(identity)) is covered


@pytest.mark.parametrize(
    ("level", "stopped"), [("CanNotDelete", [True, False]), ("ReadOnly", [True, True])]
)
def test_a_lock_stops_deletions_or_every_write(level: str, stopped: list[bool]) -> None:
    """A lock does not block a write on a resource that is only referred to."""
    lock = Lock(scope=ResourceId.parse(GROUP), name="keep", level=level)
    joined = Need(scope=WRITE.scope, action="x/join/action", purpose="write con", linked=True)

    assert [lock.stops(need) for need in (DELETE, WRITE)] == stopped
    assert not lock.stops(joined)
    assert not Lock(scope=ResourceId.parse(f"{GROUP}2"), name="keep", level=level).stops(DELETE)


@pytest.mark.parametrize("level", ["CanNotDelete", "ReadOnly"])
def test_a_lock_below_stops_the_deletion_of_its_parent(level: str) -> None:
    """Of that alone: not a write on it, nor the deletion of another part of it."""
    lock = Lock(scope=DELETE.scope.child("parts", "a"), name="keep", level=level)
    part = Need(scope=DELETE.scope, action="Microsoft.Network/connections/keys/delete", purpose="")

    assert [lock.stops(need) for need in (DELETE, WRITE, part)] == [True, False, False]
    beside = Lock(scope=ResourceId.parse(f"{CON}2"), name="keep", level=level)
    assert not beside.stops(DELETE)


@pytest.mark.parametrize(
    ("actions", "not_actions", "holds"),
    [
        (("*",), (), True),
        (("microsoft.network/*",), (), True),
        (("Microsoft.Network/*/delete",), (), True),
        (("*",), ("*/Delete",), False),
        (("Microsoft.Network/connections",), (), False),
        (("Microsoft.Network/connectionsx/*",), (), False),
        (("Microsoft.Network.connections/delete",), (), False),
        ((), (), False),
    ],
)
def test_a_pattern_matches_actions(
    actions: tuple[str, ...],
    not_actions: tuple[str, ...],
    holds: bool,  # noqa: FBT001 - the outcome
) -> None:
    """A star for anything, a dot for a dot; exceptions count for their own role alone."""
    role = Permission(actions=actions, not_actions=not_actions)

    assert role.holds(DELETE.action) is holds
    assert permitted([role, Permission(actions=(DELETE.action,))], DELETE.action)


@pytest.mark.parametrize(
    ("principals", "excluded", "principal", "concerns"),
    [
        ((EVERYBODY,), (), "", True),
        ((EVERYBODY,), (), "me", True),
        ((EVERYBODY,), ("ME",), "me", False),
        ((EVERYBODY,), ("them",), "me", None),
        ((EVERYBODY,), ("them",), "", None),
        (("group",), (), "me", True),
        (("group",), (), "", None),
    ],
)
def test_principals_of_a_deny_assignment(
    principals: tuple[str, ...],
    excluded: tuple[str, ...],
    principal: str,
    concerns: bool | None,  # noqa: FBT001 - the outcome
) -> None:
    """Azure lists those of a principal, groups included; exceptions may be of a group."""
    every = (Permission(actions=("*",)),)
    denial = Denial(
        scope=ResourceId.parse(GROUP),
        name="d",
        permissions=every,
        principals=principals,
        excluded=excluded,
    )

    assert denial.concerns(principal) is concerns
    assert denial.stops(DELETE)
    own = Denial(
        scope=ResourceId.parse(GROUP),
        name="d",
        permissions=every,
        principals=principals,
        not_below=True,
    )
    assert not own.stops(DELETE)


def identify(name: str) -> ResourceId:
    """Return an id that says which resource it is."""
    return ResourceId.of(f"{NETWORK}/{name}")


def needed(stack: str, *operations: ResourceOperation) -> list[tuple[str, str]]:
    config = stack_of(shipped(stack))
    region = region_at(Stack(name=stack, config=config, region=build(config)), Activation.ACTIVE)
    found = needs_of(region, operations, identify)
    network = "Microsoft.Network/"
    return [
        (str(each.scope).removeprefix(f"{NETWORK}/"), each.action.removeprefix(network))
        for each in found
    ]


def test_a_connection_joins_its_gateway_and_its_circuit() -> None:
    """https://learn.microsoft.com/azure/expressroute/roles-permissions; its deletion joins none."""
    name = "region/connection/singapore/connection"

    assert needed("secondary", ResourceOperation(Verb.CREATE, CONNECTION, name)) == [
        ("region/circuit/singapore/circuit", "expressRouteCircuits/join/action"),
        (name, "connections/write"),
        ("region/expressroute/gateway", "virtualNetworkGateways/join/action"),
    ]
    assert needed("secondary", ResourceOperation(Verb.DELETE, CONNECTION, name)) == [
        (name, "connections/delete")
    ]


def test_a_gateway_joins_its_subnet_and_a_peering_peers_with_the_hub() -> None:
    """A gateway's public address is Azure's own (GWY-03)."""
    gateway, peering = "region/expressroute/gateway", "region/spoke/spoke1/peering/spoke-to-hub"

    assert needed("secondary", ResourceOperation(Verb.CREATE, GATEWAY, gateway)) == [
        (gateway, "virtualNetworkGateways/write"),
        ("region/hub/network/subnets/GatewaySubnet", "virtualNetworks/subnets/join/action"),
    ]
    assert needed("secondary", ResourceOperation(Verb.UPDATE, PEERING, peering)) == [
        ("region/hub/network", "virtualNetworks/peer/action"),
        (peering, "virtualNetworks/virtualNetworkPeerings/write"),
    ]


def test_a_machine_is_started_by_an_action() -> None:
    """A ReadOnly lock blocks it; the machines of a load balancer are unknown."""
    machine = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/nva"
    (need,) = needs_of_start(ResourceId.parse(machine))

    assert (str(need.scope), need.action) == (
        machine,
        "Microsoft.Compute/virtualMachines/start/action",
    )
    locks = [
        Lock(scope=ResourceId.parse(GROUP), name="l", level=each)
        for each in ("ReadOnly", "CanNotDelete")
    ]
    assert [lock.stops(need) for lock in locks] == [True, False]
    assert needs_of_start(ResourceId.parse(f"{NETWORK}/loadBalancers/lb")) == ()


def test_a_fence_writes_the_private_peering_or_deletes_an_authorization() -> None:
    """Both of the circuit (ER-38)."""
    circuit = f"{NETWORK}/expressRouteCircuits/c"

    needs = needs_of_fence([ResourceId.parse(circuit)])

    assert [(str(each.scope), each.action) for each in needs] == [
        (
            f"{circuit}/peerings/AzurePrivatePeering",
            "Microsoft.Network/expressRouteCircuits/peerings/write",
        ),
        (circuit, "Microsoft.Network/expressRouteCircuits/authorizations/delete"),
    ]
