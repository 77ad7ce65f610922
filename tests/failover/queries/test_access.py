"""What is read of rights, deny assignments and locks, and what of it forbids a write."""

from typing import Any

import pytest

from sparehub.failover.queries.access import Access
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.planning.rights.permissions import Need
from sparehub.topology.planning.rights.refusals import who_has
from tests.failover.steps.test_fencing import Script

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
CONNECTION = f"{GROUP}/providers/Microsoft.Network/connections/con"
NEED = Need(
    scope=ResourceId.parse(CONNECTION),
    action="Microsoft.Network/connections/delete",
    purpose="delete con",
)
AT = "/providers/Microsoft.Authorization"
WHAT = f"delete con (Microsoft.Network/connections/delete at {CONNECTION})"


def listing(*items: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    return [(200, {"value": [*items]})]


def azure(**answers: list[tuple[int, dict[str, Any]]]) -> Script:
    """Return an Azure in which everything is permitted, but for what is said."""
    every = listing({"actions": ["*"]})
    paths = {
        "locks": f"{SUBSCRIPTION}{AT}/locks",
        "denials": f"{SUBSCRIPTION}{AT}/denyAssignments",
        "group": f"{GROUP}{AT}/permissions",
        "own": f"{CONNECTION}{AT}/permissions",
    }
    usual = {"locks": listing(), "denials": listing(), "group": every, "own": every}
    return Script({f"GET {paths[key]}": each for key, each in (usual | answers).items()})


def test_nothing_is_in_the_way_where_roles_permit_it() -> None:
    """One reading of each list for any number of writes."""
    script = azure()
    access = Access(script)

    found = [[*access.forbidding(NEED)] for _ in range(3)]

    assert (found, access.problems) == ([[], [], []], {})
    assert script.asked == ["GET"] * 3


def test_a_role_on_the_resource_itself_counts() -> None:
    """What the group lacks is asked of the resource; where that lacks it, too, it is missing."""
    reader = listing({"actions": ["*/read"]})

    assert [*Access(azure(group=reader)).forbidding(NEED)] == []
    assert [*Access(azure(group=reader, own=reader)).forbidding(NEED)] == [
        f"the login may not {WHAT}; {who_has(NEED.action)}"
    ]
    unmade: list[tuple[int, dict[str, Any]]] = [(404, {})]
    assert len([*Access(azure(group=reader, own=unmade)).forbidding(NEED)]) == 1


def test_what_cannot_be_read_is_a_problem_and_no_missing_right() -> None:
    """A login may see a resource and nothing of its group."""
    forbidden = [(403, {"error": {"message": "not yours"}})]
    seen = Access(azure(group=forbidden))
    assert ([*seen.forbidding(NEED)], seen.problems) == ([], {})

    unseen = Access(azure(group=forbidden, own=forbidden, locks=forbidden))

    assert [*unseen.forbidding(NEED)] == []
    assert [*unseen.problems] == [
        f"rights at {GROUP}: not yours",
        f"{SUBSCRIPTION}{AT}/locks: not yours",
    ]


@pytest.mark.parametrize("status", [0, 403, 503])
def test_a_reading_of_the_resource_that_fails_is_a_problem(status: int) -> None:
    """Its group does not permit it, and a role on the resource itself might."""
    silent = [(status, {"error": {"message": "not now"}})]
    access = Access(azure(group=listing({"actions": ["*/read"]}), own=silent))

    assert [*access.forbidding(NEED)] == []
    assert [*access.problems] == [f"rights at {CONNECTION}: not now"]


def test_a_resource_that_may_be_silent_is_not_asked_for_its_own_rights() -> None:
    """Its group is; what that does not permit is said of the group alone."""
    script = azure(group=listing({"actions": ["*/read"]}))
    access = Access(script)

    assert [*access.forbidding(NEED, own=False)] == [
        f"no role at {GROUP} or above lets the login {WHAT}; {who_has(NEED.action)}"
    ]
    assert script.asked == ["GET"] * 3
    unseen = Access(azure(group=[(503, {})]))
    assert [*unseen.forbidding(NEED, own=False)] == []
    assert [*unseen.problems] == [f"rights at {GROUP}: no answer (503)"]


def test_a_deny_assignment_that_excludes_somebody_is_a_doubt() -> None:
    """One against everybody forbids; one for others, or with exceptions, may concern the login."""
    everybody = {"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}

    def denial(name: str, principal: dict[str, str], *excluded: dict[str, str]) -> dict[str, Any]:
        return {
            "name": "guid",
            "properties": {
                "denyAssignmentName": name,
                "scope": GROUP,
                "permissions": [{"actions": ["*/delete"], "notActions": []}],
                "principals": [principal],
                "excludePrincipals": [*excluded],
            },
        }

    group = {"id": "group", "type": "Group"}
    denials = listing(
        denial("all", everybody), denial("most", everybody, group), denial("g", group)
    )
    access = Access(azure(denials=denials))

    assert [*access.forbidding(NEED)] == [f"the deny assignment 'all' at {GROUP} forbids to {WHAT}"]
    notes = "delete con (Microsoft.Network/connections/delete)"
    assert [*access.doubtful(NEED)] == [f"'most' at {GROUP}: {notes}", f"'g' at {GROUP}: {notes}"]


def test_a_lock_is_shown_with_its_scope() -> None:
    """Of a group, in any spelling."""
    lock = {
        "id": f"{GROUP.upper()}{AT.lower()}/locks/keep",
        "name": "keep",
        "properties": {"level": "CanNotDelete"},
    }

    found = [*Access(azure(locks=listing(lock))).forbidding(NEED)]

    assert found == [f"the lock 'keep' (CanNotDelete) at {GROUP.upper()} forbids to {WHAT}"]
