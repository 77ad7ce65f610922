"""Refusals of Azure are read: which action is missing where, and which role has it."""

from sparehub.topology.planning.rights.refusals import advice_on_rights, missing_rights

WRITE = "Microsoft.Network/connections/write"
JOIN = "Microsoft.Network/expressRouteCircuits/join/action"
SCOPE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/connections/con"
DIRECT = (
    "The client 'a' with object id 'b' does not have authorization to perform\n    action "
    f"'{WRITE}' over scope '{SCOPE}' or the scope is invalid."
)
LINKED = (
    f"The client 'a' with object id 'b' has permission to perform action '{WRITE}' on scope "
    f"'{SCOPE}'; however, it does not have permission to perform action(s) '{JOIN}' on the linked "
    "scope(s) '/subscriptions/t' (respectively) or the linked scope(s) are invalid."
)


def test_both_sentences_of_azure_are_read_once_each() -> None:
    """Also where a line was broken in the middle."""
    found = [*missing_rights(f"{DIRECT} {DIRECT} {LINKED}")]

    assert found == [(WRITE, SCOPE), (JOIN, "/subscriptions/t")]


def test_the_roles_that_have_the_action_are_named() -> None:
    """As commands that print them."""
    assert advice_on_rights(DIRECT) == (
        f"missing: {WRITE} at {SCOPE}; a role that has it: `sparehub roles deployer`, "
        "`sparehub roles operator`, `sparehub roles runbook`"
    )


def test_an_action_of_no_role_is_said_to_be_one() -> None:
    """And a message about something else says nothing."""
    other = DIRECT.replace(WRITE, "Microsoft.Network/firewallPolicies/write")

    assert "no role of Sparehub has it (docs/rights.md)" in advice_on_rights(other)
    assert advice_on_rights("The resource is locked.") == ""
