"""What owns the next hop of the route tables, and whether it forwards: read only.

A virtual machine forwards while it runs and its interface may (RT-13); a load balancer while a
backend answers its probe; an Azure Firewall while it is allocated, with the address that the routes
name: stopped and started again, it may have another one.
https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
https://learn.microsoft.com/azure/load-balancer/load-balancer-ha-ports-overview
https://learn.microsoft.com/azure/firewall/firewall-faq
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sparehub.azure.answers import NOT_FOUND, Answer, Azure, properties_of
from sparehub.azure.reading import read, state_of
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.resources import Nva

_RUNNING = "PowerState/running"
_MOST_ASKED = 64
"""Interfaces of the NVA's subnet that are asked, one by one, whose address it is."""
_MACHINES = "microsoft.compute/virtualmachines"
_INTERFACES = "microsoft.network/networkinterfaces"
_BALANCERS = "microsoft.network/loadbalancers"
_FIREWALLS = "microsoft.network/azurefirewalls"


@dataclass
class NextHopStatus:
    """What was found of a next hop, in words for a person."""

    owner: ResourceId | None = None
    """What has the address; None where nobody was found."""
    dead: list[str] = field(default_factory=list)
    """Why nothing is forwarded."""
    stopped: list[ResourceId] = field(default_factory=list)
    """Its machines that do not run."""
    running: list[ResourceId] = field(default_factory=list)
    """Those that do."""
    said: list[str] = field(default_factory=list)
    """What is not as it should be, although something is forwarded."""
    unread: list[str] = field(default_factory=list)
    """What could not be read."""


def read_next_hop(azure: Azure, nva: Nva, hub: ResourceId) -> NextHopStatus:
    """Return the status of a region's next hop; ``hub`` is the hub's network."""
    status = NextHopStatus()
    reader = _NextHopReader(azure, nva, hub.child("subnets", nva.subnet), status)
    if nva.id:
        reader.configured(nva.id)
    else:
        reader.searched()
    return status


@dataclass(frozen=True)
class _NextHopReader:
    azure: Azure
    nva: Nva
    subnet: ResourceId
    status: NextHopStatus

    @property
    def address(self) -> str:
        return str(self.nva.ip_address)

    def configured(self, identity: ResourceId) -> None:
        """Look at what the file names."""
        found = self._read(identity)
        if found is None:
            return
        self.status.owner = identity
        if identity.type == _MACHINES:
            self._machine(identity, found)
        else:
            self._owner(identity, found)

    def searched(self) -> None:
        """Look for the owner among what has an address in the NVA's subnet."""
        found = self._read(self.subnet)
        if found is None:
            return
        users = _ids(found.properties.get("ipConfigurations"))
        kinds = (_INTERFACES, _BALANCERS, _FIREWALLS)
        owners = dict.fromkeys(each.top for each in users if each.top.type in kinds)
        for identity in list(owners)[:_MOST_ASKED]:
            answer = self._read(identity)
            if answer and self._configuration(identity, answer):
                self.status.owner = identity
                self._owner(identity, answer)
                return
        if len(owners) > _MOST_ASKED:
            self.status.unread.append(
                f"more than {_MOST_ASKED} have an address in {self.subnet}: set hub.nva.id"
            )

    def _owner(self, identity: ResourceId, found: Answer) -> None:
        name = identity.name
        configuration = self._configuration(identity, found)
        if identity.type == _FIREWALLS:
            self._firewall(name, found)
        elif configuration is None:
            self.status.dead.append(f"{name} does not have the address {self.address}")
        elif identity.type == _BALANCERS:
            self._balancer(identity, found, configuration)
        else:
            self._interface(name, found)

    def _machine(self, machine: ResourceId, found: Answer) -> None:
        """Look at the machine of a file: at the interface that has the address."""
        name = machine.name
        profile = found.properties.get("networkProfile") or {}
        before = len(self.status.unread)
        for identity in _ids(profile.get("networkInterfaces")):
            answer = self._read(identity)
            if answer and (configuration := self._configuration(identity, answer)):
                subnet = _id_in(configuration, "subnet")
                if subnet and subnet != self.subnet:
                    self.status.dead.append(f"{self.address} of {name} is not in {self.subnet}")
                self._interface(identity.name, answer)
                return
        if len(self.status.unread) == before:
            self.status.dead.append(f"{name} does not have the address {self.address}")

    def _interface(self, name: str, found: Answer) -> None:
        properties = found.properties
        if not properties.get("enableIPForwarding"):
            self.status.dead.append(f"the interface {name} may not forward (enableIPForwarding)")
        if machine := _id_in(properties, "virtualMachine"):
            self._power(machine)
        else:
            self.status.dead.append(f"the interface {name} is of no virtual machine")

    def _power(self, machine: ResourceId) -> None:
        """Ask whether a machine runs.

        https://learn.microsoft.com/rest/api/compute/virtual-machines/instance-view
        """
        found = self._read(machine, "/instanceView")
        if found is None:
            return
        codes = [str(each.get("code")) for each in found.body.get("statuses") or []]
        (self.status.running if _RUNNING in codes else self.status.stopped).append(machine)

    def _firewall(self, name: str, found: Answer) -> None:
        state = state_of(found)
        if state != "Succeeded":
            self.status.dead.append(f"the firewall {name} is {state or 'in no state'!r}")
        addresses = _addresses(found, "ipConfigurations")
        if not addresses:
            self.status.dead.append(f"the firewall {name} is deallocated: it has no address")
        elif self.address not in addresses:
            has = ", ".join(addresses)
            self.status.dead.append(
                f"the firewall {name} has the address {has} now, not {self.address}: it may "
                "get another one when it is stopped and started"
            )

    def _balancer(self, identity: ResourceId, found: Answer, frontend: Mapping[str, Any]) -> None:
        """Look at a load balancer's rules, at the probes of one, and at its backends' machines."""
        name = identity.name
        properties = found.properties
        rules = [
            each
            for each in properties.get("loadBalancingRules") or []
            if _id_in(properties_of(each), "frontendIPConfiguration") == _id_of(frontend)
        ]
        if not rules:
            self.status.dead.append(f"no rule of the load balancer {name} is for {self.address}")
            return
        every = [each for each in rules if _is_for_all_ports(each)]
        if not every:
            self.status.said.append(
                f"the load balancer {name} has no rule for high-availability ports: only some "
                "traffic passes"
            )
        rule = (every or rules)[0]
        said = properties_of(rule)
        pools = {_id_in(said, "backendAddressPool")} | {
            _id_of(each) for each in said.get("backendAddressPools") or []
        }
        members = [
            member
            for pool in properties.get("backendAddressPools") or []
            if _id_of(pool) in pools
            for member in _ids(properties_of(pool).get("backendIPConfigurations"))
        ]
        backends = dict.fromkeys(each.top for each in members)
        for backend in backends:
            self._backend(backend)
        known = self.status.running or self.status.stopped
        if known and not self.status.running:
            return  # which says it all: nothing answers a probe
        self._health(identity, str(rule.get("name")))

    def _backend(self, identity: ResourceId) -> None:
        found = self._read(identity) if identity.type == _INTERFACES else None
        if found is None:
            return
        properties = found.properties
        name = identity.name
        if not properties.get("enableIPForwarding"):
            self.status.said.append(f"the interface {name} may not forward (enableIPForwarding)")
        if machine := _id_in(properties, "virtualMachine"):
            self._power(machine)

    def _health(self, identity: ResourceId, rule: str) -> None:
        """Ask which backends answer a rule's probe.

        https://learn.microsoft.com/rest/api/load-balancer/load-balancer-load-balancing-rules/health
        """
        name = identity.name
        answer = self.azure.act(f"{identity}/loadBalancingRules/{rule}/health")
        if not answer.accepted or "up" not in answer.body:
            self.status.said.append(f"the health of {name} cannot be read: {answer.problem}")
            return
        up, down = int(answer.body["up"]), int(answer.body.get("down") or 0)
        if not up:
            self.status.dead.append(f"no backend of the load balancer {name} answers its probe")
        elif down:
            self.status.said.append(f"{down} of {up + down} backends of {name} answer no probe")

    def _configuration(self, identity: ResourceId, found: Answer) -> Mapping[str, Any] | None:
        """Return what of a resource has the address: its properties, and its id."""
        balances = identity.type == _BALANCERS
        collection = "frontendIPConfigurations" if balances else "ipConfigurations"
        for each in found.properties.get(collection) or []:
            properties = properties_of(each)
            if properties.get("privateIPAddress") == self.address:
                return {**properties, "id": each.get("id")}
        return None

    def _read(self, identity: ResourceId, view: str = "") -> Answer | None:
        """Read a resource, or a view of it: the path of a URL after its id."""
        path = f"{identity}{view}"
        found = read(self.azure, path)
        if found.accepted:
            return found
        if found.status == NOT_FOUND and identity == self.nva.id and not view:
            self.status.dead.append(f"hub.nva.id names {path}, which is not there")
        else:
            self.status.unread.append(f"{path}: {found.problem}")
        return None


def _is_for_all_ports(rule: Mapping[str, Any]) -> bool:
    properties = properties_of(rule)
    ports = (properties.get("frontendPort"), properties.get("backendPort"))
    return str(properties.get("protocol")).lower() == "all" and ports == (0, 0)


def _id_in(properties: Mapping[str, Any], member: str) -> ResourceId | None:
    """Return what a property refers to; None where it refers to nothing."""
    return _id_of(properties.get(member) or {})


def _id_of(item: Mapping[str, Any]) -> ResourceId | None:
    return ResourceId.of(str(item["id"])) if item.get("id") else None


def _addresses(found: Answer, collection: str) -> list[str]:
    configurations = found.properties.get(collection) or []
    shown = (properties_of(each).get("privateIPAddress") for each in configurations)
    return [str(each) for each in shown if each]


def _ids(items: object) -> Iterator[ResourceId]:
    found: Iterable[Any] = items if isinstance(items, list) else ()
    named = (each["id"] for each in found if isinstance(each, dict) and each.get("id"))
    return (ResourceId.parse(str(each)) for each in named)
