"""Each role loaded into the local Azure: it permits what is recorded of it, and nothing else."""

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.pipeline.access_control import Permission, check_permissions
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.topology.azure.role_definitions.custom import FENCE, OPERATOR, READER, ROLES, RUNBOOK
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    GROUP,
    NETWORK,
    authorization,
    circuit,
    connection,
    private_peering,
    virtual_network,
)

CIRCUIT, _ = circuit("circuit")


def refused(arm: Arm, scope: str, action: str) -> bool:
    """Return whether the client may not do something."""
    with arm.azure.store.transaction(write=False) as transaction:
        try:
            check_permissions(transaction, scope, action)
        except Refusal:
            return True
    return False


@pytest.mark.parametrize("key", ROLES)
def test_every_action_of_a_role_is_needed(arm: Arm, key: str) -> None:
    """Without any one of them exactly that one is refused; elsewhere all are."""
    role = ROLES[key]
    for action in role.actions:
        rest = tuple(each for each in role.actions if each != action)
        control.permit(arm.directory, [Permission(scope=GROUP, actions=rest)])
        assert refused(arm, GROUP, action), action
    control.permit(arm.directory, [Permission(scope=GROUP, actions=role.actions)])
    assert [action for action in role.actions if refused(arm, CIRCUIT, action)] == []
    assert all(refused(arm, f"{GROUP}-other", action) for action in role.actions)


def test_an_operator_connects_and_makes_no_network(arm: Arm) -> None:
    """It writes a connection with both of its linked rights; a network is refused."""
    arm.connected()
    held = [Permission(scope=GROUP, actions=each.actions) for each in (READER, OPERATOR)]
    control.permit(arm.directory, held)

    arm.delete(f"{NETWORK}/connections/connection")
    arm.put(*connection("connection", "gateway", "circuit"))
    assert arm.refusal(*virtual_network("other", "10.9.0.0/24")) == "AUTHORIZATION_FAILED"


def test_a_fence_does_its_two_writes_on_one_circuit(arm: Arm) -> None:
    """It issues no key, and does not touch the circuit itself or another one."""
    arm.put(GROUP, {"location": "eastasia"})
    for name in ("circuit", "other"):
        arm.put(*circuit(name))
    peering, body = private_peering("circuit")
    arm.put(peering, body)
    arm.put(*authorization("circuit", "one"))
    control.permit(arm.directory, [Permission(scope=CIRCUIT, actions=FENCE.actions)])

    arm.delete(authorization("circuit", "one")[0])
    arm.put(peering, {"properties": {**body["properties"], "state": "Disabled"}})
    for path, sent in (authorization("circuit", "two"), circuit("circuit"), circuit("other")):
        assert arm.refusal(path, sent) == "AUTHORIZATION_FAILED"
    assert arm.refusal(*private_peering("other")) == "AUTHORIZATION_FAILED"


@pytest.mark.parametrize("role", [READER, RUNBOOK], ids=lambda role: role.key)
def test_no_other_role_makes_what_a_deployer_makes(arm: Arm, role: object) -> None:
    """A reader writes nothing; a runbook switches, and makes no network."""
    arm.connected()
    actions = getattr(role, "actions")  # noqa: B009 - mypy sees an object
    control.permit(arm.directory, [Permission(scope=GROUP, actions=actions)])

    assert arm.refusal(*virtual_network("other", "10.9.0.0/24")) == "AUTHORIZATION_FAILED"
    path, body = connection("connection", "gateway", "circuit")
    if role is READER:
        assert arm.refusal(path, body) == "AUTHORIZATION_FAILED"
    else:
        arm.put(path, body)
