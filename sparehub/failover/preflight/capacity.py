"""Questions about what a failover uses of Azure's capacity: gateways, and quotas."""

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sparehub.azure.answers import NOT_FOUND
from sparehub.azure.reading import listed, read, state_of
from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.failover.queries.next_hop import read_next_hop
from sparehub.topology.config.enums import NvaStandby
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.planning.operations import GATEWAY, Verb

_COUNTED: Mapping[str, str] = MappingProxyType({GATEWAY: "VirtualNetworkGateways"})
"""The name of the usage that counts what a failover makes; Azure may list none of that name."""
_COMPUTE, _CORES = "Microsoft.Compute", "cores"
"""Azure's provider of machines, and its name for "Total Regional vCPUs":
https://learn.microsoft.com/azure/virtual-machines/quotas"""


def gateways_are_well(situation: PreflightContext) -> Iterator[Objection]:
    """Each gateway is Succeeded, and of the SKU of its file.

    The gateway of a region that may be lost is not asked.
    """
    plan = situation.plan
    for stack in (plan.target,) if situation.unplanned else (plan.target, plan.source):
        snapshot = situation.snapshots.get(stack)
        gateway_id = snapshot.deployed.gateway_id if snapshot else None
        if gateway_id is None:
            continue
        identity = str(gateway_id)
        found = read(situation.azure, identity)
        name = f"the gateway {gateway_id.name} of {stack}"
        if not found.accepted:
            gone = found.status == NOT_FOUND and stack == plan.target
            text = f"{name} cannot be read: {found.problem}"
            refuses = Refuses.EVERY if gone else Refuses.PLANNED
            yield Objection(text=text, hint=identity, refuses=refuses, stack=stack)
            continue
        if (state := state_of(found)) != "Succeeded":
            text = f"{name} is {state or 'in no state that is shown'!r}, not 'Succeeded'"
            yield Objection(text=text, hint=identity, refuses=Refuses.PLANNED, stack=stack)
        shown = str((found.properties.get("sku") or {}).get("name") or "")
        gateway = situation.live(stack).gateway
        if gateway and shown and shown.lower() != gateway.sku.lower():
            text = f"{name} is an {shown}, and the file says {gateway.sku}"
            yield Objection(text=text, hint=identity, refuses=Refuses.NONE, stack=stack)


def quota_is_enough(situation: PreflightContext) -> Iterator[Objection]:
    """The target's region has room for what the plan makes, and for machines that it starts.

    How many cores a machine has is not known here: that none is left is said of it, no more.
    https://learn.microsoft.com/rest/api/virtualnetwork/usages/list
    https://learn.microsoft.com/rest/api/compute/usage/list
    """
    plan, stack = situation.plan, situation.plan.target
    snapshot = situation.snapshots.get(stack)
    if snapshot is None or not snapshot.subscription:
        return
    region = situation.live(stack)
    made = Counter(
        _COUNTED[operation.type]
        for step in plan.steps
        if step.change and step.change.stack == stack
        for operation in step.change.operations
        if operation.verb is Verb.CREATE and operation.type in _COUNTED
    )
    wanted = {"Microsoft.Network": made} if made else {}
    hub = snapshot.ids.get(REGION.hub.network, ResourceId())
    if region.nva.standby is NvaStandby.START_AT_FAILOVER:
        stopped = read_next_hop(situation.azure, region.nva, hub).stopped
        if stopped:
            wanted[_COMPUTE] = Counter({_CORES: len(stopped)})
    for namespace, counted in wanted.items():
        said = namespace == _COMPUTE
        where = f"/subscriptions/{snapshot.subscription}/providers/{namespace}"
        found = listed(situation.azure, f"{where}/locations/{region.location}/usages")
        if found.problem:
            text = f"the quota of {namespace} in {region.location} cannot be read: {found.problem}"
            refuses = Refuses.NONE if said else Refuses.PLANNED
            yield Objection(text=text, refuses=refuses, stack=stack)
        for usage in found.items:
            name = str((usage.get("name") or {}).get("value"))
            used, most = int(usage.get("currentValue") or 0), int(usage.get("limit") or 0)
            if counted[name] and used + counted[name] > most:
                text = (
                    f"{used} of {most} {name} are used in {region.location}, and {stack} needs "
                    f"{counted[name]} more at least"
                )
                refuses = Refuses.NONE if said else Refuses.EVERY
                yield Objection(text=text, refuses=refuses, stack=stack)
