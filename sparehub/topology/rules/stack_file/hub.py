"""The hub of one file: GatewaySubnet and the NVA."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from sparehub.topology.azure.address_ranges import is_reserved
from sparehub.topology.azure.limits import SMALLEST_SUBNET
from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.config.enums import NvaStandby
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import RawRegion, as_mapping, mapping

_GATEWAY_SUBNET_PATH = f"region.hub.subnets.{GATEWAY_SUBNET}"


@rule("VN-09", why="Azure creates a gateway only in a subnet named GatewaySubnet.")
def hub_has_a_gateway_subnet(region: RawRegion) -> Iterator[RuleFault]:
    """With exactly this name."""
    subnets = region.part("hub", "subnets")
    if subnets and GATEWAY_SUBNET not in subnets:
        message = "missing; Azure creates a gateway only in a subnet of this name"
        yield RuleFault(_GATEWAY_SUBNET_PATH, message)


@rule("VN-10", why="A gateway needs at least a /29.")
def gateway_subnet_is_large_enough(region: RawRegion) -> Iterator[RuleFault]:
    """At least a /29; a /27 is recommended."""
    raw = region.subnets["region.hub"].get(GATEWAY_SUBNET)
    if raw is not None and raw.prefix.prefixlen > SMALLEST_SUBNET:
        message = f"{raw.prefix} is too small for a gateway: at least /29, /27 recommended"
        yield RuleFault(_GATEWAY_SUBNET_PATH + ".addressPrefix", message)


@rule("RT-14", why="The default route of the spokes would send the NVA's own traffic in a loop.")
def hub_does_not_use_the_route_table_of_spokes(region: RawRegion) -> Iterator[RuleFault]:
    """In none of its subnets."""
    for name, subnet in region.part("hub", "subnets").items():
        if as_mapping(subnet).get("routeTable") == "shared":
            message = "the spokes' table would send the hub's own traffic in a loop: remove it"
            yield RuleFault(f"region.hub.subnets.{name}.routeTable", message)


@rule("RT-14", why="A table that sends the NVA's own traffic to the NVA makes a loop.")
def nva_and_gateway_are_not_inspected(region: RawRegion) -> Iterator[RuleFault]:
    """Other subnets of the hub can be."""
    for name in (GATEWAY_SUBNET, nva_subnet(region)):
        if mapping(region.part("hub", "subnets"), name).get("inspect") is True:
            message = "the NVA itself and the gateway cannot be inspected: only other subnets can"
            yield RuleFault(f"region.hub.subnets.{name}.inspect", message)


@rule(
    "CONFIG",
    why="A machine that is started at a failover is found by its id and keeps its address.",
)
def nva_started_at_failover_has_an_id(region: RawRegion) -> Iterator[RuleFault]:
    """And is not an Azure Firewall, which may get another private address."""
    nva = region.part("hub", "nva")
    if nva.get("standby") != NvaStandby.START_AT_FAILOVER:
        return
    if not nva.get("id"):
        message = (
            "startAtFailover needs hub.nva.id: the machine, or the load balancer of the machines"
        )
        yield RuleFault("region.hub.nva.standby", message)
    elif "/azurefirewalls/" in str(nva["id"]).lower() or nva.get("kind") == "azureFirewall":
        message = (
            "startAtFailover starts virtual machines: a deallocated Azure Firewall must be "
            "allocated to its subnet and public addresses again, and may get another private "
            "address, which no route table has: write running, and keep it running"
        )
        yield RuleFault("region.hub.nva.standby", message)


@rule("CONFIG", why="The route table of the spokes sends everything to the NVA.")
def spokes_do_not_set_inspect(region: RawRegion) -> Iterator[RuleFault]:
    """``inspect`` is a key of hub subnets."""
    for path, network in region.networks.items():
        for name in mapping(network, "subnets") if path != "region.hub" else ():
            if mapping(network, "subnets", name).get("inspect") is True:
                message = (
                    "only subnets of the hub have it: the spokes' table sends everything to the NVA"
                )
                yield RuleFault(f"{path}.subnets.{name}.inspect", message)


@rule("VN-09", why="Only gateways may be in GatewaySubnet.")
def nva_is_outside_gateway_subnet(region: RawRegion) -> Iterator[RuleFault]:
    """By its subnet and by its address."""
    if nva_subnet(region) == GATEWAY_SUBNET:
        message = "the NVA cannot be in GatewaySubnet: only the gateway may"
        yield RuleFault("region.hub.nva.subnet", message)
    gateway = region.subnets["region.hub"].get(GATEWAY_SUBNET)
    address = _nva_address(region)
    if address is not None and gateway is not None and address in gateway.prefix:
        message = f"{address} is in GatewaySubnet {gateway.prefix}: only the gateway may"
        yield RuleFault("region.hub.nva.ipAddress", message)


@rule("CONFIG", why="The subnet of the NVA gets its own route table, so it must exist.")
def nva_has_a_subnet(region: RawRegion) -> Iterator[RuleFault]:
    """The default is ``nva``."""
    subnets = region.part("hub", "subnets")
    name = nva_subnet(region)
    if subnets and name not in subnets:
        message = f"the hub has no subnet {name!r}; it has {', '.join(map(str, subnets))}"
        yield RuleFault("region.hub.nva.subnet", message)


@rule("RT-12", why="A next hop must be reached directly, so it is in the NVA's subnet of the hub.")
def nva_address_is_in_its_subnet(region: RawRegion) -> Iterator[RuleFault]:
    """VN-09 covers an address in GatewaySubnet."""
    address, prefix = _nva_address(region), _nva_prefix(region)
    gateway = region.subnets["region.hub"].get(GATEWAY_SUBNET)
    if address is None or prefix is None or address in prefix:
        return
    if gateway is None or address not in gateway.prefix:
        message = f"{address} is outside the NVA's subnet {nva_subnet(region)} {prefix}"
        yield RuleFault("region.hub.nva.ipAddress", message)


@rule("VN-01", why="Azure reserves the first four addresses of a subnet and the last.")
def nva_address_is_not_reserved_by_azure(region: RawRegion) -> Iterator[RuleFault]:
    """It is none of the five."""
    address, prefix = _nva_address(region), _nva_prefix(region)
    if address is None or prefix is None or nva_subnet(region) == GATEWAY_SUBNET:
        return
    if is_reserved(address, prefix):
        message = f"{address} is one of the five that Azure reserves in {prefix}"
        yield RuleFault("region.hub.nva.ipAddress", message)


def nva_subnet(region: RawRegion) -> str:
    """Return the name of the NVA's subnet in the file."""
    return str(region.part("hub", "nva").get("subnet", "nva"))


def _nva_prefix(region: RawRegion) -> IPv4Network | None:
    raw = region.subnets["region.hub"].get(nva_subnet(region))
    return raw.prefix if raw else None


def _nva_address(region: RawRegion) -> IPv4Address | None:
    try:
        return IPv4Address(region.part("hub", "nva").get("ipAddress", ""))
    except ValueError:
        return None


HUB = (
    hub_has_a_gateway_subnet,
    gateway_subnet_is_large_enough,
    hub_does_not_use_the_route_table_of_spokes,
    nva_and_gateway_are_not_inspected,
    nva_started_at_failover_has_an_id,
    spokes_do_not_set_inspect,
    nva_is_outside_gateway_subnet,
    nva_has_a_subnet,
    nva_address_is_in_its_subnet,
    nva_address_is_not_reserved_by_azure,
)
