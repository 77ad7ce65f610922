"""Names that Azure resolves privately: are they known in both regions?

Private DNS zones are in no region, and their links are of one network each:
https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links (DNS-06). A private endpoint
is in one region, with an address of it: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
(DNS-07). Nothing here reads Azure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.resources import Region, VirtualNetwork

HUB = "hub"
NOT_NEEDED = "none"
"""What stands for a resource of which nothing is needed after a failover."""
SITE_RECOVERY_ZONE = "privatelink.siterecovery.windowsazure.com"
"""https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints
(SR-67)."""


@dataclass(frozen=True, kw_only=True)
class ZoneLink:
    """A link of a private DNS zone to a virtual network."""

    zone: ResourceId
    network: ResourceId
    registers: bool
    """Whether machines of the network get a record in the zone."""


@dataclass(frozen=True, kw_only=True)
class PrivateEndpoint:
    """A private endpoint, the service behind it, and the zones that have a record of it."""

    id: ResourceId
    network: ResourceId
    service: ResourceId
    groups: frozenset[str]
    """Such as ``blob``, in lower case."""
    zones: tuple[ResourceId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Side:
    """One region of the pair, and the ids of its networks by ``hub`` or the key of a spoke."""

    stack: str
    region: Region
    networks: Mapping[str, ResourceId]
    replicated: frozenset[str] = frozenset()
    """The spokes in which machines are replicated, or arrive."""

    def asked_by(self, key: str) -> tuple[ResourceId, ...]:
        """Return the networks whose links decide what a network resolves.

        Its own where it asks Azure's DNS; else those in which its DNS servers lie, since they ask
        Azure's DNS from there. Where its servers lie elsewhere nothing is known, and its own count.
        """
        networks = self._networks
        servers = networks[key].dns_servers if key in networks else ()
        holders = tuple(
            self.networks[name]
            for name, network in networks.items()
            if name in self.networks
            and any(server in prefix for server in servers for prefix in network.address_space)
        )
        return holders or (self.networks[key],)

    @property
    def _networks(self) -> Mapping[str, VirtualNetwork]:
        spokes = {spoke.key: spoke.virtual_network for spoke in self.region.spokes}
        return {HUB: self.region.hub, **spokes}


@dataclass(frozen=True, kw_only=True)
class NameProblem:
    """What somebody would not resolve after a failover, and what to do."""

    text: str
    hint: str
    stack: str
    wrong: bool = True
    """False where it needs attention, and nothing is missing in the region that takes over."""


@dataclass(frozen=True, kw_only=True)
class PrivateNames:
    """The links and private endpoints that a login sees."""

    links: tuple[ZoneLink, ...] = ()
    endpoints: tuple[PrivateEndpoint, ...] = ()
    paired: Mapping[ResourceId, ResourceId | None] = field(default_factory=dict)
    """What stands for a service in the other region; None where nothing of it is needed there.

    Of a private DNS zone None alone counts: zones are compared by name.
    """

    def problems(self, source: Side, target: Side) -> Iterator[NameProblem]:
        """Yield what the target would not resolve that the source does, then the opposite.

        Args:
            source: the region that is left.
            target: the region that takes over.
        """
        yield from self._unlinked(source, target, wrong=True)
        yield from self._unlinked(target, source, wrong=False)
        yield from self._unregistered(source, target)
        yield from self._without_twin(source, target)

    def without_site_recovery(self, sides: Sequence[Side]) -> Iterator[NameProblem]:
        """Yield where agents do not resolve a vault that has private endpoints alone (SR-67)."""
        for side in sides:
            for key in sorted(side.replicated & side.networks.keys()):
                if SITE_RECOVERY_ZONE not in _zones(self.links, side.asked_by(key)):
                    yield NameProblem(
                        text=(
                            f"{key} of {side.stack} does not resolve {SITE_RECOVERY_ZONE}, and the "
                            "vault answers private endpoints alone (SR-67)"
                        ),
                        hint="link a zone of this name with the records of the vault's endpoint",
                        stack=side.stack,
                    )

    def _is_needed(self, zone: ResourceId) -> bool:
        return self.paired.get(zone, zone) is not None

    def _unlinked(self, here: Side, there: Side, *, wrong: bool) -> Iterator[NameProblem]:
        seen = set()
        needed = tuple(link for link in self.links if self._is_needed(link.zone))
        for key in here.networks.keys() & there.networks.keys():
            asked = there.asked_by(key)
            known = _zones(self.links, asked)
            for name, link in _zones(needed, here.asked_by(key)).items():
                if name in known or (name, asked[0]) in seen:
                    continue
                seen.add((name, asked[0]))
                yield NameProblem(
                    text=(
                        f"private DNS zone {name} is linked to {link.network.name} of {here.stack} "
                        f"and to no network that {key} of {there.stack} asks (DNS-06); if "
                        f"nobody needs it there, write in the file of {there.stack} "
                        f"{_not_needed(link.zone)}"
                    ),
                    hint=_link_command(link, asked[0], registers=False),
                    stack=there.stack,
                    wrong=wrong,
                )

    def _unregistered(self, source: Side, target: Side) -> Iterator[NameProblem]:
        for key in sorted(source.networks.keys() & target.networks.keys()):
            here, there = source.networks[key], target.networks[key]
            known = {link.zone.name.lower() for link in self._registering(there)}
            for link in self._registering(here):
                if link.zone.name.lower() not in known and self._is_needed(link.zone):
                    yield NameProblem(
                        text=(
                            f"machines of {here.name} register in {link.zone.name}, those that "
                            f"arrive in {there.name} of {target.stack} would not: their records "
                            "stay as they are, and go with the machines that are left (DNS-06)"
                        ),
                        hint=_link_command(link, there, registers=True),
                        stack=target.stack,
                        wrong=False,
                    )

    def _registering(self, network: ResourceId) -> list[ZoneLink]:
        return [link for link in self.links if link.network == network and link.registers]

    def _without_twin(self, source: Side, target: Side) -> Iterator[NameProblem]:
        here = {identity: key for key, identity in source.networks.items()}
        there = set(target.networks.values())
        for endpoint in self.endpoints:
            stands_for = self._stands_for(endpoint.service)
            if endpoint.network not in here or stands_for is None:
                continue
            named = f"{endpoint.service.name}, {', '.join(sorted(endpoint.groups))}"
            where = f"private endpoint {endpoint.id.name} ({named}) in {here[endpoint.network]}"
            twin = next(
                (
                    each
                    for each in self.endpoints
                    if each.network in there
                    and each.service in {endpoint.service, stands_for}
                    and each.groups == endpoint.groups
                ),
                None,
            )
            if twin is None:
                yield NameProblem(
                    text=f"{where} of {source.stack} has no twin in {target.stack} (DNS-07)",
                    hint=(
                        f"make one of the same service, or name what stands for the service in "
                        f"the file of {target.stack}: region.pairedResources: "
                        f"{{{endpoint.service}: <id, or {NOT_NEEDED}>}}"
                    ),
                    stack=target.stack,
                )
            else:
                zones = tuple(each for each in endpoint.zones if self._is_needed(each))
                yield from _records(replace(endpoint, zones=zones), twin, target.stack)

    def _stands_for(self, service: ResourceId) -> ResourceId | None:
        """Return what stands for a service in the other region: itself where nothing is said."""
        if service in self.paired:
            return self.paired[service]
        back = {there: here for here, there in self.paired.items() if there is not None}
        return back.get(service, service)


def _records(endpoint: PrivateEndpoint, twin: PrivateEndpoint, stack: str) -> Iterator[NameProblem]:
    """Yield the zones in which a twin has no record, or one record together with its twin."""
    known = {zone.name.lower() for zone in twin.zones}
    for zone in endpoint.zones:
        if zone.name.lower() not in known:
            yield NameProblem(
                text=(
                    f"private endpoint {twin.id.name} of {stack} has no record in {zone.name} "
                    "(DNS-07)"
                ),
                hint=(
                    f"az network private-endpoint dns-zone-group create --subscription "
                    f"{twin.id.subscription} --resource-group {twin.id.resource_group} "
                    f"--endpoint-name {twin.id.name} --name default --zone-name "
                    f"{zone.name.replace('.', '-')} --private-dns-zone {zone}"
                ),
                stack=stack,
            )
        elif zone in twin.zones and twin.service == endpoint.service:
            yield NameProblem(
                text=(
                    f"{endpoint.id.name} and {twin.id.name} of {stack} write one record of "
                    f"{zone.name}: it has the address of the one that was written last (DNS-07)"
                ),
                hint="give each region a zone of its own, or write the record again in a failover",
                stack=stack,
                wrong=False,
            )


def _zones(links: Sequence[ZoneLink], networks: Sequence[ResourceId]) -> dict[str, ZoneLink]:
    """Return the links of networks, by the name of their zone."""
    return {link.zone.name.lower(): link for link in reversed(links) if link.network in networks}


def _not_needed(zone: ResourceId) -> str:
    return f"region.pairedResources: {{{zone}: {NOT_NEEDED}}}"


def _link_command(link: ZoneLink, network: ResourceId, *, registers: bool) -> str:
    """https://learn.microsoft.com/cli/azure/network/private-dns/link/vnet."""
    return (
        f"az network private-dns link vnet create --subscription {link.zone.subscription} "
        f"--resource-group {link.zone.resource_group} --zone-name {link.zone.name} "
        f"--name {network.name} --virtual-network {network} "
        f"--registration-enabled {str(registers).lower()}"
    )
