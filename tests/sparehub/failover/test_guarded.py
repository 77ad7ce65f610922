"""The lease is asked for before each write, and for no reading."""

from typing import Any
from unittest.mock import Mock

import pytest

from sparehub.failover.guarded import GuardedAzure, GuardedStacks
from sparehub.failover.lease import LeaseError

READ = {"snapshot": 1, "snapshots": 1, "secret": 2}
WRITE = {"up": 2, "adopt": 3, "forget_pending": 1, "unlock": 1, "set_secret": 3}


def taken_over() -> None:
    raise LeaseError("somebody else has taken over")


@pytest.mark.parametrize(("name", "count"), [*READ.items(), *WRITE.items()])
def test_a_stack_is_written_only_by_who_holds_the_lease(name: str, count: int) -> None:
    """Whoever lost it may still read."""
    stacks = Mock()
    call: Any = getattr(GuardedStacks(stacks, taken_over), name)
    if name in READ:
        call(*range(count))
        assert len(stacks.mock_calls) == 1
        return
    with pytest.raises(LeaseError, match="has taken over"):
        call(*range(count))
    assert stacks.mock_calls == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_azure_is_written_only_by_who_holds_the_lease(method: str) -> None:
    """A reading passes."""
    azure = Mock()
    guarded = GuardedAzure(azure, taken_over)
    guarded.send("GET", "/x")
    with pytest.raises(LeaseError, match="has taken over"):
        guarded.send(method, "/x")
    assert len(azure.mock_calls) == 1
