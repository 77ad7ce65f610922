"""Refuses a deployment that takes away what a replicated machine depends on.

Azure refuses to delete a fabric with items, and does not refuse to delete the cache account or the
network where a machine is to arrive: the next failover then fails (SR-69).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from sparehub.topology.config.fields import plain_location
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import ReplacementRefusedError
from sparehub.topology.model.logical_names import REGION, key_in
from sparehub.topology.model.recovery.lasting_parts import (
    FAILBACK,
    FAILOVER,
    NAMES,
    lasting_parts,
)
from sparehub.topology.model.resources import Region
from sparehub.topology.state.pulumi_state import outputs_of
from sparehub.topology.state.resources import Resources

_VAULT = "azure-native:recoveryservices:Vault"
_PLACES = (NAMES.root, REGION.cache_component, REGION.spoke("").component)
_SWITCHING = f"{NAMES.automation_component}/"
"""What switches the network beside the machines: none of them depends on it."""
_NOT_NEEDED = ("VirtualNetworkPeering", "RoleAssignment")
"""Types that a machine can do without: a peering can be made again, and a role given again."""
_LINES, _MACHINES = 16, 8
"""What a message shows at most: parts, and machines of each."""


@dataclass(frozen=True, kw_only=True)
class ReplicatedItem:
    """A machine that a vault replicates, and the networks that it runs in or arrives in."""

    machine: str
    networks: frozenset[str] = frozenset()
    """Ids in lower case; empty while the vault does not say them."""
    subnets: frozenset[str] = frozenset()
    """Names in lower case."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read a protected item as the vault lists it (SR-40)."""
        properties = document.get("properties") or {}
        details = properties.get("providerSpecificDetails") or {}
        nics = details.get("vmNics") or ()
        configurations = [each for nic in nics for each in nic.get("ipConfigs") or ()]
        networks = [details.get("selectedRecoveryAzureNetworkId")]
        for nic in nics:
            networks += [nic.get("vMNetworkName"), nic.get("recoveryVMNetworkId")]
        subnets = [
            each.get(key) for each in configurations for key in ("subnetName", "recoverySubnetName")
        ]
        return cls(
            machine=str(properties.get("friendlyName") or document.get("name") or ""),
            networks=frozenset(str(each).lower() for each in networks if each),
            subnets=frozenset(str(each).lower() for each in subnets if each),
        )

    def is_in(self, network: str) -> bool:
        """Return whether it runs or arrives in a network; it may, while that is not known."""
        return not self.networks or network.lower() in self.networks


@dataclass(frozen=True, kw_only=True)
class LostPart:
    """Something that a deployment takes away."""

    name: str
    """The logical name."""
    id: ResourceId
    does: Literal["deletes", "replaces"]
    network: str = ""
    """The id of the spoke's network that it is or serves; empty for what serves every machine."""

    def serves(self, item: ReplicatedItem) -> bool:
        """Return whether a machine depends on it."""
        if not self.network:
            return True
        subnet = self.id.type.endswith("/subnets")
        elsewhere = subnet and item.subnets and self.id.name.lower() not in item.subnets
        return item.is_in(self.network) and not elsewhere


def lost_parts(region: Region, recorded: Resources) -> tuple[LostPart, ...]:
    """Return what a deployment of a region takes away of what stands, as the stack recorded it."""
    wanted = {part.name: part for part in lasting_parts(region)}
    standing = dict(_standing(recorded))
    networks = {
        key: str(outputs["id"])
        for name, outputs in standing.items()
        if (key := key_in(REGION.spoke_network, name))
    }
    found = []
    for name, outputs in standing.items():
        part, identity = wanted.get(name), ResourceId.of(str(outputs["id"]))
        location = plain_location(outputs.get("location") or "")
        if part and identity.is_same(part.id) and part.location in {"", location}:
            continue
        lost = LostPart(
            name=name,
            id=identity,
            does="replaces" if part else "deletes",
            network=networks.get(_spoke_of(name), ""),
        )
        found.append(lost)
    return tuple(sorted(found, key=lambda part: part.name))


def recorded_vault(*states: Resources) -> str:
    """Return the id of the vault that a stack or its pair recorded; empty where none did."""
    for recorded in states:
        vault = outputs_of(recorded).get("recoveryVaultId") or outputs_of(recorded, _VAULT).get(
            "id"
        )
        if vault:
            return str(vault)
    return ""


def refuse_parts_in_use(
    lost: Iterable[LostPart], vault: str, items: Iterable[ReplicatedItem]
) -> None:
    """Refuse to take away what a replicated machine depends on.

    Raises:
        ReplacementRefusedError: with each part, the machines, and what to do first.
    """
    replicated = list(items)
    lines = []
    for part in lost:
        machines = sorted(item.machine for item in replicated if part.serves(item))
        if machines:
            lines.append(f"  {part.does} {part.name} ({part.id.name}): {_listed(machines)}")
    if not lines:
        return
    more = len(lines) - _LINES
    shown = [*lines[:_LINES], *([f"  and {more} more"] if more > 0 else [])]
    message = "\n".join(
        [
            (
                f"the vault {ResourceId.of(vault).name} replicates machines, and this deployment "
                "takes away what they depend on:"
            ),
            *shown,
            (
                "Nothing was changed. Put it back into the stack file, or end the replication of "
                "these machines first: `sparehub replicate --off` (SR-80)."
            ),
        ]
    )
    raise ReplacementRefusedError(message)


def _listed(machines: list[str]) -> str:
    more = len(machines) - _MACHINES
    return ", ".join(machines[:_MACHINES]) + (f" and {more} more" if more > 0 else "")


def _standing(recorded: Resources) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield logical name and outputs of what stands, of the kinds that machines depend on."""
    for urn, resource in recorded.items():
        outputs = resource.get("outputs") or {}
        name = urn.rsplit("::", 1)[-1]
        in_place = any(name.startswith(f"{place.rstrip('/')}/") for place in _PLACES)
        in_place = in_place and not name.startswith(_SWITCHING)
        kind = str(resource.get("type"))
        needed = kind.startswith("azure-native:") and not kind.endswith(_NOT_NEEDED)
        if in_place and needed and outputs.get("id"):
            yield name, outputs


def _spoke_of(name: str) -> str:
    """Return the key of the spoke whose network, subnet or mapping a name is of; empty if none."""
    for pattern in (
        lambda key: REGION.spoke(key).subnet("[^/]+"),
        lambda key: NAMES.network_mapping(f"(?:{FAILOVER}|{FAILBACK})", key),
    ):
        key = key_in(pattern, name)
        if key and name not in map(NAMES.container_mapping, (FAILOVER, FAILBACK)):
            return key
    return ""
