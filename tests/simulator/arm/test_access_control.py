"""Locks, deny assignments and permissions: what ARM holds a request to before anything else."""

from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.pipeline.access_control import PRINCIPAL, DenyAssignment, Permission
from sparehub.simulator.arm.storage.logs import authorization_log
from sparehub.simulator.arm.storage.logs.authorization_log import Authorization
from tests.simulator.arm.arm_client import Arm, refusal_in
from tests.simulator.arm.bodies import GROUP, connection, group, virtual_network

SUBSCRIPTION = GROUP.partition("/resourceGroups")[0]
LOCKS = "/providers/Microsoft.Authorization/locks"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
HUB = f"{NETWORK}/virtualNetworks/hub"


def lock(arm: Arm, scope: str, level: str = "CanNotDelete") -> None:
    arm.put(f"{scope}{LOCKS}/keep", {"properties": {"level": level, "notes": "ours"}})


@pytest.mark.parametrize("scope", [SUBSCRIPTION, GROUP, HUB])
def test_a_lock_protects_resources_at_its_scope_and_below(arm: Arm, scope: str) -> None:
    """CanNotDelete lets it be written; the refusal names both scopes, in Azure's words."""
    arm.networks(hub="10.0.0.0/24")
    lock(arm, scope)

    refused = arm.refused("DELETE", HUB, None, {})

    assert refused["status"] == 409
    assert refused["code"] == "ScopeLocked"
    assert refused["message"] == (
        f"The scope '{HUB}' cannot perform delete operation because following scope(s) are locked: "
        f"'{scope}'. Please remove the lock and try again."
    )
    arm.put(*virtual_network("hub", "10.0.0.0/24"))
    assert arm.send("DELETE", f"{scope}{LOCKS}/keep").status == 200
    arm.delete(HUB)


def test_a_read_only_lock_refuses_writes_and_actions_and_no_readings(arm: Arm) -> None:
    """https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources."""
    arm.connected()
    lock(arm, GROUP, "ReadOnly")
    tables = f"{NETWORK}/expressRouteCircuits/circuit/peerings/AzurePrivatePeering/routeTables"

    assert arm.refusal(*virtual_network("hub", "10.0.0.0/24")) == "SCOPE_LOCKED"
    assert arm.send("POST", f"{tables}/primary").status == 409
    control.permit(arm.directory, [Permission(not_actions=("*/routeTables/read",))])
    refused = arm.send("POST", f"{tables}/primary").body
    assert "routeTables/read' over" in refused["error"]["message"]
    assert arm.get(HUB)["name"] == "hub"


def test_a_group_is_not_deleted_while_something_in_it_is_locked(arm: Arm) -> None:
    """The lock of a network beside it is in the way of nothing else."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    lock(arm, HUB)

    assert arm.refused_delete(GROUP) == "SCOPE_LOCKED"
    arm.delete(f"{NETWORK}/virtualNetworks/spoke")


def test_locks_are_listed_at_a_scope_and_below(arm: Arm) -> None:
    """``atScope()`` leaves out those below; a lock that is not there is 404, and deleted 204."""
    arm.networks(hub="10.0.0.0/24")
    lock(arm, HUB)
    shown = {
        "id": f"{HUB}{LOCKS}/keep",
        "name": "keep",
        "type": "Microsoft.Authorization/locks",
        "properties": {"level": "CanNotDelete", "notes": "ours"},
    }

    assert arm.get(f"{SUBSCRIPTION}{LOCKS}") == {"value": [shown]}
    assert arm.get(f"{HUB}{LOCKS}/KEEP") == shown
    at_scope = arm.send("GET", f"{GROUP}{LOCKS}", query={"$filter": "atScope()"})
    assert at_scope.body == {"value": []}
    missing = arm.send("GET", f"{GROUP}{LOCKS}/other")
    assert refusal_in(missing) == "LOCK_NOT_FOUND"
    assert arm.send("DELETE", f"{GROUP}{LOCKS}/other").status == 204


@pytest.mark.parametrize(
    ("method", "path", "body", "refusal"),
    [
        ("PUT", f"{GROUP}{LOCKS}/x", {"properties": {"level": "Any"}}, "LOCK_LEVEL"),
        ("PUT", f"{GROUP}{LOCKS}", {"properties": {"level": "ReadOnly"}}, "METHOD_UNKNOWN"),
        ("POST", f"{GROUP}{LOCKS}/x", {}, "METHOD_UNKNOWN"),
        ("GET", f"/subscriptions/none{LOCKS}", None, "SUBSCRIPTION_INVALID"),
        ("GET", f"{SUBSCRIPTION}/resourceGroups/no{LOCKS}", None, "GROUP_NOT_FOUND"),
        ("GET", f"{HUB}/subnets/no{LOCKS}", None, "CHILD_NOT_FOUND"),
        ("GET", f"{GROUP}/what{LOCKS}", None, "PATH_UNKNOWN"),
    ],
)
def test_an_invalid_lock_is_refused(
    arm: Arm, method: str, path: str, body: object, refusal: str
) -> None:
    """A lock needs a known level, a name and an existing scope."""
    arm.networks(hub="10.0.0.0/24")

    response = arm.send(method, path, body)

    assert refusal_in(response) == refusal


def test_permissions_are_checked_by_action_and_scope(arm: Arm) -> None:
    """NotActions take away what actions give; ``*`` stands for anything."""
    arm.networks(hub="10.0.0.0/24")
    reader = Permission(actions=("*/read",))
    there = Permission(scope=GROUP, actions=("Microsoft.Network/*",), not_actions=("*/delete",))
    control.permit(arm.directory, [reader, there])

    refused = arm.refused("DELETE", HUB, None, {})

    assert refused["status"] == 403
    assert refused["code"] == "AuthorizationFailed"
    assert "perform action 'Microsoft.Network/virtualNetworks/delete' over" in refused["message"]
    arm.put(*virtual_network("hub", "10.0.0.0/24"))
    assert arm.refusal(*group(f"{SUBSCRIPTION}/resourceGroups/other")) == "AUTHORIZATION_FAILED"
    control.permit(arm.directory, [])
    assert arm.send("GET", HUB).status == 403


def test_permissions_are_shown_as_they_apply_at_a_scope(arm: Arm) -> None:
    """What is given for another group does not."""
    arm.networks()
    here = Permission(scope=GROUP, actions=("Microsoft.Network/*",), not_actions=("*/delete",))
    elsewhere = Permission(scope=f"{SUBSCRIPTION}/resourceGroups/other")
    reader = Permission(scope=SUBSCRIPTION, actions=("*/read",))
    control.permit(arm.directory, [reader, here, elsewhere])

    found = arm.get(f"{GROUP}/providers/Microsoft.Authorization/permissions")["value"]

    assert [(each["actions"], each["notActions"]) for each in found] == [
        (["*/read"], []),
        (["Microsoft.Network/*"], ["*/delete"]),
    ]


def test_a_write_needs_permission_on_its_references(arm: Arm) -> None:
    """A connection joins its gateway and its circuit; a key of the circuit stands for the latter.

    https://learn.microsoft.com/azure/expressroute/roles-permissions
    """
    arm.hub()
    arm.connected()
    arm.delete(f"{NETWORK}/connections/connection")
    every = Permission(not_actions=("Microsoft.Network/expressRouteCircuits/join/action",))
    control.permit(arm.directory, [every])
    path, body = connection("connection", "gateway", "circuit")

    refused = arm.refused("PUT", path, body, {})

    assert refused["status"] == 403
    assert refused["code"] == "LinkedAuthorizationFailed"
    assert "'Microsoft.Network/expressRouteCircuits/join/action' on the" in refused["message"]
    body["properties"]["authorizationKey"] = "unknown"
    assert arm.refusal(path, body) == "AUTHORIZATION_INVALID"
    gateway = "Microsoft.Network/virtualNetworkGateways/join/action"
    control.permit(arm.directory, [Permission(not_actions=(gateway,))])
    assert f"'{gateway}' on the" in arm.refused("PUT", path, body, {})["message"]


def test_every_action_that_is_checked_can_be_logged(arm: Arm, tmp_path: Path) -> None:
    """Reads, writes, linked actions and refused ones; nothing before a file is named, or after."""
    arm.connected()
    path, body = connection("connection", "gateway", "circuit")
    file = tmp_path / "authorizations"
    control.log_authorizations(arm.directory, file)
    assert authorization_log.read(file) == []

    arm.put(path, body)
    arm.send("GET", f"{GROUP}/providers/Microsoft.Authorization/locks")
    control.permit(arm.directory, [])
    arm.send("GET", HUB)
    control.log_authorizations(arm.directory, None)
    arm.send("DELETE", HUB)

    gateway, its_circuit = (
        Authorization(
            action=f"Microsoft.Network/{each}/join/action",
            scope=f"{NETWORK}/{each}/{name}",
            permitted=True,
            linked=True,
        )
        for each, name in (
            ("virtualNetworkGateways", "gateway"),
            ("expressRouteCircuits", "circuit"),
        )
    )
    write = Authorization(action="Microsoft.Network/connections/write", scope=path, permitted=True)
    locks = Authorization(action="Microsoft.Authorization/locks/read", scope=GROUP, permitted=True)
    refused = Authorization(
        action="Microsoft.Network/virtualNetworks/read", scope=HUB, permitted=False
    )
    assert authorization_log.read(file) == [write, its_circuit, gateway, locks, refused]
    assert file.stat().st_mode & 0o777 == 0o600


def test_resource_graph_leaves_out_what_may_not_be_read(arm: Arm) -> None:
    """It answers with the rest, and does not say that there is more."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    graph = "/providers/Microsoft.ResourceGraph/resources"
    query = "resources | where type =~ 'microsoft.network/virtualNetworks' | project name"
    asked = {"query": query}
    assert len(arm.send("POST", graph, asked).body["data"]) == 2

    control.permit(arm.directory, [Permission(scope=HUB, actions=("*/read",))])

    assert arm.send("POST", graph, asked).body["data"] == [{"name": "hub"}]
    control.deny(arm.directory, [DenyAssignment(scope=HUB, name="no", actions=("*/read",))])
    assert arm.send("POST", graph, asked).body["data"] == []


@pytest.mark.parametrize(
    ("denial", "denied"),
    [
        (DenyAssignment(scope=GROUP, name="stack", actions=("*/delete",)), True),
        (
            DenyAssignment(scope=GROUP, name="stack", actions=("*",), not_actions=("*/delete",)),
            False,
        ),
        (DenyAssignment(scope=GROUP, name="stack", actions=("*/delete",), not_below=True), False),
        (
            DenyAssignment(
                scope=GROUP, name="stack", actions=("*/delete",), exclude_principals=(PRINCIPAL,)
            ),
            False,
        ),
        (
            DenyAssignment(scope=GROUP, name="stack", actions=("*",), principals=("somebody",)),
            False,
        ),
        (
            DenyAssignment(scope=HUB, name="stack", actions=("*/delete",), principals=(PRINCIPAL,)),
            True,
        ),
    ],
)
def test_a_deny_assignment_overrides_permissions(
    arm: Arm, denial: DenyAssignment, *, denied: bool
) -> None:
    """Unless it is for others, excludes the client, or stops at its own scope."""
    arm.networks(hub="10.0.0.0/24")
    control.deny(arm.directory, [denial])

    if denied:
        refused = arm.refused("DELETE", HUB, None, {})
        assert refused["status"] == 403
        assert refused["code"] == "DenyAssignmentAuthorizationFailed"
        assert refused["message"].endswith(f"' at scope '{denial.scope}'.")
    else:
        arm.delete(HUB)


def test_deny_assignments_are_listed_as_azure_shows_them(arm: Arm) -> None:
    """Without a filter those below the scope, too."""
    arm.networks(hub="10.0.0.0/24")
    control.deny(arm.directory, [DenyAssignment(scope=HUB, name="stack", actions=("*/delete",))])
    denials = "/providers/Microsoft.Authorization/denyAssignments"

    (found,) = arm.get(f"{SUBSCRIPTION}{denials}")["value"]

    assert found["properties"] == {
        "denyAssignmentName": "stack",
        "permissions": [
            {"actions": ["*/delete"], "notActions": [], "dataActions": [], "notDataActions": []}
        ],
        "scope": HUB,
        "doNotApplyToChildScopes": False,
        "principals": [{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}],
        "excludePrincipals": [],
        "isSystemProtected": True,
    }
    at_scope = arm.send("GET", f"{SUBSCRIPTION}{denials}", query={"$filter": "atScope()"})
    assert at_scope.body == {"value": []}


def test_usages_are_counted_by_region(arm: Arm) -> None:
    """Each with its limit, which somebody may set; a write is refused."""
    arm.networks(hub="10.0.0.0/24")
    path = f"{SUBSCRIPTION}/providers/Microsoft.Network/locations/eastasia/usages"
    control.limit(arm.directory, "RouteTables", 7)

    found = {each["name"]["value"]: each for each in arm.get(path)["value"]}

    assert found["VirtualNetworks"] == {
        "currentValue": 1,
        "limit": 1000,
        "name": {"value": "VirtualNetworks", "localizedValue": "Virtual Networks"},
        "unit": "Count",
    }
    assert found["RouteTables"]["limit"] == 7
    elsewhere = arm.get(path.replace("eastasia", "westus"))["value"]
    assert {each["currentValue"] for each in elsewhere} == {0}
    assert arm.send("PUT", path).status == 405
    assert arm.send("GET", path.replace(SUBSCRIPTION, "/subscriptions/no")).status == 400
