"""Whether on-premises is reached: the BGP routes that both links of each circuit learn.

A connection in state ``Succeeded`` may carry no traffic: only learned routes prove it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sparehub.azure.answers import Answer, Azure
from sparehub.azure.reading import read
from sparehub.failover.adapters.stack_snapshot import Snapshot, whole_circuit_id
from sparehub.failover.queries.circuit_users import PRIVATE_PEERING_PATH, route_table
from sparehub.failover.steps.verify_step import VerificationError
from sparehub.output import Note
from sparehub.topology.azure.durations import BGP_HOLD
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.circuit_routes import LINKS, Network, links_of, routes_in, uncovered
from sparehub.topology.model.resources import Region

_POLL = 10
"""Seconds between two polls: a route table takes about as long."""


@dataclass(frozen=True, kw_only=True)
class LinkRoutes:
    """The routes that one link to on-premises learns."""

    link: str
    learned: tuple[Network, ...] = ()
    missing: tuple[Network, ...] = ()
    problem: str = ""
    """Why they are unknown; else empty."""

    @property
    def is_complete(self) -> bool:
        """Whether every on-premises prefix is learned."""
        return not self.missing and not self.problem

    def __str__(self) -> str:
        if self.problem:
            return f"{self.link}: {self.problem}"
        learned = ", ".join(map(str, self.learned)) or "nothing"
        if self.is_complete:
            return f"{self.link} learns {learned}"
        return f"{self.link} learns {learned}, and not {', '.join(map(str, self.missing))}"


def await_routes(  # noqa: PLR0913 - a region and how it is read
    azure: Azure,
    region: Region,
    snapshot: Snapshot,
    note: Note,
    stop: Callable[[], bool],
    *,
    accepted: str = "",
) -> None:
    """Wait until both links of each circuit learn every on-premises prefix, or the hold time.

    Args:
        azure: Where the route tables are read.
        region: The region that was connected.
        snapshot: What its stack recorded.
        note: Prints a line for a person.
        stop: Whether somebody asked to stop.
        accepted: Why a region that learns nothing is accepted. ER-31 has the hold time.

    Raises:
        VerificationError: where no link learns them all in time, with what was learned.
    """
    began, waited = time.monotonic(), 0.0
    links = link_routes(azure, region, snapshot)
    while not all(link.is_complete for link in links) and waited < BGP_HOLD.worst and not stop():
        if not waited:
            note(f"waiting for on-premises routes, for at most {BGP_HOLD.worst} s")
        azure.wait(_POLL)
        # Reading a table takes time too, which a simulated clock may not count.
        waited = max(waited + _POLL, time.monotonic() - began)
        links = link_routes(azure, region, snapshot)
    if all(link.is_complete for link in links):
        return
    routes = "; ".join(map(str, links))
    if any(link.is_complete for link in links):
        note(f"warning: on-premises is reached, but not over every link: {routes}")
    elif accepted:
        note(f"warning: on-premises is not known to be reached, accepted ({accepted}): {routes}")
    else:
        raise VerificationError(
            f"{region.location} is connected and does not reach on-premises: {routes}. Look at the "
            "BGP sessions of your routers (`sparehub check --live`); to go on nevertheless: "
            "`sparehub resume --accept-unreached REASON`"
        )


def link_routes(azure: Azure, region: Region, snapshot: Snapshot) -> list[LinkRoutes]:
    """Return what each link of each circuit of a region learns of on-premises.

    Where a circuit belongs to another team and does not show its table, the gateway is read.
    """
    expected = region.on_premises.address_prefixes
    links: list[LinkRoutes] = []
    for circuit in region.connected_circuits:
        identity = whole_circuit_id(circuit, snapshot.subscription)
        peering = read(azure, f"{identity}{PRIVATE_PEERING_PATH}")
        links += circuit_routes(azure, identity, circuit.key, peering, expected)
    if links and all(link.problem for link in links) and snapshot.deployed.gateway_id:
        by_gateway = _of_gateway(azure, snapshot.deployed.gateway_id, expected)
        links = [*links, by_gateway] if by_gateway.problem else [by_gateway]
    return links


def circuit_routes(
    azure: Azure, circuit: ResourceId, key: str, peering: Answer, expected: tuple[Network, ...]
) -> Iterator[LinkRoutes]:
    """Yield what both links of one circuit learn from the on-premises routers.

    ``peering`` is Azure's answer about its private peering.
    """
    links = links_of(peering.properties)
    for link in LINKS:
        name = f"the {link} link of {key}"
        answer = route_table(azure, circuit, link) if peering.accepted else peering
        if not answer.accepted:
            yield LinkRoutes(link=name, problem=answer.problem)
            continue
        rows = routes_in(answer.body.get("value") or ())
        learned = tuple(row.network for row in rows if links[link].is_from_on_premises(row))
        yield LinkRoutes(link=name, learned=learned, missing=uncovered(expected, learned))


def _of_gateway(azure: Azure, gateway: ResourceId, expected: tuple[Network, ...]) -> LinkRoutes:
    """Return what a gateway learned from outside its network.

    https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateways/get-learned-routes
    """
    answer: Answer = azure.act(f"{gateway}/getLearnedRoutes")
    name = "the gateway (its circuits do not show their tables)"
    if not answer.accepted:
        return LinkRoutes(link=name, problem=answer.problem)
    rows = [row for row in answer.body.get("value") or () if row.get("asPath")]
    learned = tuple(dict.fromkeys(route.network for route in routes_in(rows)))
    return LinkRoutes(link=name, learned=learned, missing=uncovered(expected, learned))
