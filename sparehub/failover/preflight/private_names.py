"""The question whether names that Azure resolves privately are known where the traffic goes."""

from collections.abc import Iterator, Mapping

from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.failover.queries.private_names import read_private_names
from sparehub.topology.comparison.private_names import (
    HUB,
    NOT_NEEDED,
    NameProblem,
    PrivateNames,
    Side,
)
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.site_recovery import SiteRecoveryConfig
from sparehub.topology.model.logical_names import REGION


def private_names_are_known(situation: PreflightContext) -> Iterator[Objection]:
    """Each zone that one region resolves is linked for the other; each endpoint has a twin.

    Where a state cannot be read, its networks are not known, and nothing is asked.
    """
    source, target = (
        _side(situation, name) for name in (situation.plan.source, situation.plan.target)
    )
    if source is None or target is None:
        return
    networks = {*source.networks.values(), *target.networks.values()}
    lost = source.networks.values() if situation.unplanned else ()
    read = read_private_names(situation.azure, networks, lost)
    names = PrivateNames(links=read.links, endpoints=read.endpoints, paired=_paired(situation))
    for problem in names.problems(source, target):
        yield _objection(problem)
    said = _site_recovery(situation)
    if said and said.vault.public_network_access == "Disabled":
        for problem in names.without_site_recovery((source, target)):
            yield _objection(problem)
    if read.unread:
        yield Objection(
            text="private names cannot be read, so that there may be more",
            listed=tuple(f"  {each}" for each in read.unread),
            refuses=Refuses.NONE,
        )


def _objection(problem: NameProblem) -> Objection:
    return Objection(
        text=problem.text,
        hint=problem.hint,
        refuses=Refuses.PLANNED if problem.wrong else Refuses.NONE,
        stack=problem.stack,
    )


def _side(situation: PreflightContext, stack: str) -> Side | None:
    snapshot = situation.snapshots.get(stack)
    if snapshot is None:
        return None
    region = situation.live(stack)
    names = {HUB: REGION.hub.network}
    names |= {spoke.key: REGION.spoke_network(spoke.key) for spoke in region.spokes}
    found = {key: snapshot.ids.get(name) for key, name in names.items()}
    replicates = (each.config.region.replicate for each in situation.pair.values())
    machines = (machine for each in replicates if each for machine in each.machines.values())
    return Side(
        stack=stack,
        region=region,
        networks={key: identity for key, identity in found.items() if identity},
        replicated=frozenset(machine.spoke for machine in machines),
    )


def _site_recovery(situation: PreflightContext) -> SiteRecoveryConfig | None:
    said = (stack.config.region.site_recovery for stack in situation.pair.values())
    return next(filter(None, said), None)


def _paired(situation: PreflightContext) -> Mapping[ResourceId, ResourceId | None]:
    """Return what the files say stands for a service; None for what is not needed.

    A pair holds in both directions, whichever file has it; that of the target decides.
    """
    plan = situation.plan
    return {
        ResourceId.of(here): None if there == NOT_NEEDED else ResourceId.of(there)
        for name in (plan.source, plan.target)
        for here, there in situation.pair[name].config.region.paired_resources.items()
    }
