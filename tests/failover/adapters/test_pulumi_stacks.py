"""When Pulumi may record a state at the end of a deployment alone, and what a full disk does."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from pulumi import automation

from sparehub.failover.adapters import pulumi_stacks, working_files
from sparehub.failover.adapters.protocols import AS_THEY_ARE
from sparehub.failover.adapters.pulumi_stacks import Deployments, recorded_at_end
from sparehub.failover.adapters.stack_snapshot import Pending
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import PreflightError
from sparehub.topology.planning.operations import (
    CONNECTION,
    GATEWAY,
    PEERING,
    ResourceOperation,
    Verb,
)
from sparehub.topology.planning.plan import StackChange
from tests.failover.operators import NO_ROOM

CONNECT = ResourceOperation(Verb.CREATE, CONNECTION, "region/connection/singapore/connection")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([CONNECT, ResourceOperation(Verb.UPDATE, PEERING, "region/spoke/spoke1/peering")], True),
        ([ResourceOperation(Verb.DELETE, CONNECTION, CONNECT.name)], True),
        ([CONNECT, ResourceOperation(Verb.CREATE, GATEWAY, "region/expressroute/gateway")], False),
        (
            [CONNECT, ResourceOperation(Verb.CREATE, "azure-native:network:Subnet", "drill/a/app")],
            False,
        ),
    ],
    ids=["connection and updates", "deletion", "a gateway", "a drill's network"],
)
def test_a_large_state_is_recorded_at_the_end_where_only_connections_are_created(
    found: list[ResourceOperation],
    expected: bool,  # noqa: FBT001
) -> None:
    """A connection is found again by its id; any other resource only in Pulumi's state."""
    assert recorded_at_end(frozenset(found)) is expected


DISCONNECT = StackChange(
    stack="primary", activation=Activation.STANDBY, operations=frozenset(), disconnected=True
)
ORPHAN = Pending(urn="p::c", type=CONNECTION, parent="p", operation="creating", inputs={})


@pytest.mark.parametrize(
    "act",
    [
        lambda pulumi: pulumi.up(DISCONNECT, lambda _operation: None),
        lambda pulumi: pulumi.previews((DISCONNECT,), AS_THEY_ARE),
        lambda pulumi: pulumi.adopt("primary", ORPHAN, "/subscriptions/s"),
    ],
    ids=["deployment of a copy", "preview of a copy", "import"],
)
def test_a_working_file_that_cannot_be_written_refuses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, act: Callable[[Deployments], object]
) -> None:
    """Before Pulumi is asked to write anything, and in one message."""
    stack = Mock()
    stack.import_resources.side_effect = NO_ROOM  # it writes its list of resources first
    workspace = Mock(return_value=Mock(env_vars={}))
    monkeypatch.setattr(pulumi_stacks, "_Workspace", workspace)
    monkeypatch.setattr(working_files, "write_variant", Mock(side_effect=NO_ROOM))
    monkeypatch.setattr(automation.Stack, "select", lambda *_: stack)
    pulumi = Deployments(tmp_path)
    with pytest.raises(PreflightError, match=r"cannot be written \(No space left on device\)"):
        act(pulumi)
    pulumi.close()
    stack.up.assert_not_called()
    stack.preview.assert_not_called()
