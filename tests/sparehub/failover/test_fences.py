"""Which fences a lost region needs, and what becomes of one that Azure answers badly."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from sparehub.azure.answers import Account, Answer
from sparehub.failover.fences import Fence, FenceError, fences_for, set_fence, undone
from sparehub.failover.snapshot import Snapshot
from sparehub.stacks import read_stack
from tests.configurations import ROOT
from topology.failover import region_at
from topology.model import Circuit, CircuitReference, Region
from topology.words import Activation

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
SHARED = f"{SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.Network/expressRouteCircuits/c"
PEERING = f"{SHARED}/peerings/AzurePrivatePeering"
DISABLE = Fence(how="privatePeering", id=PEERING)
REVOKE = Fence(how="authorization", id=f"{SHARED}/authorizations/a")


@dataclass
class Script:
    """An Azure that gives the answers it was told to give, the last one of each for ever."""

    answers: dict[str, list[tuple[int, dict[str, Any]]]]
    asked: list[str] = field(default_factory=list)
    name = "a script"

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
        etag: str = "",
    ) -> Answer:
        del timeout, etag
        state = (body or {}).get("properties", {}).get("state", "")
        self.asked.append(f"{method} {state}".strip())
        key = f"{method} {path}"
        found = self.answers.get(key, [(503, {})])
        status, said = found.pop(0) if len(found) > 1 else found[0]
        return Answer(status=status, body=said)

    def act(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        return self.send("POST", path, body)

    def account(self, subscription: str) -> Account:
        return Account(subscription=subscription)

    def wait(self, seconds: float) -> None:
        pass


def live(stack: str) -> Region:
    return region_at(read_stack(Path(ROOT), stack), Activation.ACTIVE)


def shared(region: Region) -> Region:
    """Return the region with its only circuit owned elsewhere."""
    (circuit,) = region.circuits
    reference = CircuitReference(
        key=circuit.key,
        id=SHARED,
        peering_location=circuit.peering_location,
        bandwidth_in_mbps=circuit.bandwidth_in_mbps,
        tier=circuit.tier,
    )
    return replace(region, circuits=(reference,))


def recorded() -> Snapshot:
    """Return a state that knows of nothing but the group: no circuit, no connection."""
    entry = {"urn": "a::group", "type": "t", "custom": True, "id": f"{SUBSCRIPTION}/x"}
    return Snapshot.of({"resources": [entry]})


def test_a_circuit_of_its_own_is_fenced_whatever_is_recorded() -> None:
    """The peering's id follows from the configuration; a state that knows nothing is no fence."""
    (fence,) = fences_for(Script({}), live("primary"), live("secondary"), recorded())
    (circuit,) = live("primary").circuits
    assert isinstance(circuit, Circuit)

    assert fence.how == "privatePeering"
    assert fence.id.startswith(f"{SUBSCRIPTION}/resourceGroups/")
    assert fence.id.endswith(f"/expressRouteCircuits/{circuit.name}/peerings/AzurePrivatePeering")


@pytest.mark.parametrize(("status", "found"), [(404, []), (503, None), (200, None)])
def test_a_connection_to_a_shared_circuit_is_accounted_for(
    status: int, found: list[Fence] | None
) -> None:
    """Only where Azure says that it is not there is it left out; silence is no fence."""
    primary, secondary = shared(live("primary")), shared(live("secondary"))
    (connection,) = primary.connections
    group = f"{SUBSCRIPTION}/resourceGroups/{primary.resource_group}"
    path = f"{group}/providers/Microsoft.Network/connections/{connection.name}"
    azure = Script({f"GET {SHARED}/authorizations": [(200, {})], f"GET {path}": [(status, {})]})

    if found is None:
        with pytest.raises(FenceError, match="uses no authorization"):
            fences_for(azure, primary, secondary, recorded())
    else:
        assert fences_for(azure, primary, secondary, recorded()) == found
    used = {"value": [{"id": REVOKE.id, "properties": {"connectionResourceUri": path}}]}
    azure.answers[f"GET {SHARED}/authorizations"] = [(200, used)]
    assert fences_for(azure, primary, secondary, recorded()) == [REVOKE]


_Said = tuple[int, dict[str, Any]]
ENABLED, DISABLED = (
    (200, {"properties": {"state": state, "provisioningState": "Succeeded"}})
    for state in ("Enabled", "Disabled")
)
BUSY: _Said = (429, {})
LOST: _Said = (504, {})
REFUSED: _Said = (403, {"error": {"message": "not yours"}})


@pytest.mark.parametrize(
    ("reads", "writes", "asked"),
    [
        ([ENABLED, DISABLED], [BUSY, LOST, (200, {})], 3),
        ([ENABLED, DISABLED], [LOST], 4),
    ],
    ids=["accepted in the end", "done and never heard of"],
)
def test_a_bad_answer_is_no_refusal(reads: list[Any], writes: list[Any], asked: int) -> None:
    """It is asked again, within a bound, and what counts is what stands afterwards."""
    azure = Script({f"GET {PEERING}": list(reads), f"PUT {PEERING}": list(writes)})
    set_fence(azure, DISABLE)
    assert azure.asked.count("PUT Disabled") == asked


@pytest.mark.parametrize(
    ("writes", "acted", "asked"), [([REFUSED], False, 1), ([LOST, REFUSED], True, 2)]
)
def test_a_refusal_is_one(writes: list[Any], asked: int, *, acted: bool) -> None:
    """It is not asked again; only where an answer was lost may something have been done."""
    azure = Script({f"GET {PEERING}": [ENABLED], f"PUT {PEERING}": list(writes)})
    with pytest.raises(FenceError, match="not yours") as caught:
        set_fence(azure, DISABLE)
    assert (caught.value.acted, azure.asked.count("PUT Disabled")) == (acted, asked)


def test_a_circuit_in_failed_is_written_again_first() -> None:
    """Azure says so itself (ER-12): as it is, and then the fence; one that stays Failed is none."""
    said = {"error": {"code": "ParentResourceIsInFailedState", "message": "PUT the parent"}}
    circuit: _Said = (200, {"properties": {"provisioningState": "Succeeded"}, "etag": "e"})
    azure = Script(
        {
            f"GET {PEERING}": [ENABLED, DISABLED],
            f"PUT {PEERING}": [(400, said), (200, {})],
            f"GET {SHARED}": [circuit],
            f"PUT {SHARED}": [(200, {})],
        }
    )
    set_fence(azure, DISABLE)
    assert azure.asked == [
        "GET",
        "PUT Disabled",
        "GET",
        "PUT",
        "GET",
        "PUT Disabled",
        "GET",
    ]
    stays = Script({f"GET {PEERING}": [ENABLED], f"PUT {PEERING}": [(400, said)]})
    with pytest.raises(FenceError, match="PUT the parent") as caught:
        set_fence(stays, DISABLE)
    assert not caught.value.acted


def test_what_is_revoked_is_seen_to_be_gone() -> None:
    """A deletion that was accepted and did nothing is no fence; one done unheard of is."""
    gone: _Said = (404, {})
    there = ENABLED
    path = REVOKE.id
    set_fence(Script({f"DELETE {path}": [LOST], f"GET {path}": [gone]}), REVOKE)
    stays = Script({f"DELETE {path}": [(202, {})], f"GET {path}": [there]})
    with pytest.raises(FenceError, match="cannot be revoked"):
        set_fence(stays, REVOKE)
    assert undone(stays, REVOKE)
    assert not undone(Script({f"GET {path}": [gone]}), REVOKE)
