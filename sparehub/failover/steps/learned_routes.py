"""Whether on-premises is reached: what the links of a region's circuits learn, asked of Azure.

A connection that Azure calls ``Succeeded`` may carry nothing: routes are what counts.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sparehub.azure.answers import Answer, Azure
from sparehub.azure.reading import read
from sparehub.failover.adapters.stack_snapshot import Snapshot, whole_circuit_id
from sparehub.failover.queries.circuit_users import PRIVATE_PEERING, route_table
from sparehub.failover.steps.verify_step import VerificationError
from sparehub.topology.azure.durations import BGP_HOLD
from sparehub.topology.model.circuit_routes import LINKS, Network, links_of, routes_in, uncovered
from sparehub.topology.model.resources import Region

Note = Callable[[str], None]
_POLL = 10
"""Seconds between two looks: a route table takes about as long."""


@dataclass(frozen=True, kw_only=True)
class LinkRoutes:
    """What one way to on-premises learns; ``problem`` says why nobody knows, else it is empty."""

    link: str
    learned: tuple[Network, ...] = ()
    missing: tuple[Network, ...] = ()
    problem: str = ""

    @property
    def whole(self) -> bool:
        """Whether every prefix of on-premises is learned here."""
        return not self.missing and not self.problem

    def __str__(self) -> str:
        if self.problem:
            return f"{self.link}: {self.problem}"
        heard = ", ".join(map(str, self.learned)) or "nothing"
        if self.whole:
            return f"{self.link} learns {heard}"
        return f"{self.link} learns {heard}, and not {', '.join(map(str, self.missing))}"


def await_routes(  # noqa: PLR0913 - a region and what it is asked through
    azure: Azure,
    region: Region,
    snapshot: Snapshot,
    note: Note,
    stop: Callable[[], bool],
    *,
    accepted: str = "",
) -> None:
    """Wait until both links of each circuit learn every prefix of on-premises, or the hold time.

    ``accepted`` is why a region that learns nothing is accepted. ER-31 has the hold time.

    Raises:
        VerificationError: where no link learns them all by then, with what was learned.
    """
    began, waited = time.monotonic(), 0.0
    found = link_routes(azure, region, snapshot)
    while not all(each.whole for each in found) and waited < BGP_HOLD.worst and not stop():
        if not waited:
            note(f"waiting for routes of on-premises, for at most {BGP_HOLD.worst} s")
        azure.wait(_POLL)
        # A table takes its time, too; a simulated clock may not let any pass.
        waited = max(waited + _POLL, time.monotonic() - began)
        found = link_routes(azure, region, snapshot)
    if all(each.whole for each in found):
        return
    said = "; ".join(map(str, found))
    if any(each.whole for each in found):
        note(f"warning: on-premises is reached, but not over every link: {said}")
    elif accepted:
        note(f"warning: on-premises is not known to be reached, accepted ({accepted}): {said}")
    else:
        raise VerificationError(
            f"{region.location} is connected and does not reach on-premises: {said}. Look at the "
            "BGP sessions of your routers (`sparehub check --live`); to go on all the same: "
            "`sparehub resume --accept-unreached REASON`"
        )


def link_routes(azure: Azure, region: Region, snapshot: Snapshot) -> list[LinkRoutes]:
    """Return what each link of each circuit of a region learns of on-premises.

    Where a circuit does not show its table, being another team's, the gateway is asked instead.
    """
    wanted = region.on_premises.address_prefixes
    found: list[LinkRoutes] = []
    for circuit in region.connected_circuits:
        identity = whole_circuit_id(circuit, snapshot.subscription)
        peering = read(azure, f"{identity}{PRIVATE_PEERING}")
        found += circuit_routes(azure, identity, circuit.key, peering, wanted)
    if found and all(each.problem for each in found) and snapshot.deployed.gateway_id:
        by_gateway = _of_gateway(azure, snapshot.deployed.gateway_id, wanted)
        found = [*found, by_gateway] if by_gateway.problem else [by_gateway]
    return found


def circuit_routes(
    azure: Azure, circuit: str, key: str, peering: Answer, wanted: tuple[Network, ...]
) -> Iterator[LinkRoutes]:
    """Yield what both links of one circuit learn from the customer's routers.

    ``peering`` is what was read of its private peering.
    """
    links = links_of(peering.properties)
    for link in LINKS:
        name = f"the {link} link of {key}"
        answer = route_table(azure, circuit, link) if peering.accepted else peering
        if not answer.accepted:
            yield LinkRoutes(link=name, problem=answer.problem)
            continue
        rows = routes_in(answer.body.get("value") or ())
        learned = tuple(each.network for each in rows if links[link].is_from_on_premises(each))
        yield LinkRoutes(link=name, learned=learned, missing=uncovered(wanted, learned))


def _of_gateway(azure: Azure, gateway: str, wanted: tuple[Network, ...]) -> LinkRoutes:
    """Return what a gateway learned from outside its network.

    https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateways/get-learned-routes
    """
    answer: Answer = azure.act(f"{gateway}/getLearnedRoutes")
    name = "the gateway (its circuits do not show their tables)"
    if not answer.accepted:
        return LinkRoutes(link=name, problem=answer.problem)
    rows = [each for each in answer.body.get("value") or () if each.get("asPath")]
    learned = tuple(dict.fromkeys(each.network for each in routes_in(rows)))
    return LinkRoutes(link=name, learned=learned, missing=uncovered(wanted, learned))
