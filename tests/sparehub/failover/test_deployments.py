"""When Pulumi may record a state at the end of a deployment alone, and what a full disk does."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from pulumi import automation

from sparehub.failover import deployments
from sparehub.failover.deployments import Deployments, recorded_at_end
from sparehub.failover.port import AS_THEY_ARE
from sparehub.failover.snapshot import Pending
from tests.sparehub.failover.worlds import NO_ROOM
from topology.changes import CONNECTION, GATEWAY, PEERING, Operation, Verb
from topology.errors import PreflightError
from topology.plan import Change
from topology.words import Activation

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


DISCONNECT = Change(
    stack="primary", activation=Activation.STANDBY, operations=frozenset(), disconnected=True
)
STRAY = Pending(urn="p::c", type=CONNECTION, parent="p", operation="creating", inputs={})


@pytest.mark.parametrize(
    "act",
    [
        lambda pulumi: pulumi.up(DISCONNECT, lambda _operation: None),
        lambda pulumi: pulumi.previews((DISCONNECT,), AS_THEY_ARE),
        lambda pulumi: pulumi.adopt("primary", STRAY, "/subscriptions/s"),
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
    monkeypatch.setattr(deployments, "_Workspace", workspace)
    monkeypatch.setattr(deployments, "write_variant", Mock(side_effect=NO_ROOM))
    monkeypatch.setattr(automation.Stack, "select", lambda *_: stack)
    pulumi = Deployments(tmp_path)
    with pytest.raises(PreflightError, match=r"cannot be written \(No space left on device\)"):
        act(pulumi)
    pulumi.close()
    stack.up.assert_not_called()
    stack.preview.assert_not_called()
