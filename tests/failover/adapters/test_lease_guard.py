"""The lease is asked for before each write, and for no reading."""

import inspect
from unittest.mock import Mock

import pytest

from sparehub.failover.adapters.lease_guard import GuardedAzure, GuardedStacks
from sparehub.failover.adapters.protocols import Stacks
from sparehub.failover.journal.lease import LeaseError

READING = {"snapshot", "snapshots", "previews", "secret"}
"""The methods of ``Stacks`` that write nothing: every other one, also a new one, is a write."""


def methods(protocol: type) -> list[str]:
    """Return the names of a protocol's methods."""
    return [name for name in vars(protocol) if not name.startswith("_")]


def call(target: object, protocol: type, name: str) -> None:
    """Call a method with an argument for each of its parameters."""
    positional, named = [], {}
    for parameter in [*inspect.signature(getattr(protocol, name)).parameters.values()][1:]:
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = Mock()
        else:
            positional.append(Mock())
    getattr(target, name)(*positional, **named)


def taken_over() -> None:
    raise LeaseError("somebody else has taken over")


@pytest.mark.parametrize("name", methods(Stacks))
def test_a_stack_is_written_only_by_who_holds_the_lease(name: str) -> None:
    """Whoever lost it may still read."""
    stacks = Mock()
    guarded = GuardedStacks(stacks, taken_over)
    if name in READING:
        call(guarded, Stacks, name)
    else:
        with pytest.raises(LeaseError, match="has taken over"):
            call(guarded, Stacks, name)
    assert [each[0] for each in stacks.mock_calls] == [name] * (name in READING)


@pytest.mark.parametrize("name", methods(Stacks))
def test_who_holds_the_lease_may_do_everything(name: str) -> None:
    """Each call reaches Pulumi, after the lease was asked for where it writes."""
    stacks, guard = Mock(), Mock()
    call(GuardedStacks(stacks, guard), Stacks, name)
    assert [each[0] for each in stacks.mock_calls] == [name]
    assert guard.call_count == (name not in READING)


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
def test_azure_is_written_only_by_who_holds_the_lease(method: str) -> None:
    """A reading passes."""
    azure = Mock()
    guarded = GuardedAzure(azure, taken_over)
    guarded.send("GET", "/x")
    with pytest.raises(LeaseError, match="has taken over"):
        guarded.send(method, "/x")
    assert len(azure.mock_calls) == 1
