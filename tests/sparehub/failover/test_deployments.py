"""When Pulumi may record the state of a large stack at the end of a deployment alone."""

import pytest

from sparehub.failover.deployments import recorded_at_end
from topology.changes import CONNECTION, GATEWAY, PEERING, Operation, Verb

CONNECT = Operation(Verb.CREATE, CONNECTION, "region/connection/singapore/connection")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([CONNECT, Operation(Verb.UPDATE, PEERING, "region/spoke/spoke1/peering")], True),
        ([Operation(Verb.DELETE, CONNECTION, CONNECT.name)], True),
        ([CONNECT, Operation(Verb.CREATE, GATEWAY, "region/expressroute/gateway")], False),
        ([CONNECT, Operation(Verb.CREATE, "azure-native:network:Subnet", "drill/a/app")], False),
    ],
    ids=["connection and updates", "deletion", "a gateway", "a drill's network"],
)
def test_what_is_found_again_by_its_id_need_not_be_recorded_at_once(
    found: list[Operation],
    expected: bool,  # noqa: FBT001
) -> None:
    """A connection is; what else is made is known to Pulumi's state alone."""
    assert recorded_at_end(frozenset(found)) is expected
