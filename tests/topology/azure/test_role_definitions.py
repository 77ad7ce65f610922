"""The custom roles: exact actions, each recorded or added with a reason, and their files."""

import json

import pytest

from engine.roles.holders import HOLDERS
from engine.roles.page import PAGE, drawn
from engine.roles.writing import FILES, definition_texts
from sparehub.topology.azure.role_definitions.additions import ADDITIONS
from sparehub.topology.azure.role_definitions.custom import (
    DEPLOYER,
    FENCE,
    OPERATING,
    OPERATOR,
    READER,
    READING,
    ROLES,
    RUNBOOK,
)
from sparehub.topology.azure.role_definitions.recorded import CALLS
from sparehub.topology.azure.role_definitions.role import PLACEHOLDER, merged, without

CIRCUITS = "Microsoft.Network/expressRouteCircuits"
RECORDED = {
    action.lower()
    for (_, place), actions in CALLS.items()
    if place != "above theirs"
    for action in actions
}


def writes(actions: tuple[str, ...]) -> list[str]:
    return [action for action in actions if not action.endswith("/read")]


def test_the_files_are_the_roles() -> None:
    """Run ``python -m engine.roles.page`` where this fails."""
    found = {path: path.read_text() for path in sorted(FILES.glob("*.json"))}

    assert found == dict(sorted(definition_texts().items()))


def test_a_file_is_what_azures_command_line_takes() -> None:
    """https://learn.microsoft.com/azure/role-based-access-control/custom-roles."""
    definition = json.loads((FILES / "fence.json").read_text())

    assert definition == {
        "Name": "Sparehub fence",
        "IsCustom": True,
        "Description": FENCE.description,
        "Actions": [*FENCE.actions],
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [PLACEHOLDER],
    }


def test_the_page_shows_the_roles() -> None:
    """Run ``python -m engine.roles.page`` where this fails."""
    page = PAGE.read_text()

    assert drawn(page) == page


@pytest.mark.parametrize("role", ROLES.values(), ids=lambda role: role.key)
def test_actions_are_exact_and_each_is_there_once(role: object) -> None:
    """No wildcard, no second spelling."""
    actions = ROLES[getattr(role, "key")].actions  # noqa: B009 - mypy sees an object

    assert actions == merged(actions)
    assert [action for action in actions if "*" in action] == []


@pytest.mark.parametrize("key", ROLES)
def test_every_action_was_recorded_or_is_added_with_a_reason(key: str) -> None:
    """What nobody called is in no role."""
    added = {a.lower() for each in ADDITIONS if key in each.roles for a in each.actions}

    assert {a.lower() for a in ROLES[key].actions} - RECORDED - added == set()


@pytest.mark.parametrize("command", HOLDERS)
def test_who_runs_a_command_has_every_action_that_it_called(command: str) -> None:
    """But for keys of another team's circuit, which that team issues."""
    held = {a.lower() for key in (*HOLDERS[command], "fence") for a in ROLES[key].actions}
    called = {
        action
        for (name, place), actions in CALLS.items()
        if name == command and place != "above theirs"
        for action in actions
        if action.lower() not in held
    }

    assert called <= {f"{CIRCUITS}/authorizations/write"}


def test_a_reader_writes_nothing() -> None:
    """The health of a load balancer is posted, and writes nothing."""
    health = "Microsoft.Network/loadBalancers/loadBalancingRules/health/action"

    assert writes(READER.actions) == [health]


def test_a_fence_has_its_two_writes() -> None:
    """ER-38: revoke an authorization, or disable the peering."""
    assert writes(FENCE.actions) == [
        f"{CIRCUITS}/authorizations/delete",
        f"{CIRCUITS}/peerings/write",
    ]


def test_an_operator_makes_no_network() -> None:
    """Networks, subnets, tables, groups and role assignments are a deployer's."""
    made = (
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleDefinitions/write",
        "Microsoft.Network/networkSecurityGroups/write",
        "Microsoft.Network/routeTables/write",
        "Microsoft.Network/virtualNetworks/subnets/write",
        "Microsoft.Network/virtualNetworks/write",
        "Microsoft.Resources/subscriptions/resourceGroups/write",
    )

    assert without(made, OPERATOR.actions) == made
    assert without(made, DEPLOYER.actions) == ()


def test_operator_and_deployer_repeat_nothing_of_the_reader() -> None:
    """Who has one of them has it, too."""
    for role in (OPERATOR, DEPLOYER):
        assert without(role.actions, READER.actions) == role.actions


def test_the_runbook_switches_the_network_and_moves_no_machine() -> None:
    """It has every write of the network that a failover makes, and starts an NVA."""
    of_network = {
        action
        for command in ("failover", "failback", "failover --unplanned")
        for action in writes(CALLS[(command, "resource")])
        if action.startswith("Microsoft.Network/")
    }

    assert of_network - {f"{CIRCUITS}/authorizations/write"} <= set(RUNBOOK.actions)
    assert not [a for a in RUNBOOK.actions if a.startswith("Microsoft.RecoveryServices/")]
    assert "Microsoft.Compute/virtualMachines/start/action" in RUNBOOK.actions


def test_an_addition_is_what_was_not_recorded_of_its_roles() -> None:
    """It would be redundant otherwise."""
    for each in ADDITIONS:
        for role in each.roles:
            mine = [command for command, held in HOLDERS.items() if held[-1] == role]
            commands = READING if role == READER.key else mine
            called = {
                action.lower()
                for command in commands
                for place in ("subscription", "resource")
                for action in CALLS.get((command, place), ())
            }
            assert {a.lower() for a in each.actions} & called == set(), (role, each.reason)


def test_every_write_of_an_operation_is_an_operators() -> None:
    """A machine's failover and the network's, and nothing that only a deployer has."""
    called = {a for command in OPERATING for a in writes(CALLS[(command, "resource")])}

    assert called <= set(OPERATOR.actions)
