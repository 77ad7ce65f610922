"""Names of what a vault holds for two regions: derived, or as somebody made it.

The portal makes a fabric of a region under a name of its own, ``asr-a2a-default-eastasia`` (SR-41).
A vault has one fabric for each region (SR-03), so such a name is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

POLICY = "sparehub"
"""The name of the replication policy, where none is given."""


@dataclass(frozen=True, kw_only=True)
class MappingNames:
    """Names of the mappings of one direction that are not the derived ones."""

    containers: str = ""
    networks: Mapping[str, str] = field(default_factory=dict)
    """By the key of a spoke."""

    def container_mapping(self, source: str, target: str) -> str:
        """Return the name of the mapping of one region's container to the other's."""
        return self.containers or f"{source}-to-{target}"

    def network_mapping(self, source: str, target: str, spoke: str) -> str:
        """Return the name of the mapping of a spoke's network."""
        return self.networks.get(spoke) or f"{source}-to-{target}-{spoke}"


@dataclass(frozen=True, kw_only=True)
class ReplicationNames:
    """Names in a vault that are not the derived ones; those of fabrics by location."""

    fabrics: Mapping[str, str] = field(default_factory=dict)
    containers: Mapping[str, str] = field(default_factory=dict)
    failover: MappingNames = MappingNames()
    """From the region that is protected."""
    failback: MappingNames = MappingNames()

    def fabric(self, location: str) -> str:
        """Return the name of the replication fabric of a region."""
        return self.fabrics.get(location) or f"asr-{location}"

    def container(self, location: str) -> str:
        """Return the name of the protection container of a region."""
        return self.containers.get(location) or f"{self.fabric(location)}-container"
