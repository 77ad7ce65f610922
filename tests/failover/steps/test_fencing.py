"""Which fences a lost region needs, and what becomes of one that Azure answers badly."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from sparehub.azure.answers import Account, Answer
from sparehub.failover.adapters.stack_snapshot import Snapshot, whole_circuit_id
from sparehub.failover.journal.open_items import Fence
from sparehub.failover.steps.fencing import (
    CutError,
    FenceError,
    fences_for,
    remove_fence,
    set_fence,
    take_back,
)
from sparehub.stacks.stack_files import read_stack
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.resources import CircuitReference, Region
from sparehub.topology.planning.failover import region_at
from tests.configurations import ROOT

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
SHARED = f"{SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.Network/expressRouteCircuits/c"
PEERING = f"{SHARED}/peerings/AzurePrivatePeering"
DISABLE = Fence(how="privatePeering", id=PEERING)
REVOKE = Fence(how="authorization", id=f"{SHARED}/authorizations/a")


@dataclass
class Script:
    """An Azure that gives the answers it was notes to give, the last one of each for ever."""

    answers: dict[str, list[tuple[int, dict[str, Any]]]]
    asked: list[str] = field(default_factory=list)
    sent: list[tuple[Mapping[str, Any] | None, str]] = field(default_factory=list)
    name = "a script"

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
        etag: str = "",
    ) -> Answer:
        del timeout
        state = (body or {}).get("properties", {}).get("state", "")
        self.asked.append(f"{method} {state}".strip())
        if method == "PUT":
            self.sent.append((body, etag))
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


def quiet(_text: str) -> None:
    pass


def live(stack: str) -> Region:
    return region_at(read_stack(Path(ROOT), stack), Activation.ACTIVE)


def shared(region: Region) -> Region:
    """Return the region with its only circuit owned elsewhere."""
    (circuit,) = region.circuits
    reference = CircuitReference(
        key=circuit.key,
        id=ResourceId.parse(SHARED),
        peering_location=circuit.peering_location,
        bandwidth_in_mbps=circuit.bandwidth_in_mbps,
        tier=circuit.tier,
    )
    return replace(region, circuits=(reference,))


def recorded() -> Snapshot:
    """Return a state that knows of nothing but the group: no circuit, no connection."""
    entry = {
        "urn": "a::group",
        "type": "t",
        "custom": True,
        "id": f"{SUBSCRIPTION}/resourceGroups/x",
    }
    return Snapshot.of({"resources": [entry]})


OTHER_SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000009"
LINK = {"peerASN": 65001, "primaryPeerAddressPrefix": "172.16.0.0/30"}
STANDING = {"state": "Enabled", "provisioningState": "Succeeded", **LINK}
HOME_ROUTE = {"network": "192.168.0.0/16", "nextHop": "172.16.0.1", "path": "65001"}
OUR_ROUTE = {"network": "10.1.0.0/24", "nextHop": "10.10.10.140", "path": "65515"}
THEIR_ROUTE = {"network": "10.50.0.0/16", "nextHop": "10.50.0.140", "path": "65515"}


def circuit_of(region: Region) -> str:
    return str(whole_circuit_id(region.circuits[0], recorded().subscription))


def mine(region: Region) -> str:
    group = f"{SUBSCRIPTION}/resourceGroups/{region.resource_group}"
    return f"{group}/providers/Microsoft.Network/connections/{region.connections[0].name}"


def azure_with(  # noqa: PLR0913 - one option a way to be on a circuit
    region: Region,
    *,
    links: Mapping[str, str] | None = None,
    authorizations: list[dict[str, Any]] | None = None,
    routes: list[dict[str, str]] | None = None,
    peering: Mapping[str, Any] | None = None,
    unanswered: tuple[str, ...] = (),
) -> Script:
    """Return an Azure in which a region is connected to its circuit, and others may be."""
    circuit = circuit_of(region)
    rows = [
        {"id": identity, "properties": {"peer": {"id": on}}}
        for identity, on in {mine(region): circuit, **(links or {})}.items()
    ]
    tables = f"POST {circuit}/peerings/AzurePrivatePeering/routeTables"
    table = {"value": [HOME_ROUTE, OUR_ROUTE, *(routes or ())]}
    shown = {**STANDING, **(peering or {})}
    answers: dict[str, list[tuple[int, dict[str, Any]]]] = {
        f"GET {circuit}/peerings/AzurePrivatePeering": [(200, {"properties": shown})],
        f"GET {circuit}/authorizations": [(200, {"value": authorizations or []})],
        "POST /providers/Microsoft.ResourceGraph/resources": [(200, {"data": rows})],
        f"{tables}/primary": [(200, table)],
        f"{tables}/secondary": [(200, table)],
    }
    return Script({key: each for key, each in answers.items() if key not in unanswered})


def used_by(connection: str, name: str = "a", circuit: str = SHARED) -> dict[str, Any]:
    properties = {"connectionResourceUri": connection, "authorizationUseStatus": "InUse"}
    return {"id": f"{circuit}/authorizations/{name}", "properties": properties}


def chosen(azure: Script, region: Region, target: Region, cut: str = "") -> list[Fence]:
    return fences_for(azure, region, target, SUBSCRIPTION.split("/")[2], {}, cut=cut)


def test_a_circuit_that_nobody_else_uses_is_fenced_at_its_peering() -> None:
    """Its id follows from the configuration, so an empty state leaves no connection unfenced."""
    primary = live("primary")
    path = f"{circuit_of(primary)}/peerings/AzurePrivatePeering"
    azure = azure_with(primary)
    assert chosen(azure, primary, live("secondary")) == [Fence(how="privatePeering", id=path)]
    assert azure.sent == []


def test_a_circuit_that_cannot_be_read_cannot_be_fenced() -> None:
    """Its record may lie in the region that is lost."""
    with pytest.raises(FenceError, match="AzurePrivatePeering cannot be read"):
        chosen(Script({}), live("primary"), live("secondary"))


def test_a_connection_that_azure_says_is_gone_needs_no_fence() -> None:
    """Silence is another matter, and so is an answer of what may be the wrong subscription."""
    primary, secondary = live("primary"), live("secondary")
    azure = azure_with(primary)
    azure.answers[f"GET {mine(primary)}"] = [(404, {})]
    assert chosen(azure, primary, secondary) == []
    (unsure,) = fences_for(azure, primary, secondary, SUBSCRIPTION.split("/")[2], None)
    assert unsure.how == "privatePeering"


def test_a_connection_is_looked_for_by_the_id_that_was_recorded() -> None:
    """Its file may name it otherwise meanwhile."""
    primary, secondary = live("primary"), live("secondary")
    azure = azure_with(primary)
    azure.answers[f"GET {mine(primary)}"] = [(404, {})]
    old = {
        "region/connection/hong-kong/connection": ResourceId.of(f"{SUBSCRIPTION}/x/connections/old")
    }
    azure.answers["POST /providers/Microsoft.ResourceGraph/resources"] = [(200, {"data": []})]
    found = fences_for(azure, primary, secondary, SUBSCRIPTION.split("/")[2], old)
    assert [each.how for each in found] == ["privatePeering"]


BYSTANDERS: dict[str, tuple[dict[str, Any], str]] = {
    "a connection of the same subscription": (
        {"links": {f"{SUBSCRIPTION}/x/connections/theirs": "here"}},
        f"connection {SUBSCRIPTION}/x/connections/theirs",
    ),
    "a connection of another subscription": (
        {"links": {f"{OTHER_SUBSCRIPTION}/x/connections/theirs": "here"}},
        f"connection {OTHER_SUBSCRIPTION}/x/connections/theirs",
    ),
    "an authorization in use that no list shows a connection of": (
        {"authorizations": [used_by(f"{OTHER_SUBSCRIPTION}/x/connections/hidden")]},
        f"connection {OTHER_SUBSCRIPTION}/x/connections/hidden, by authorization {SHARED}",
    ),
    "Global Reach made here": (
        {"peering": {"connections": [{"name": "reach", "properties": {}}]}},
        "Global Reach reach",
    ),
    "Global Reach made at the other circuit": (
        {"peering": {"peeredConnections": [{"name": "reach", "properties": {}}]}},
        "Global Reach reach",
    ),
    "a hub of Virtual WAN": (
        {"peering": {"expressRouteConnection": {"id": "/wan"}}},
        "Virtual WAN /wan",
    ),
    "a prefix of somebody": (
        {"routes": [THEIR_ROUTE]},
        "advertised over the circuit by others: 10.50.0.0/16",
    ),
}


@pytest.mark.parametrize("name", BYSTANDERS)
def test_whoever_else_is_on_the_circuit_is_named_and_not_cut(name: str) -> None:
    """Unless somebody accepts that; the journal then holds whom it cut."""
    given, said = BYSTANDERS[name]
    primary, secondary = live("primary"), live("secondary")
    if "links" in given:
        given = {"links": dict.fromkeys(given["links"], circuit_of(primary))}
    with pytest.raises(CutError) as caught:
        chosen(azure_with(primary, **given), primary, secondary)
    assert f"would also cut:\n  {said}" in str(caught.value)
    assert not caught.value.acted

    (accepted,) = chosen(azure_with(primary, **given), primary, secondary, cut="they agreed")
    assert accepted.how == "privatePeering"
    assert any(each.startswith(said) for each in accepted.cuts)


def test_a_connection_of_another_circuit_is_nobody_on_this_one() -> None:
    """The index lists every connection there is; ids are compared without regard to case."""
    primary, secondary = live("primary"), live("secondary")
    elsewhere = azure_with(primary, links={f"{SUBSCRIPTION}/x/connections/o": f"{SHARED}2"})
    assert [each.how for each in chosen(elsewhere, primary, secondary)] == ["privatePeering"]
    here = {f"{SUBSCRIPTION}/x/connections/o": circuit_of(primary).upper()}
    with pytest.raises(CutError):
        chosen(azure_with(primary, links=here), primary, secondary)


@pytest.mark.parametrize("what", ["authorizations", "Microsoft.ResourceGraph", "routeTables"])
def test_what_cannot_be_listed_may_be_somebody(what: str) -> None:
    """So nothing is cut; the message says what could not be read."""
    primary = live("primary")
    keys = tuple(each for each in azure_with(primary).answers if what in each)
    azure = azure_with(primary, unanswered=keys)
    with pytest.raises(CutError, match="the other users of"):
        chosen(azure, primary, live("secondary"))
    (accepted,) = chosen(azure, primary, live("secondary"), cut="nobody else is")
    assert accepted.cuts
    unknown = "unknown users, since this cannot be read:"
    assert all(cut.startswith(unknown) for cut in accepted.cuts)


def test_without_the_index_every_subscription_is_listed() -> None:
    """Each connection is then read by itself; one that does not answer may be on the circuit."""
    primary, secondary = live("primary"), live("secondary")
    index = "POST /providers/Microsoft.ResourceGraph/resources"
    azure = azure_with(primary, unanswered=(index,))
    theirs = f"{OTHER_SUBSCRIPTION}/x/connections/theirs"
    query = "resources?$filter=resourceType eq 'microsoft.network/connections'"
    azure.answers["GET /subscriptions"] = [(200, {"value": [{"subscriptionId": "9"}]})]
    azure.answers[f"GET /subscriptions/9/{query}"] = [(200, {"value": [{"id": theirs}]})]
    with pytest.raises(CutError, match=f"connections: {theirs}: no answer"):
        chosen(azure, primary, secondary)
    on = {"properties": {"peer": {"id": circuit_of(primary)}}}
    azure.answers[f"GET {theirs}"] = [(200, on)]
    with pytest.raises(CutError, match=f"would also cut:\n  connection {theirs}"):
        chosen(azure, primary, secondary)
    azure.answers[f"GET {theirs}"] = [(200, {"properties": {"peer": {"id": SHARED}}})]
    assert [each.how for each in chosen(azure, primary, secondary)] == ["privatePeering"]


def test_the_authorization_is_revoked_where_that_cuts_nobody_else() -> None:
    """Of a shared circuit and of one's own: it takes the links of one subscription (ER-14)."""
    primary, secondary = shared(live("primary")), shared(live("secondary"))
    authorizations = [used_by(mine(primary)), used_by(f"{OTHER_SUBSCRIPTION}/o", "b")]
    azure = azure_with(primary, authorizations=authorizations)
    assert chosen(azure, primary, secondary) == [REVOKE]
    assert chosen(azure, primary, live("secondary")) == [REVOKE]


def test_a_prefix_that_no_list_explains_may_be_a_link_of_the_same_subscription() -> None:
    """In the circuit's own one a link needs no authorization, and a list may leave it out."""
    primary, secondary = shared(live("primary")), shared(live("secondary"))
    authorizations = [used_by(mine(primary))]
    azure = azure_with(primary, authorizations=authorizations, routes=[THEIR_ROUTE])
    with pytest.raises(CutError, match=r"would also cut:\n  advertised over the circuit by others"):
        chosen(azure, primary, secondary)


def test_a_second_link_of_the_same_subscription_would_go_with_it() -> None:
    """Azure deletes all links of the subscription whose access is revoked."""
    primary, secondary = shared(live("primary")), shared(live("secondary"))
    links = {f"{SUBSCRIPTION}/x/connections/theirs": SHARED}
    azure = azure_with(primary, links=links, authorizations=[used_by(mine(primary))])
    with pytest.raises(CutError, match=f"revoking {REVOKE.id} would also cut:\n  connection"):
        chosen(azure, primary, secondary)
    (accepted,) = chosen(azure, primary, secondary, cut="they agreed")
    assert accepted == replace(REVOKE, cuts=(f"connection {SUBSCRIPTION}/x/connections/theirs",))


def test_a_shared_circuit_without_an_authorization_has_no_fence() -> None:
    """Its peering carries the other region, too: no acceptance helps."""
    primary, secondary = shared(live("primary")), shared(live("secondary"))
    with pytest.raises(FenceError, match="uses no authorization of") as caught:
        chosen(azure_with(primary), primary, secondary, cut="they agreed")
    assert not isinstance(caught.value, CutError)


def test_a_peering_that_was_disabled_before_stays_so() -> None:
    """Somebody else did that: the fence is set, and finishing it enables nothing."""
    primary = live("primary")
    azure = azure_with(primary, peering={"state": "Disabled"})
    (fence,) = chosen(azure, primary, live("secondary"))
    assert fence.was == "Disabled"
    notes: list[str] = []
    remove_fence(azure, fence, notes.append)
    assert (azure.sent, notes) == (
        [],
        [f"{fence.id} was disabled before the failover, and stays disabled"],
    )


def test_a_peering_is_written_back_whole_under_the_etag_it_was_read_with() -> None:
    """IPv6 and all; what Azure does not show, an MD5 key, is named before."""
    ipv6 = {"primaryPeerAddressPrefix": "fd00::/126", "state": "Enabled"}
    whole = {**STANDING, "ipv6PeeringConfig": ipv6, "gatewayManagerEtag": "7"}
    before = {"id": PEERING, "etag": 'W/"1"', "properties": whole}
    after = {"properties": {**whole, "state": "Disabled"}}
    azure = Script(
        {
            f"GET {PEERING}": [(200, before), (200, after)],
            f"PUT {PEERING}": [(200, {})],
        }
    )
    notes: list[str] = []
    set_fence(azure, DISABLE, notes.append)
    assert azure.sent == [({**before, **after}, 'W/"1"')]
    assert "Azure shows no MD5 key" in notes[0]


def test_a_peering_that_somebody_wrote_meanwhile_is_read_again() -> None:
    """412: what was read is not what stands any more."""
    first, second = ({"etag": tag, "properties": STANDING} for tag in ("1", "2"))
    done = {"properties": {**STANDING, "state": "Disabled"}}
    azure = Script(
        {
            f"GET {PEERING}": [(200, first), (200, second), (200, done)],
            f"PUT {PEERING}": [(412, {"error": {"code": "PreconditionFailed"}}), (200, {})],
        }
    )
    set_fence(azure, DISABLE, quiet)
    assert [etag for _, etag in azure.sent] == ["1", "2"]


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
        ([ENABLED, ENABLED, ENABLED, DISABLED], [BUSY, LOST, (200, {})], 3),
        ([ENABLED, DISABLED], [LOST], 1),
    ],
    ids=["accepted in the end", "done and never heard of"],
)
def test_a_bad_answer_is_retried(reads: list[Any], writes: list[Any], asked: int) -> None:
    """It is asked again, within a bound, and what counts is what stands afterwards."""
    azure = Script({f"GET {PEERING}": list(reads), f"PUT {PEERING}": list(writes)})
    set_fence(azure, DISABLE, quiet)
    assert azure.asked.count("PUT Disabled") == asked


@pytest.mark.parametrize(
    ("writes", "acted", "asked"), [([REFUSED], False, 1), ([LOST, REFUSED], True, 2)]
)
def test_a_refusal_is_one(writes: list[Any], asked: int, *, acted: bool) -> None:
    """It is not asked again; only where an answer was lost may something have been done."""
    azure = Script({f"GET {PEERING}": [ENABLED], f"PUT {PEERING}": list(writes)})
    with pytest.raises(FenceError, match="not yours") as caught:
        set_fence(azure, DISABLE, quiet)
    assert (caught.value.acted, azure.asked.count("PUT Disabled")) == (acted, asked)


def test_a_write_that_met_its_own_etag_may_have_been_done() -> None:
    """Its first answer was lost, and the second one is 412: something was changed."""
    azure = Script({f"GET {PEERING}": [ENABLED, (503, {})], f"PUT {PEERING}": [(412, {})]})
    with pytest.raises(FenceError, match="cannot be read") as caught:
        set_fence(azure, DISABLE, quiet)
    assert caught.value.acted
    gone = Script({f"GET {REVOKE.id}": [(503, {})], f"DELETE {REVOKE.id}": [(404, {})]})
    with pytest.raises(FenceError, match="cannot be revoked") as caught:
        set_fence(gone, REVOKE, quiet)
    assert caught.value.acted


def test_a_circuit_in_failed_is_written_again_first() -> None:
    """Azure says so itself (ER-12): as it is, and then the fence; one that stays Failed is none."""
    said = {"error": {"code": "ParentResourceIsInFailedState", "message": "PUT the parent"}}
    circuit: _Said = (200, {"properties": {"provisioningState": "Succeeded"}, "etag": "e"})
    azure = Script(
        {
            f"GET {PEERING}": [ENABLED, ENABLED, DISABLED],
            f"PUT {PEERING}": [(400, said), (200, {})],
            f"GET {SHARED}": [circuit],
            f"PUT {SHARED}": [(200, {})],
        }
    )
    set_fence(azure, DISABLE, quiet)
    assert azure.asked == [
        "GET",
        "PUT Disabled",
        "GET",
        "PUT",
        "GET",
        "GET",
        "PUT Disabled",
        "GET",
    ]
    stays = Script({f"GET {PEERING}": [ENABLED], f"PUT {PEERING}": [(400, said)]})
    with pytest.raises(FenceError, match="PUT the parent") as caught:
        set_fence(stays, DISABLE, quiet)
    assert not caught.value.acted


def test_what_is_revoked_is_seen_to_be_gone() -> None:
    """A deletion that was accepted and did nothing sets no fence; one with a lost answer does."""
    gone: _Said = (404, {})
    there = ENABLED
    path = REVOKE.id
    set_fence(Script({f"DELETE {path}": [LOST], f"GET {path}": [gone]}), REVOKE, quiet)
    stays = Script({f"DELETE {path}": [(202, {})], f"GET {path}": [there]})
    with pytest.raises(FenceError, match="cannot be revoked"):
        set_fence(stays, REVOKE, quiet)
    assert take_back(stays, REVOKE, quiet)
    assert not take_back(Script({f"GET {path}": [gone]}), REVOKE, quiet)
