"""The fences of a region that does not answer, where a run goes on after one that died."""

from unittest.mock import Mock

import pytest

from sparehub.failover.journal.acceptances import Accepted
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.open_items import Fence
from sparehub.failover.steps import unreachable_region
from sparehub.failover.steps.unreachable_region import UnreachableRegion
from tests.failover.steps.test_fencing import azure_with, circuit_of, live, recorded


def test_a_fence_that_is_set_is_known_however_its_id_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is chosen once, with the state to restore: a second one would say `Disabled`."""
    primary, secondary = live("primary"), live("secondary")
    azure = azure_with(primary, peering={"state": "Disabled"})
    path = f"{circuit_of(primary)}/peerings/AzurePrivatePeering"
    azure.answers[f"GET {path.upper()}"] = azure.answers[f"GET {path}"]
    fence = Fence(how="privatePeering", id=path.upper(), was="Enabled")
    context = Mock(source=primary, target=secondary, open_items=(), source_machines=())
    context.plan.source, context.plan.target = "primary", "secondary"
    context.operation.id, context.operation.generation = "operation", 1
    context.all_accepted = Accepted()
    context.session.azure = azure
    context.session.stacks.snapshots.return_value = {"primary": recorded()}
    context.session.journal_state.fences = {"operation": (fence,)}
    context.session.journal_state.closed_items = frozenset()
    monkeypatch.setattr(unreachable_region, "set_values", Mock())

    UnreachableRegion(context).fence()

    context.write.assert_any_call(JournalEvent.FENCES_CHOSEN, fences=[fence.document()])
    assert context.write.call_args.kwargs["fences"] == [fence.document()]
