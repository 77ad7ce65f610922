"""Which authorization keys can make a connection."""

from typing import Any

import pytest

from sparehub.failover.steps.keys.key_checks import key_digest, unusable_reason
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.planning.plan import KeyedConnection
from tests.failover.steps.test_fencing import SHARED, Script

OURS, THEIRS = "/subscriptions/s/connections/ours", "/subscriptions/s/connections/theirs"
KEYED = KeyedConnection(key="shared", circuit=ResourceId.parse(SHARED))


def listed(**properties: str) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    value = [{"properties": {"authorizationKey": "key", **properties}}]
    return {f"GET {SHARED}/authorizations": [(200, {"value": value})]}


@pytest.mark.parametrize(
    ("answers", "spent", "said"),
    [
        (listed(authorizationUseStatus="Available"), [], ""),
        # Azure spells ids as it likes: https://learn.microsoft.com/azure/azure-resource-manager
        (listed(authorizationUseStatus="InUse", connectionResourceUri=OURS.upper()), [], ""),
        (
            listed(authorizationUseStatus="InUse", connectionResourceUri=THEIRS),
            [],
            f"is in use by {THEIRS}",
        ),
        (
            listed(authorizationKey="another"),
            [],
            "is not one of the circuit's: it was deleted, or is for another circuit",
        ),
        (
            listed(authorizationUseStatus="Available"),
            [key_digest("key")],
            "is used up: the connection that it created was deleted",
        ),
        ({f"GET {SHARED}/authorizations": [(403, {})]}, [], ""),
    ],
    ids=["free", "ours", "another's", "unknown", "used up", "nobody may look"],
)
def test_a_key_is_good_for_one_connection(
    answers: dict[str, list[tuple[int, dict[str, Any]]]], spent: list[str], said: str
) -> None:
    """That connection may stand: a run made it and died before anybody wrote that down."""
    assert unusable_reason(Script(answers), KEYED, ResourceId.of(OURS), "key", spent) == said
