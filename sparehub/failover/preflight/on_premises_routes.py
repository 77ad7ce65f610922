"""Whether on-premises routers are there, on the circuit of the region that takes over.

The sessions of a circuit stand while no gateway is connected to it, so they can be asked before.
https://learn.microsoft.com/azure/expressroute/expressroute-troubleshooting-expressroute-overview
"""

from collections.abc import Iterable, Iterator

from sparehub.azure.answers import Answer, Azure
from sparehub.azure.reading import read
from sparehub.failover.adapters.stack_snapshot import whole_circuit_id
from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.failover.queries.circuit_users import PRIVATE_PEERING_PATH
from sparehub.failover.steps.fencing import CutError, FenceError, fences_for
from sparehub.failover.steps.learned_routes import circuit_routes
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.circuit_routes import LINKS
from sparehub.topology.model.resources import CircuitReference, Region


def on_premises_is_heard(situation: PreflightContext) -> Iterator[Objection]:
    """Both links have a router that answers (ARP), sends every prefix, and has carried bytes.

    No link with a router, or none that sends them: refused where the operation is planned. Routers
    may begin to send only once the other region is gone, and each table takes a minute, so an
    unplanned operation does not ask before: its activation waits for routes.
    """
    snapshot = situation.snapshots.get(situation.plan.target)
    if snapshot is None or situation.unplanned:
        return
    region = situation.live(situation.plan.target)
    for circuit in region.connected_circuits:
        identity = whole_circuit_id(circuit, snapshot.subscription)
        theirs = isinstance(circuit, CircuitReference)
        yield from _of_circuit(situation.azure, identity, circuit.key, region, theirs=theirs)


def _of_circuit(
    azure: Azure, identity: ResourceId, key: str, region: Region, *, theirs: bool
) -> Iterator[Objection]:
    peering = read(azure, f"{identity}{PRIVATE_PEERING_PATH}")
    if not peering.accepted or peering.properties.get("state", "Enabled") != "Enabled":
        return  # another question says so
    wanted = region.on_premises.address_prefixes
    found = list(circuit_routes(azure, identity, key, peering, wanted))
    # https://learn.microsoft.com/rest/api/expressroute/express-route-circuits/get-peering-stats
    stats = read(azure, f"{identity}{PRIVATE_PEERING_PATH}/stats")
    silent = [_silence(azure, identity, link, stats) for link in LINKS]
    unread = [str(each) for each in found if each.problem]
    if len(unread) == len(found):
        text = f"nobody can say what circuit {key} learns of on-premises"
        refuses = Refuses.NONE if theirs else Refuses.PLANNED
        yield Objection(text=text, listed=_lines(unread), refuses=refuses)
        return
    wrong = [
        "; ".join(filter(None, ("" if routes.is_complete else str(routes), quiet)))
        for routes, quiet in zip(found, silent, strict=True)
    ]
    if not any(wrong):
        return
    some = not all(wrong)
    text = (
        f"circuit {key} reaches on-premises over one link only"
        if some
        else f"circuit {key} does not reach on-premises"
    )
    refuses = Refuses.NONE if some else Refuses.PLANNED
    yield Objection(text=text, listed=_lines(filter(None, wrong)), refuses=refuses)


def _silence(azure: Azure, identity: ResourceId, link: str, stats: Answer) -> str:
    """Return what says that no router is at the other end of a link; empty where one is.

    https://learn.microsoft.com/azure/expressroute/expressroute-troubleshooting-arp-resource-manager
    """
    table = azure.act(f"{identity}{PRIVATE_PEERING_PATH}/arpTables/{link}")
    rows = table.body.get("value") or ()
    if table.accepted and not any(each.get("interface") == "On-Prem" for each in rows):
        return f"no router answers on the {link} link (its ARP table has none)"
    if stats.accepted and stats.body.get(f"{link}bytesIn") == 0:
        return f"no byte ever came in on the {link} link"
    return ""


def a_fence_cuts_nobody_else(situation: PreflightContext) -> Iterator[Objection]:
    """Whether the region that is left could be fenced, once it is lost, without cutting others.

    It is only said: what can be done about it is done in peace time. An unplanned operation asks
    by itself, once it knows that a fence is needed.
    """
    plan = situation.plan
    snapshot = situation.snapshots.get(plan.source)
    if situation.unplanned or snapshot is None or not plan.conflict:
        return
    source, target = situation.live(plan.source), situation.live(plan.target)
    try:
        fences_for(situation.azure, source, target, snapshot.subscription, snapshot.ids)
    except CutError as error:
        hint = (
            "connect it by an authorization of its own, in a subscription without other links to "
            "that circuit; else an unplanned failover needs --fenced-on-premises or --accept-cut"
        )
        text = f"a fence of {plan.source} would cut others"
        yield Objection(text=text, listed=_lines([str(error)]), hint=hint, refuses=Refuses.NONE)
    except FenceError as error:
        text = f"{plan.source} could not be fenced if it were lost: {error}"
        yield Objection(text=text, refuses=Refuses.NONE)


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    lines = (line for text in texts for line in text.splitlines())
    return tuple(f"  {line}" for line in lines)
