"""Who is given which role where, from the stack files."""

from sparehub.topology.azure.role_definitions.custom import OPERATOR, READER, RUNBOOK
from sparehub.topology.planning.rights.role_scopes import (
    Assignment,
    assignable_scopes,
    assignments,
    roles_with,
)
from tests.configurations import shipped
from tests.replicated_pair import pair_of
from tests.site_recovery_files import protected, recovery

ONE, TWO = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2))
SUBSCRIPTIONS = {"primary": ONE, "secondary": TWO}
THEIRS = (
    "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/rg/providers/"
    "Microsoft.Network/expressRouteCircuits/lent"
)


def of(role: str, found: tuple[Assignment, ...]) -> list[str]:
    return [each.scope for each in found if each.role == role]


def test_a_pair_without_machines() -> None:
    """Readers and deployers at the subscriptions, operators at the groups."""
    found = assignments(pair_of(shipped("primary"), shipped("secondary")), SUBSCRIPTIONS)

    whole = [f"/subscriptions/{ONE}", f"/subscriptions/{TWO}"]
    assert of("reader", found) == of("deployer", found) == whole
    assert of("operator", found) == [
        f"/subscriptions/{ONE}/resourceGroups/rg-sparehub-eastasia",
        f"/subscriptions/{ONE}/resourceGroups/rg-sparehub-erc-hong-kong",
        f"/subscriptions/{TWO}/resourceGroups/rg-sparehub-erc-singapore",
        f"/subscriptions/{TWO}/resourceGroups/rg-sparehub-southeastasia",
    ]
    assert (of("fence", found), of("runbook", found)) == ([], [])


def test_an_operator_of_machines_has_their_groups_once_each() -> None:
    """The vault's, where they run, and where they arrive."""
    found = assignments(pair_of(protected(), recovery()), SUBSCRIPTIONS)

    groups = [scope.rpartition("/")[2] for scope in of("operator", found)]
    assert groups.count("rg-machines") == 1
    assert {"rg-recovered", "rg-sparehub-asr-southeastasia"} <= set(groups)


def test_a_circuit_of_another_team_is_fenced_and_not_operated() -> None:
    """One in the stack's own subscription is operated."""
    values = shipped("primary")
    circuit = {
        "id": THEIRS,
        "peeringLocation": "Hong Kong",
        "sku": {"tier": "Standard"},
        "bandwidthInMbps": 500,
        "authorizationKey": "key",
    }
    values["sparehub:region"]["expressRoute"]["connections"] = {"lent": {"circuit": circuit}}
    pair = pair_of(values, shipped("secondary"))

    assert of("fence", assignments(pair, SUBSCRIPTIONS)) == [THEIRS]
    assert THEIRS not in of("operator", assignments(pair, SUBSCRIPTIONS))
    ours = {"primary": THEIRS.split("/")[2], "secondary": TWO}
    assert of("fence", assignments(pair, ours)) == []
    assert THEIRS in of("operator", assignments(pair, ours))


def test_a_definition_is_assignable_in_the_subscriptions_of_its_assignments() -> None:
    """Never at a single resource, which Azure does not take."""
    wanted = (
        Assignment("operator", f"/subscriptions/{TWO}/resourceGroups/rg", ""),
        Assignment("operator", f"/subscriptions/{ONE}/resourceGroups/rg", ""),
        Assignment("reader", f"/subscriptions/{TWO}", ""),
    )

    assert assignable_scopes(OPERATOR, wanted) == (f"/subscriptions/{ONE}", f"/subscriptions/{TWO}")
    assert assignable_scopes(READER, wanted) == (f"/subscriptions/{TWO}",)
    assert assignable_scopes(RUNBOOK, wanted) == ()


def test_the_roles_with_an_action_are_found_in_any_case() -> None:
    """An action of none leads to none."""
    assert roles_with("MICROSOFT.NETWORK/CONNECTIONS/DELETE") == ("deployer", "operator", "runbook")
    assert roles_with("Microsoft.Network/firewallPolicies/write") == ()
