"""What a vault holds for one region and the one that it is paired with."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sparehub.topology.config.fields import plain_location
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import ROLES
from sparehub.topology.model.recovery.lasting_parts import FAILBACK, FAILOVER
from sparehub.topology.state.parts import location_of
from sparehub.topology.state.region import Reading
from sparehub.topology.state.resources import SUBNET, ArmResource

VAULT = "microsoft.recoveryservices/vaults"
FABRIC = f"{VAULT}/replicationfabrics"
CONTAINER = f"{FABRIC}/replicationprotectioncontainers"
CONTAINER_MAPPING = f"{CONTAINER}/replicationprotectioncontainermappings"
ITEM = f"{CONTAINER}/replicationprotecteditems"
NETWORK_MAPPING = f"{FABRIC}/replicationnetworks/replicationnetworkmappings"
PLAN = f"{VAULT}/replicationrecoveryplans"
STORAGE_ACCOUNT = "microsoft.storage/storageaccounts"


class VaultReading:
    """One vault, and what it does for the region that is adopted (``here``)."""

    def __init__(self, key: str, everything: Sequence[ArmResource], reading: Reading) -> None:
        """Read it; ``key`` is the vault's id in lower case."""
        self._roles = reading.roles
        self.here = reading.region.location
        self.everything = everything
        self.by_id = {each.key: each for each in everything}
        self.inside = [each for each in everything if each.key.startswith(f"{key}/")]
        self.fabrics = {_location(each): each for each in self.of(FABRIC)}
        """By location, as the containers."""
        self.id = next(iter(self.fabrics.values())).identity.parent
        self.resource = self.by_id.get(key)
        """The vault itself, where it is in the file."""
        self.containers = {
            location: each
            for location, fabric in self.fabrics.items()
            for each in self.of(CONTAINER)
            if each.parent == fabric.key
        }
        items = [each for each in self.of(ITEM) if is_a2a(each)]
        self.other = self._other(items)
        """The location that the region is paired with; empty where it is with none."""
        self.source = self._where_from(items)
        """Where machines run."""
        self.target = self.other if self.source == self.here else self.here
        self.items = [each for each in items if self.place(each) == self.source]

    def of(self, kind: str) -> list[ArmResource]:
        """Return what the vault holds of a type."""
        return [each for each in self.inside if each.type == kind]

    def place(self, child: ArmResource) -> str:
        """Return the location of the fabric that something is below."""
        return next(
            (
                location
                for location, fabric in self.fabrics.items()
                if child.key.startswith(f"{fabric.key}/")
            ),
            "",
        )

    def _other(self, items: Sequence[ArmResource]) -> str:
        """Return the location that this region is paired with; empty where it is with none."""
        ends = Counter[frozenset[str]]()
        pairs = [(each, str(each.properties.get("recoveryContainerId") or "")) for each in items]
        pairs += [
            (each, str(each.properties.get("targetProtectionContainerId") or ""))
            for each in self.of(CONTAINER_MAPPING)
        ]
        for each, target in pairs:
            fabric = ResourceId.of(target.lower()).parent.key
            there = next((k for k, v in self.fabrics.items() if v.key == fabric), "")
            ends[frozenset({self.place(each), there})] += 1
        for both, _ in ends.most_common():
            if self.here in both and len(both) > 1 and "" not in both:
                return next(iter(both - {self.here}))
        return ""

    def _where_from(self, items: Sequence[ArmResource]) -> str:
        """Return where machines run: by the items, else the side that has not got the vault."""
        places = Counter(self.place(each) for each in items)
        for location in (self.here, self.other):
            places.setdefault(location, 0)
        if places[self.here] != places[self.other]:
            return max((self.here, self.other), key=lambda each: places[each])
        vault = location_of(self.resource) if self.resource else ""
        return self.here if vault == self.other else self.other

    def spokes(self) -> Iterator[tuple[str, tuple[str, frozenset[str]]]]:
        """Yield the network of each spoke: its id, its key, and the names of its subnets."""
        roles = self._roles
        for key in roles.spokes:
            network = roles.by_role[ROLES.spoke_network(key)]
            subnets = frozenset(each.name for each in roles.children(network, SUBNET))
            yield network.key, (key, subnets)

    def policy(self) -> ArmResource | None:
        """Return the policy that most items and mappings use."""
        users = [*self.items, *(each for _, each in self.container_mappings())]
        used = Counter(str(each.properties.get("policyId") or "").lower() for each in users)
        key = next((each for each, _ in used.most_common() if each), "")
        return self.by_id.get(key)

    def arrival(self) -> ResourceId | None:
        """Return the resource group where most machines arrive."""
        groups = Counter(
            str(
                (each.properties.get("providerSpecificDetails") or {}).get(
                    "recoveryAzureResourceGroupId"
                )
                or ""
            )
            for each in self.items
        )
        groups.pop("", None)
        return ResourceId.of(groups.most_common(1)[0][0]) if groups else None

    def container_mappings(self) -> Iterator[tuple[str, ArmResource]]:
        """Yield the direction of each mapping between the two containers."""
        for way, here, there in self.ways():
            target = self.containers.get(there)
            for each in self.of(CONTAINER_MAPPING):
                named = str(each.properties.get("targetProtectionContainerId") or "").lower()
                if self.place(each) == here and target and named == target.key:
                    yield way, each
                    break

    def network_mappings(self) -> Iterator[tuple[str, str, ArmResource]]:
        """Yield direction and spoke of each mapping of a spoke's networks."""
        spokes = {network: key for network, (key, _) in self.spokes()}
        for way, here, there in self.ways():
            side = "primaryNetworkId" if here == self.here else "recoveryNetworkId"
            seen: set[str] = set()
            for each in self.of(NETWORK_MAPPING):
                spoke = spokes.get(str(each.properties.get(side) or "").lower())
                target = str(each.properties.get("recoveryFabricArmId") or "").lower()
                leads = self.place(each) == here and target == self.fabrics[there].key
                if spoke and leads and spoke not in seen:
                    seen.add(spoke)
                    yield way, spoke, each

    def ways(self) -> tuple[tuple[str, str, str], ...]:
        """Return both directions, each with where it leads from and to."""
        return (
            (FAILOVER, self.source, self.target),
            (FAILBACK, self.target, self.source),
        )


def is_a2a(item: ArmResource) -> bool:
    """Return whether an item is replicated from Azure to Azure."""
    details = item.properties.get("providerSpecificDetails") or {}
    return details.get("instanceType") == "A2A"


def _location(fabric: ArmResource) -> str:
    return plain_location((fabric.properties.get("customDetails") or {}).get("location") or "")
