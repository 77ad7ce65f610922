"""Whether spokes of the active region reach their DNS servers, in the two states of rest."""

from collections.abc import Callable
from typing import Any

import pytest

from sparehub.topology.reachability.breaks import broken_by
from sparehub.topology.reachability.proof import Proof, prove
from sparehub.topology.reachability.states.states import PairState, all_states
from tests.topology.peered_hubs import peered
from tests.topology.reachability.pairs import remapped, sides
from tests.topology.reachability.test_always_on import moved

Change = Callable[[dict[str, Any]], object]
NORMAL, FAILED_OVER = "normal", "failed-over"
ON_PREMISES = "192.168.0.53"


def asks(*servers: str) -> Change:
    return lambda region: region.update(dnsServers=list(servers))


def states(**changes: Change) -> dict[str, PairState]:
    return {each.name: each for each in all_states(*sides("gateway", **changes))}


def names(proof: Proof) -> list[tuple[str, str, str]]:
    """Return what the question finds: source, destination, reason."""
    return [
        (each.source, each.destination, each.reason)
        for each in proof.violations
        if each.invariant == "names"
    ]


@pytest.mark.parametrize("state", [NORMAL, FAILED_OVER])
@pytest.mark.parametrize("server", [ON_PREMISES, "10.1.0.10", "10.10.10.10", "168.63.129.16"])
def test_servers_that_every_spoke_reaches_are_in_order(state: str, server: str) -> None:
    """On-premises, in a spoke, the NVA, Azure's own."""
    found = states(primary=asks(server), secondary=asks(server))

    assert names(prove(found[state])) == []


def test_a_server_that_the_other_region_alone_has_is_not_reached() -> None:
    """Of a standby region, whose spokes are isolated: the state fails by it."""
    proof = prove(states(primary=asks(ON_PREMISES), secondary=both_moved)[FAILED_OVER])

    assert [each[:2] for each in names(proof)] == [
        ("secondary/spoke1/app", "primary/spoke1/app"),
        ("secondary/spoke2/app", "primary/spoke1/app"),
    ]
    assert names(proof)[0][2].startswith("DNS server 10.1.0.10: ")
    assert proof.failed


def both_moved(region: dict[str, Any]) -> None:
    remapped(region)
    asks("10.1.0.10")(region)


def test_a_server_that_is_nowhere_is_not_reached() -> None:
    """Neither in a subnet nor among what on-premises advertises."""
    (first, second) = names(prove(states(primary=asks("10.99.0.4"))[NORMAL]))

    assert first == (
        "primary/spoke1/app",
        "internet",
        "DNS server 10.99.0.4 is in no subnet and not on-premises",
    )
    assert second[0] == "primary/spoke2/app"


def cut(region: dict[str, Any]) -> None:
    """Let the first spoke drop what is for on-premises."""
    asks(ON_PREMISES)(region)
    region["routes"] = {
        "spokes": [{"addressPrefix": "192.168.0.0/24", "nextHopType": "None"}],
    }


def test_a_failover_that_takes_the_names_away_breaks_something() -> None:
    """The primary's spokes reach their server, the secondary's do not: by role."""
    found = states(primary=asks(ON_PREMISES), secondary=cut)
    lost = broken_by(found[NORMAL], found[FAILED_OVER], "primary", (), 9)
    same = states(primary=asks(ON_PREMISES), secondary=asks(ON_PREMISES))

    assert names(prove(found[NORMAL])) == []
    assert {each[0] for each in names(prove(found[FAILED_OVER]))} == {
        "secondary/spoke1/app",
        "secondary/spoke2/app",
    }
    assert lost.count > 0
    assert broken_by(same[NORMAL], same[FAILED_OVER], "primary", (), 9).count == 0


def test_a_region_on_standby_is_not_asked() -> None:
    """Its spokes are isolated until a failover."""
    found = states(primary=asks(ON_PREMISES), secondary=asks(ON_PREMISES))

    assert not prove(found[NORMAL]).failed


def dc_asks(stack: str, *servers: str) -> Change:
    """Give a region its spoke that is always on, with these DNS servers, and peer the hubs."""

    def change(region: dict[str, Any]) -> None:
        region.update(peered(stack)["sparehub:region"])
        region["spokes"]["dc"]["dnsServers"] = list(servers)

    return change


def test_a_spoke_that_is_always_on_reaches_one_of_its_servers() -> None:
    """While its region is on standby without a connection; a list that has none fails."""

    def found(*servers: str) -> set[str]:
        changes = {"primary": dc_asks("primary"), "secondary": dc_asks("secondary", *servers)}
        return {each[0] for each in names(prove(states(**changes)[NORMAL]))}

    assert found(ON_PREMISES, "10.67.0.4") == set()
    assert found(ON_PREMISES) == {"secondary/dc/app"}
    assert found("10.99.0.4") == {"secondary/dc/app"}


def as_it_is(region: dict[str, Any]) -> None:
    """Leave a region with peered hubs as it is: retained addresses in its spokes."""


def hubs_apart(region: dict[str, Any]) -> None:
    """Take the region's half of the peering of the hubs away."""
    moved(region)
    del region["hub"]["peerings"]


@pytest.mark.parametrize(
    ("state", "stack", "server"),
    [(NORMAL, "primary", "10.67.0.4"), (FAILED_OVER, "secondary", "10.66.0.4")],
)
@pytest.mark.parametrize(
    ("change", "missed"),
    [(moved, ()), (as_it_is, ("spoke1", "spoke2")), (hubs_apart, ("dc", "spoke1", "spoke2"))],
)
def test_a_server_in_the_other_regions_spoke_is_reached_where_the_hubs_prove_the_path(
    state: str, stack: str, server: str, change: Change, missed: tuple[str, ...]
) -> None:
    """By spokes of addresses of their own; the answer to a retained one stays where it is asked."""

    def region_of(name: str) -> Change:
        def make(region: dict[str, Any]) -> None:
            region.update(peered(name)["sparehub:region"])
            change(region)
            asks(server)(region)

        return make

    proof = prove(states(**{name: region_of(name) for name in ("primary", "secondary")})[state])
    found = [each for each in names(proof) if each[0].startswith(stack)]

    assert [each[0] for each in found] == [f"{stack}/{key}/app" for key in missed]
    if change is as_it_is:
        assert all("0.0 is delivered to" in reason for _, _, reason in found)
