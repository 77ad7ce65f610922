"""What a trial makes is named after its id, and lies in resource groups of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sparehub.topology.model.recovery.replication_names import ReplicationNames

TAG = "sparehub-trial"
"""The tag that every group and resource of a trial has; its value is the trial's id."""
_GROUP = "rg-sparehub-trial-"
_ID = re.compile(r"[0-9a-f]{6}")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One trial: where it takes place, and what it makes."""

    id: str
    """Six hexadecimal digits."""
    subscription: str
    region: str
    """The region whose machines are replicated."""
    pair: str
    """The region that they are replicated to."""
    machines: int
    """How many machines are replicated; 0 for networks only."""
    owner: str
    created: str
    """UTC, such as ``2026-12-01T12:00:00Z``."""
    delete_after: str
    """UTC; by then somebody may remove what is left."""

    @property
    def regions(self) -> tuple[str, str]:
        """Both regions, the one with the machines first."""
        return self.region, self.pair

    @property
    def groups(self) -> tuple[str, str]:
        """The paths of both resource groups, in the order of the regions."""
        first, second = (self.group(region) for region in self.regions)
        return first, second

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of everything that a trial makes."""
        return {
            TAG: self.id,
            "created": self.created,
            "delete-after": self.delete_after,
            "owner": self.owner,
        }

    @property
    def vault(self) -> str:
        """The path of the vault; it is in the region that the machines arrive in (SR-02)."""
        return self.resource(self.pair, "Microsoft.RecoveryServices/vaults", "vault")

    def group(self, region: str) -> str:
        """Return the path of the resource group of a region."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{_GROUP}{self.id}-{region}"

    def resource(self, region: str, type_name: str, name: str) -> str:
        """Return the path of a resource, such as of type ``Microsoft.Network/routeTables``."""
        return f"{self.group(region)}/providers/{type_name}/{name}"

    def network(self, region: str, name: str) -> str:
        """Return the path of a virtual network: ``hub``, ``spoke`` or ``test``."""
        return self.resource(region, "Microsoft.Network/virtualNetworks", name)

    def fabric(self, region: str) -> str:
        """Return the path of the fabric of a region in the vault."""
        return f"{self.vault}/replicationFabrics/{ReplicationNames().fabric(region)}"

    def container(self, region: str) -> str:
        """Return the path of the protection container of a region."""
        name = ReplicationNames().container(region)
        return f"{self.fabric(region)}/replicationProtectionContainers/{name}"


def group_of(path: str) -> str:
    """Return the name of the resource group in a path; empty where it has none."""
    match = re.match(r"/subscriptions/[^/]+/resourceGroups/([^/?]+)", path, re.IGNORECASE)
    return match[1] if match else ""


def trial_of(group: str) -> str:
    """Return the id of the trial that a resource group's name belongs to; empty for any other.

    In any case: Azure may answer a name in another one than it was given, and does not keep two
    names that differ in case apart.
    https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    """
    name = group.lower()
    identity = name.removeprefix(_GROUP).partition("-")[0]
    return identity if name.startswith(_GROUP) and _ID.fullmatch(identity) else ""
