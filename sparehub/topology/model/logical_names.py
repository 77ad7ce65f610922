"""Pulumi's logical names: what the program calls each resource of a region and of a drill.

A logical name is part of a resource's URN, so a new name would replace the resource. The program
has one component called ``region`` and, during a drill, one called ``drill``; a component puts its
own name and a slash before the names of its resources.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_KEY = "([^/]+)"


def _join(*parts: str) -> str:
    return "/".join(part for part in parts if part)


def keys_in(name: Callable[[str], str], texts: Iterable[str]) -> Iterator[str]:
    """Yield the keys in the logical names of one kind, such as ``REGION.connection``.

    The key in ``region/connection/hong-kong/connection`` is ``hong-kong``.
    """
    pattern = re.compile(name(_KEY))
    return (match[1] for text in texts if (match := pattern.fullmatch(text)))


def key_in(name: Callable[[str], str], text: str) -> str | None:
    """Return the key in a logical name; None where the name is of another kind."""
    return next(keys_in(name, [text]), None)


@dataclass(frozen=True)
class NetworkNames:
    """Names in the component of a virtual network, which is a hub or a spoke."""

    component: str

    @property
    def network(self) -> str:
        """The virtual network."""
        return _join(self.component, "network")

    def subnet(self, name: str) -> str:
        """Return the name of a subnet."""
        return _join(self.component, name)


@dataclass(frozen=True)
class RegionNames:
    """Names of the resources of a region; ``root`` is the name of the region's component.

    Methods that end in ``_component`` name a component resource. The others name an Azure resource.
    """

    root: str

    @property
    def group(self) -> str:
        """The resource group."""
        return _join(self.root, "group")

    @property
    def hub(self) -> NetworkNames:
        """The hub."""
        return NetworkNames(_join(self.root, "hub"))

    def spoke(self, key: str) -> NetworkNames:
        """Return the names of a spoke."""
        return NetworkNames(_join(self.root, "spoke", key))

    def spoke_network(self, key: str) -> str:
        """Return the name of a spoke's virtual network."""
        return self.spoke(key).network

    def peering_component(self, key: str) -> str:
        """Return the name of the component with both halves of a spoke's peering."""
        return _join(self.root, "spoke", key, "peering")

    def hub_to_spoke(self, key: str) -> str:
        """Return the name of the hub's half of a peering."""
        return hub_to_spoke(self.peering_component(key))

    def spoke_to_hub(self, key: str) -> str:
        """Return the name of the spoke's half of a peering."""
        return spoke_to_hub(self.peering_component(key))

    def hub_peering(self, key: str) -> str:
        """Return the name of the hub's half of a peering with a network that is not a spoke."""
        return _join(self.root, "hub-peering", key)

    @property
    def route_tables_component(self) -> str:
        """The component of the route tables."""
        return _join(self.root, "routes")

    def route_table(self, key: str) -> str:
        """Return the name of a route table."""
        return _join(self.route_tables_component, key)

    @property
    def gateway_component(self) -> str:
        """The component of the ExpressRoute gateway."""
        return _join(self.root, "expressroute")

    @property
    def gateway(self) -> str:
        """The ExpressRoute gateway."""
        return gateway(self.gateway_component)

    def circuit_component(self, key: str) -> str:
        """Return the name of the component of a circuit."""
        return _join(self.root, "circuit", key)

    def circuit_group(self, key: str) -> str:
        """Return the name of the resource group of a circuit."""
        return _join(self.circuit_component(key), "group")

    def circuit(self, key: str) -> str:
        """Return the name of a circuit."""
        return circuit(self.circuit_component(key))

    def private_peering(self, key: str) -> str:
        """Return the name of the private peering of a circuit."""
        return private_peering(self.circuit_component(key))

    def connection_component(self, key: str) -> str:
        """Return the name of the component of a connection."""
        return _join(self.root, "connection", key)

    def connection(self, key: str) -> str:
        """Return the name of a connection."""
        return connection(self.connection_component(key))

    @property
    def cache_component(self) -> str:
        """The component of the cache account of the machines that are replicated."""
        return _join(self.root, "cache")

    @property
    def site_recovery_component(self) -> str:
        """The component of the vault and all that is in it."""
        return _join(self.root, "site-recovery")


def hub_to_spoke(component: str) -> str:
    """Return the name of the hub's half, in the component of a peering."""
    return f"{component}/hub-to-spoke"


def spoke_to_hub(component: str) -> str:
    """Return the name of the spoke's half, in the component of a peering."""
    return f"{component}/spoke-to-hub"


def gateway(component: str) -> str:
    """Return the name of the gateway, in the component of a gateway."""
    return f"{component}/gateway"


def circuit(component: str) -> str:
    """Return the name of the circuit, in the component of a circuit."""
    return f"{component}/circuit"


def private_peering(component: str) -> str:
    """Return the name of the private peering, in the component of a circuit."""
    return f"{component}/private-peering"


def connection(component: str) -> str:
    """Return the name of the connection, in the component of a connection."""
    return f"{component}/connection"


@dataclass(frozen=True)
class DrillNames:
    """Names of the resources of a drill; ``root`` is the name of the drill's component."""

    root: str

    @property
    def group(self) -> str:
        """The resource group."""
        return f"{self.root}/group"

    @property
    def route_tables_component(self) -> str:
        """The component of the route table."""
        return f"{self.root}/routes"

    def route_table(self, key: str) -> str:
        """Return the name of the route table."""
        return f"{self.route_tables_component}/{key}"

    def network(self, key: str) -> NetworkNames:
        """Return the names of the test network of a spoke."""
        return NetworkNames(f"{self.root}/{key}")

    def security_group(self, key: str) -> str:
        """Return the name of the network security group of a test network."""
        return f"{self.root}/{key}/security"

    def peering(self, key: str, other: str) -> str:
        """Return the name of one half of a peering of two test networks."""
        return f"{self.root}/{key}/peering/{other}"

    def __contains__(self, name: object) -> bool:
        """Return whether a logical name is one of the drill's."""
        return str(name).startswith(f"{self.root}/")


@dataclass(frozen=True)
class SiteRecoveryNames:
    """Names in the component of a region's Site Recovery."""

    root: str

    @property
    def arrival_group(self) -> str:
        """The resource group where machines arrive."""
        return f"{self.root}/arrival"

    @property
    def vault_component(self) -> str:
        """The component of the vault."""
        return f"{self.root}/vault"

    @property
    def cache_component(self) -> str:
        """The component of the cache account for the way back."""
        return f"{self.root}/cache"

    @property
    def policy(self) -> str:
        """The replication policy."""
        return f"{self.root}/policy"

    @property
    def vault_group(self) -> str:
        """The resource group of the vault."""
        return f"{self.vault_component}/group"

    @property
    def vault(self) -> str:
        """The vault."""
        return f"{self.vault_component}/vault"

    def role(self, key: str, role: str) -> str:
        """Return the name of a role assignment on a cache account."""
        return f"{self.root}/role/{key}/{role}"

    @property
    def automation_component(self) -> str:
        """The component of the Automation account."""
        return f"{self.root}/automation"

    @property
    def automation_group(self) -> str:
        """The resource group of the Automation account."""
        return f"{self.automation_component}/group"

    @property
    def automation_account(self) -> str:
        """The Automation account."""
        return f"{self.automation_component}/account"

    def runtime_environment(self, name: str) -> str:
        """Return the name of a runtime environment."""
        return f"{self.automation_component}/environment/{name}"

    def runbook(self, name: str) -> str:
        """Return the name of a runbook."""
        return f"{self.automation_component}/runbook/{name}"

    def authorization_key(self, connection: str) -> str:
        """Return the name of the variable with the authorization key of a connection."""
        return f"{self.automation_component}/key/{connection}"

    @property
    def switch_role(self) -> str:
        """The definition of the role of the Automation account's identity."""
        return f"{self.automation_component}/role"

    def switch_role_at(self, scope: str) -> str:
        """Return the name of an assignment of that role."""
        return f"{self.switch_role}/{scope}"

    def fabric_component(self, location: str) -> str:
        """Return the name of the component of a fabric and its container."""
        return f"{self.root}/fabric/{location}"

    def fabric(self, location: str) -> str:
        """Return the name of a fabric."""
        return f"{self.fabric_component(location)}/fabric"

    def container(self, location: str) -> str:
        """Return the name of the deployment that makes a container."""
        return f"{self.fabric_component(location)}/container"

    def mappings_component(self, direction: str) -> str:
        """Return the name of the component of the mappings of one direction."""
        return f"{self.root}/{direction}"

    def container_mapping(self, direction: str) -> str:
        """Return the name of the mapping of the containers in one direction."""
        return f"{self.mappings_component(direction)}/containers"

    def network_mapping(self, direction: str, spoke: str) -> str:
        """Return the name of the mapping of a spoke's networks in one direction."""
        return f"{self.mappings_component(direction)}/{spoke}"


REGION = RegionNames("region")
"""Names in the program of a stack."""
ROLES = RegionNames("")
"""The same without the region's own: the role of a resource in a region (``state.roles``)."""
DRILL = DrillNames("drill")
"""Names of the drill in the program of a stack."""
DRILL_BASTION = "bastion/testers"
"""The key of Bastion's network in a drill; a spoke's key has no slash."""
