"""The lease guard: every write asks for the lease first, and no reading does."""

import inspect
from typing import Any
from unittest.mock import Mock

import pytest

from sparehub.azure.answers import Azure
from sparehub.failover.adapters.lease_guard import GuardedAzure, GuardedStacks
from sparehub.failover.adapters.protocols import Stacks
from sparehub.failover.adapters.pulumi_stacks import Deployments
from sparehub.failover.journal.lease import LeaseError

READINGS: dict[type, set[str]] = {
    Stacks: {"snapshot", "snapshots", "previews", "secret"},
    Azure: {"name", "wait", "account"},
}
"""Members that write nothing: every other one, also one that is added later, is a write."""
GUARDED: dict[type, Any] = {Stacks: GuardedStacks, Azure: GuardedAzure}


def members(protocol: type) -> list[str]:
    """Return the names of everything that a protocol declares."""
    declared = {*vars(protocol), *inspect.get_annotations(protocol)}
    return sorted(name for name in declared if not name.startswith("_"))


CASES = [(protocol, name) for protocol in GUARDED for name in members(protocol)]


def use(target: object, protocol: type, name: str) -> None:
    """Read an attribute, or call a method with an argument for each of its parameters."""
    declared = inspect.getattr_static(protocol, name, None)
    if not inspect.isfunction(declared):
        getattr(target, name)
        return
    parameters = [*inspect.signature(declared).parameters.values()][1:]
    positional = [Mock() for each in parameters if each.kind is not each.KEYWORD_ONLY]
    named = {each.name: Mock() for each in parameters if each.kind is each.KEYWORD_ONLY}
    getattr(target, name)(*positional, **named)


def taken_over() -> None:
    raise LeaseError("somebody else has taken over")


def used(inner: Mock) -> list[str]:
    return [call[0] for call in inner.mock_calls]


def test_every_method_of_the_protocols_is_tested() -> None:
    """Those that were once left out, among them."""
    assert {name for _, name in CASES} >= {"refresh", "previews", "adopt", "up", "send", "act"}
    for protocol, names in READINGS.items():
        assert names <= set(members(protocol))


@pytest.mark.parametrize(("protocol", "name"), CASES)
def test_without_the_lease_only_readings_pass(protocol: type, name: str) -> None:
    """A write raises LeaseError, and does not reach Pulumi or Azure."""
    inner = Mock(spec=protocol)
    guarded = GUARDED[protocol](inner, taken_over)
    if name in READINGS[protocol]:
        use(guarded, protocol, name)
        return
    with pytest.raises(LeaseError, match="has taken over"):
        use(guarded, protocol, name)
    assert used(inner) == []


@pytest.mark.parametrize(("protocol", "name"), CASES)
def test_with_the_lease_everything_passes(protocol: type, name: str) -> None:
    """Each call arrives once; the lease is checked once before a write, and not for a reading."""
    inner, guard = Mock(spec=protocol), Mock(spec=taken_over)
    use(GUARDED[protocol](inner, guard), protocol, name)
    assert used(inner) == [name] * inspect.isfunction(inspect.getattr_static(protocol, name, None))
    assert guard.call_count == (name not in READINGS[protocol])


@pytest.mark.parametrize("name", members(Stacks))
def test_a_write_ends_the_revision_of_its_stack(name: str) -> None:
    """A preview is valid for one revision; what a failed write left is another revision, too."""
    stacks = Mock(spec=Deployments)
    getattr(stacks, name).side_effect = ArithmeticError
    guarded = GuardedStacks(stacks, lambda: None)
    change = Mock(stack="primary")
    arguments: dict[str, tuple[object, ...]] = {
        "up": (change, print),
        "adopt": ("primary", Mock(), "id"),
        "refresh": ("primary", []),
        "import_resources": ("primary", [], {}),
        "record_inputs": (change, []),
        "set_secret": ("primary", "path", "value"),
        "snapshots": (["primary"],),
        "previews": ((change,), Mock()),
        "secret": ("primary", "path"),
    }
    with pytest.raises(ArithmeticError):
        getattr(guarded, name)(*arguments.get(name, ("primary",)))
    assert guarded.revision("primary") == (name not in READINGS[Stacks])
    assert guarded.revision("secondary") == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "PATCH", "DELETE"])
def test_a_request_that_only_reads_passes_without_the_lease(method: str) -> None:
    """A GET passes; every other method is a write."""
    azure = Mock(spec=Azure)
    guarded = GuardedAzure(azure, taken_over)
    if method == "GET":
        guarded.send(method, "/x")
    else:
        with pytest.raises(LeaseError, match="has taken over"):
            guarded.send(method, "/x")
    assert len(azure.mock_calls) == (method == "GET")
