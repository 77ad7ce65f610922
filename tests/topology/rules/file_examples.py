"""Examples of the rules that one file is held to as it is written."""

from typing import Any

from sparehub.topology.rules.rule import Rule
from sparehub.topology.rules.stack_file import (
    addresses,
    drill,
    express_route,
    reserved_subnets,
)
from sparehub.topology.rules.stack_file import (
    hub as hub_rules,
)
from sparehub.topology.rules.stack_file.raw import RawRegion
from tests.configurations import OURS
from tests.topology.rules.rule_inputs import (
    Change,
    Example,
    both,
    circuit,
    connections,
    gateway,
    hub,
    nothing,
    spokes,
)

NAT = f"{OURS}/resourceGroups/g/providers/Microsoft.Network/natGateways/nat"
NSG = f"{OURS}/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/nsg"
MACHINE = f"{OURS}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/nva"
FIREWALL = f"{OURS}/resourceGroups/g/providers/Microsoft.Network/azureFirewalls/nva"
SPOKE1 = "region.spokes.spoke1"
GATEWAY_SUBNET = "region.hub.subnets.GatewaySubnet"
CIRCUIT = "region.expressRoute.connections.hong-kong.circuit"


def in_spoke(name: str, length: str, **more: object) -> Change:
    """Give a spoke a subnet of this name, in addresses that are free."""

    def change(region: dict[str, Any]) -> None:
        spoke = region["spokes"]["spoke1"]
        spoke["addressSpace"] = [*spoke["addressSpace"], "10.1.1.0/24"]
        spoke["subnets"][name] = {"addressPrefix": f"10.1.1.0/{length}"} | more

    return change


def bastion(prefix: str, **more: object) -> dict[str, object]:
    """Return a drill with a network of Bastion."""
    return {"bastion": {"addressPrefix": prefix}} | more


EXAMPLES: tuple[tuple[Rule[RawRegion], Example], ...] = (
    (
        addresses.address_space_avoids_reserved_ranges,
        Example(
            lambda r: r["spokes"]["spoke1"].update(addressSpace=["169.254.8.0/24"]),
            f"{SPOKE1}.addressSpace",
            "169.254.8.0/24 overlaps 169.254.0.0/16",
            lambda r: r["spokes"]["spoke1"].update(addressSpace=["169.253.8.0/24"]),
        ),
    ),
    (
        addresses.prefixes_of_a_network_do_not_overlap,
        Example(
            lambda r: r["spokes"]["spoke1"]["addressSpace"].append("10.1.0.128/25"),
            f"{SPOKE1}.addressSpace",
            "10.1.0.128/25 overlaps 10.1.0.0/24",
            lambda r: r["spokes"]["spoke1"]["addressSpace"].append("10.1.1.0/25"),
        ),
    ),
    (
        addresses.subnets_do_not_overlap,
        Example(
            lambda r: hub(r)["subnets"].update(more={"addressPrefix": "10.10.10.64/27"}),
            "region.hub.subnets.more.addressPrefix",
            "10.10.10.64/27 overlaps 10.10.10.0/25",
            lambda r: hub(r)["subnets"].update(more={"addressPrefix": "10.10.11.64/27"}),
        ),
    ),
    (
        addresses.subnets_are_large_enough,
        Example(
            lambda r: r["spokes"]["spoke1"]["subnets"]["app"].update(addressPrefix="10.1.0.0/30"),
            f"{SPOKE1}.subnets.app.addressPrefix",
            "smaller than /29",
            lambda r: r["spokes"]["spoke1"]["subnets"]["app"].update(addressPrefix="10.1.0.0/29"),
        ),
    ),
    (
        addresses.subnets_are_within_their_address_space,
        Example(
            lambda r: r["spokes"]["spoke1"]["subnets"]["app"].update(addressPrefix="10.1.1.0/25"),
            f"{SPOKE1}.subnets.app.addressPrefix",
            "outside the address space 10.1.0.0/24",
            lambda r: r["spokes"]["spoke1"]["subnets"]["app"].update(addressPrefix="10.1.0.0/25"),
        ),
    ),
    (
        addresses.spokes_do_not_overlap_the_hub,
        Example(
            lambda r: r["spokes"]["spoke1"].update(addressSpace=["10.10.10.0/25"]),
            f"{SPOKE1}.addressSpace",
            "overlaps 10.10.10.0/24 of region.hub.addressSpace",
            lambda r: r["spokes"]["spoke1"].update(addressSpace=["10.10.11.0/25"]),
        ),
    ),
    (
        addresses.spokes_do_not_overlap_each_other,
        Example(
            lambda r: r["spokes"]["spoke2"].update(addressSpace=["10.1.0.0/25"]),
            "region.spokes.spoke2.addressSpace",
            "overlaps 10.1.0.0/24 of region.spokes.spoke1.addressSpace",
            spokes(500),
        ),
    ),
    (
        addresses.keys_differ_in_more_than_case,
        Example(
            lambda r: r["spokes"]["spoke1"]["subnets"].update(APP={}),
            f"{SPOKE1}.subnets.APP",
            "one name in Azure",
            lambda r: r["spokes"]["spoke1"]["subnets"].update(APP2={}),
        ),
    ),
    (
        addresses.no_spoke_is_named_hub,
        Example(
            lambda r: r["spokes"].update(Hub={}),
            "region.spokes.hub",
            "cannot be named hub",
            lambda r: r["spokes"].update(Hub2={}),
        ),
    ),
    (
        addresses.connected_spokes_have_a_connection,
        Example(
            lambda r: r["spokes"]["spoke1"].update(standby="connected"),
            f"{SPOKE1}.standby",
            "only at standby depth 'connection'",
            lambda r: (
                r["spokes"]["spoke1"].update(standby="connected"),
                r.update(standby={"depth": "connection"}),
            ),
        ),
    ),
    (
        hub_rules.hub_has_a_gateway_subnet,
        Example(
            lambda r: hub(r)["subnets"].update(
                gatewaysubnet=hub(r)["subnets"].pop("GatewaySubnet")
            ),
            GATEWAY_SUBNET,
            "missing",
            nothing,
        ),
    ),
    (
        hub_rules.gateway_subnet_is_large_enough,
        Example(
            lambda r: hub(r)["subnets"]["GatewaySubnet"].update(addressPrefix="10.10.10.128/30"),
            f"{GATEWAY_SUBNET}.addressPrefix",
            "at least /29",
            lambda r: hub(r)["subnets"]["GatewaySubnet"].update(addressPrefix="10.10.10.128/29"),
        ),
    ),
    (
        hub_rules.hub_does_not_use_the_route_table_of_spokes,
        Example(
            lambda r: hub(r)["subnets"]["nva"].update(routeTable="shared"),
            "region.hub.subnets.nva.routeTable",
            "in a loop",
            lambda r: hub(r)["subnets"]["nva"].update(routeTable="none"),
        ),
    ),
    (
        hub_rules.nva_and_gateway_are_not_inspected,
        Example(
            lambda r: hub(r)["subnets"]["nva"].update(inspect=True),
            "region.hub.subnets.nva.inspect",
            "cannot be inspected",
            lambda r: hub(r)["subnets"]["nva"].update(inspect=False),
        ),
    ),
    (
        hub_rules.nva_started_at_failover_has_an_id,
        Example(
            lambda r: hub(r)["nva"].update(standby="startAtFailover"),
            "region.hub.nva.standby",
            "startAtFailover needs hub.nva.id",
            lambda r: hub(r)["nva"].update(standby="startAtFailover", id=MACHINE),
        ),
    ),
    (
        hub_rules.nva_started_at_failover_has_an_id,
        Example(
            lambda r: hub(r)["nva"].update(standby="startAtFailover", id=FIREWALL),
            "region.hub.nva.standby",
            "startAtFailover starts virtual machines",
            lambda r: hub(r)["nva"].update(standby="running", id=FIREWALL),
        ),
    ),
    (
        hub_rules.spokes_do_not_set_inspect,
        Example(
            lambda r: r["spokes"]["spoke1"]["subnets"]["app"].update(inspect=True),
            "region.spokes.spoke1.subnets.app.inspect",
            "only subnets of the hub",
            lambda r: r["spokes"]["spoke1"]["subnets"]["app"].update(inspect=False),
        ),
    ),
    (
        drill.drill_spokes_exist,
        Example(
            lambda r: r.update(drill={"spokes": ["spoke3"]}),
            "region.drill.spokes",
            "there is no spoke 'spoke3'; there are spoke1, spoke2",
            lambda r: r.update(drill={"spokes": ["spoke2"]}),
        ),
    ),
    (
        drill.drill_addresses_are_unused,
        Example(
            lambda r: r.update(drill={"addressSpace": ["192.168.0.0/22"]}),
            "region.drill.addressSpace",
            "192.168.0.0/22 overlaps 192.168.0.0/16 of region.onPremises.addressPrefixes",
            lambda r: r.update(drill={"addressSpace": ["10.200.0.0/22"]}),
        ),
    ),
    (
        drill.drill_ranges_do_not_overlap,
        Example(
            lambda r: r.update(drill={"addressSpace": ["10.200.0.0/16", "10.200.1.0/24"]}),
            "region.drill.addressSpace",
            "10.200.1.0/24 overlaps 10.200.0.0/16 of the same drill",
            lambda r: r.update(drill={"addressSpace": ["10.200.0.0/24", "10.200.1.0/24"]}),
        ),
    ),
    (
        drill.drill_range_fits_all_spokes,
        Example(
            lambda r: r.update(drill={"addressSpace": ["10.200.0.0/24"]}),
            "region.drill.addressSpace",
            "10.200.0.0/24 is too small for the spokes' 10.1.0.0/24, 10.2.0.0/24",
            lambda r: r.update(drill={"addressSpace": ["10.200.0.0/24"], "spokes": ["spoke1"]}),
        ),
    ),
    (
        drill.drill_ranges_avoid_reserved_ranges,
        Example(
            lambda r: r.update(drill={"addressSpace": ["224.0.0.0/22"]}),
            "region.drill.addressSpace",
            "224.0.0.0/22 overlaps 224.0.0.0/4, which Azure reserves",
            lambda r: r.update(drill={"bastion": {"addressPrefix": "10.99.0.0/26"}}),
        ),
    ),
    (
        drill.connected_test_networks_are_few_enough,
        Example(
            both(spokes(502), lambda r: r.update(drill={"connect": True})),
            "region.drill.spokes",
            "501 peerings at one of 502 test networks; Azure allows 500: name fewer spokes",
            both(spokes(501), lambda r: r.update(drill={"connect": True})),
        ),
    ),
    (
        drill.connected_test_networks_are_few_enough,
        Example(
            both(spokes(501), lambda r: r.update(drill=bastion("10.99.0.0/26", connect=True))),
            "region.drill.spokes",
            "501 peerings at one of 501 test networks",
            both(spokes(500), lambda r: r.update(drill=bastion("10.99.0.0/26", connect=True))),
        ),
    ),
    (
        drill.drill_bastion_addresses_are_unused,
        Example(
            lambda r: r.update(drill=bastion("10.1.0.0/26")),
            "region.drill.bastion.addressPrefix",
            "10.1.0.0/26 overlaps 10.1.0.0/24 of region.spokes.spoke1.addressSpace",
            lambda r: r.update(drill=bastion("10.1.1.0/26")),
        ),
    ),
    (
        drill.drill_bastion_addresses_are_unused,
        Example(
            lambda r: r.update(drill=bastion("10.200.1.0/26", addressSpace=["10.200.0.0/22"])),
            "region.drill.bastion.addressPrefix",
            "10.200.1.0/26 overlaps 10.200.1.0/24 of region.drill.addressSpace",
            lambda r: r.update(drill=bastion("10.200.2.0/26", addressSpace=["10.200.0.0/22"])),
        ),
    ),
    (
        drill.drill_bastion_subnet_is_large_enough,
        Example(
            lambda r: r.update(drill=bastion("10.99.0.0/27")),
            "region.drill.bastion.addressPrefix",
            "10.99.0.0/27 is too small for AzureBastionSubnet: at least /26",
            lambda r: r.update(drill=bastion("10.99.0.0/26")),
        ),
    ),
    (
        drill.drill_dns_servers_are_in_a_test_network,
        Example(
            lambda r: r.update(drill={"dnsServers": ["192.168.0.53"]}),
            "region.drill.dnsServers",
            "192.168.0.53 is in no test network; they have 10.1.0.0/24, 10.2.0.0/24",
            lambda r: r.update(drill={"dnsServers": ["10.1.0.53"]}),
        ),
    ),
    (
        hub_rules.nva_is_outside_gateway_subnet,
        Example(
            lambda r: hub(r)["nva"].update(ipAddress="10.10.10.200"),
            "region.hub.nva.ipAddress",
            "is in GatewaySubnet",
            lambda r: hub(r)["nva"].update(ipAddress="10.10.10.20"),
        ),
    ),
    (
        hub_rules.nva_has_a_subnet,
        Example(
            lambda r: hub(r)["nva"].update(subnet="appliance"),
            "region.hub.nva.subnet",
            "has no subnet 'appliance'; it has nva, GatewaySubnet",
            lambda r: hub(r)["nva"].update(subnet="nva"),
        ),
    ),
    (
        hub_rules.nva_address_is_in_its_subnet,
        Example(
            lambda r: hub(r)["nva"].update(ipAddress="10.10.11.10"),
            "region.hub.nva.ipAddress",
            "outside the NVA's subnet nva 10.10.10.0/25",
            lambda r: hub(r)["nva"].update(ipAddress="10.10.10.126"),
        ),
    ),
    (
        hub_rules.nva_address_is_not_reserved_by_azure,
        Example(
            lambda r: hub(r)["nva"].update(ipAddress="10.10.10.127"),
            "region.hub.nva.ipAddress",
            "one of the five",
            lambda r: hub(r)["nva"].update(ipAddress="10.10.10.4"),
        ),
    ),
    (
        reserved_subnets.gateway_subnet_has_no_security_group,
        Example(
            lambda r: hub(r)["subnets"]["GatewaySubnet"].update(networkSecurityGroupId=NSG),
            f"{GATEWAY_SUBNET}.networkSecurityGroupId",
            "refuses a network security group on GatewaySubnet",
            lambda r: hub(r)["subnets"]["nva"].update(networkSecurityGroupId=NSG),
        ),
    ),
    (
        reserved_subnets.gateway_subnet_has_no_nat_gateway,
        Example(
            lambda r: hub(r)["subnets"]["GatewaySubnet"].update(natGatewayId=NAT),
            f"{GATEWAY_SUBNET}.natGatewayId",
            "refuses a NAT gateway on GatewaySubnet",
            lambda r: hub(r)["subnets"]["nva"].update(natGatewayId=NAT),
        ),
    ),
    (
        reserved_subnets.nothing_in_gateway_subnet_is_protected,
        Example(
            lambda r: hub(r)["subnets"]["GatewaySubnet"].update(protected=True),
            f"{GATEWAY_SUBNET}.protected",
            "only the gateway may be in this subnet",
            lambda r: hub(r)["subnets"]["GatewaySubnet"].update(protected=False),
        ),
    ),
    (
        reserved_subnets.service_subnets_are_large_enough,
        Example(
            in_spoke("AzureFirewallManagementSubnet", "27"),
            f"{SPOKE1}.subnets.AzureFirewallManagementSubnet.addressPrefix",
            "at least /26",
            in_spoke("RouteServerSubnet", "27"),
        ),
    ),
    (
        reserved_subnets.service_subnets_have_no_security_group,
        Example(
            in_spoke("AzureFirewallSubnet", "26", networkSecurityGroupId=NSG),
            f"{SPOKE1}.subnets.AzureFirewallSubnet.networkSecurityGroupId",
            "remove it",
            in_spoke("AzureBastionSubnet", "26", networkSecurityGroupId=NSG),
        ),
    ),
    (
        reserved_subnets.service_subnets_have_no_route_table,
        Example(
            in_spoke("AzureBastionSubnet", "26", routeTable="shared"),
            f"{SPOKE1}.subnets.AzureBastionSubnet.routeTable",
            "AzureBastionSubnet cannot have a route table",
            in_spoke("AzureBastionSubnet", "26", routeTable="none"),
        ),
    ),
    (
        reserved_subnets.service_subnets_have_no_machines,
        Example(
            in_spoke("AzureBastionSubnet", "26", protected=True),
            f"{SPOKE1}.subnets.AzureBastionSubnet.protected",
            "AzureBastionSubnet has no machines",
            in_spoke("AzureBastionSubnet", "26", protected=False),
        ),
    ),
    (
        express_route.scale_units_fit_the_gateway,
        Example(
            lambda r: gateway(r).update(sku="ErGwScale", minScaleUnits=3, maxScaleUnits=2),
            "region.expressRoute.gateway.minScaleUnits",
            "3 is more than maxScaleUnits 2",
            lambda r: gateway(r).update(sku="ErGwScale", minScaleUnits=2, maxScaleUnits=2),
        ),
    ),
    (
        express_route.scaling_begins_at_two_units,
        Example(
            lambda r: gateway(r).update(sku="ErGwScale", minScaleUnits=1, maxScaleUnits=2),
            "region.expressRoute.gateway.minScaleUnits",
            "1 to 2: scaling needs at least 2 units",
            lambda r: gateway(r).update(sku="ErGwScale", minScaleUnits=1, maxScaleUnits=1),
        ),
    ),
    (
        express_route.provisioned_circuits_have_a_private_peering,
        Example(
            lambda r: circuit(r).pop("privatePeering"),
            f"{CIRCUIT}.privatePeering",
            "missing",
            lambda r: (circuit(r).pop("privatePeering"), circuit(r).update(provisioned=False)),
        ),
    ),
    (
        express_route.links_have_prefix_length_30,
        Example(
            lambda r: circuit(r)["privatePeering"].update(
                secondaryPeerAddressPrefix="172.16.0.8/29"
            ),
            f"{CIRCUIT}.privatePeering.secondaryPeerAddressPrefix",
            "must be a /30",
            lambda r: circuit(r)["privatePeering"].update(
                secondaryPeerAddressPrefix="172.16.0.8/30"
            ),
        ),
    ),
    (
        express_route.links_of_a_peering_do_not_overlap,
        Example(
            lambda r: circuit(r)["privatePeering"].update(
                secondaryPeerAddressPrefix="172.16.0.0/30"
            ),
            f"{CIRCUIT}.privatePeering.secondaryPeerAddressPrefix",
            "overlaps 172.16.0.0/30",
            lambda r: connections(r).update(
                other={"circuit": {"privatePeering": circuit(r)["privatePeering"]}}
            ),
        ),
    ),
    (
        express_route.peer_asn_is_not_reserved_by_microsoft,
        Example(
            lambda r: circuit(r)["privatePeering"].update(peerASN=65520),
            f"{CIRCUIT}.privatePeering.peerASN",
            "reserved by Microsoft",
            lambda r: circuit(r)["privatePeering"].update(peerASN=65521),
        ),
    ),
)
"""Each change is one of the primary's region."""
SHAPES: dict[str, Example] = {
    "Keys are known and values of their type": Example(
        lambda r: r.update(adress=1), "region.adress", "unknown key", nothing
    ),
    "Physical names are short enough and unique": Example(
        lambda r: hub(r).update(name="v" * 65),
        "region.hub.name",
        "has 65 characters",
        lambda r: hub(r).update(name="v" * 64),
    ),
    "Address prefixes are written in CIDR notation": Example(
        lambda r: r["onPremises"].update(addressPrefixes=["Storage.EastAsia"]),
        "region.onPremises.addressPrefixes[0]",
        "not an address prefix in CIDR",
        lambda r: r["onPremises"].update(addressPrefixes=["192.0.2.1/32"]),
    ),
    "Address prefixes have no host bits": Example(
        lambda r: r["onPremises"].update(addressPrefixes=["192.168.1.0/16"]),
        "region.onPremises.addressPrefixes[0]",
        "write 192.168.0.0/16",
        lambda r: r["onPremises"].update(addressPrefixes=["192.168.0.0/16"]),
    ),
    "Addresses are IPv4": Example(
        lambda r: hub(r).update(addressSpace=["10.10.10.0/24", "fd00::/48"]),
        "region.hub.addressSpace[1]",
        "is IPv6",
        lambda r: hub(r).update(addressSpace=["10.10.10.0/24", "10.10.11.0/24"]),
    ),
    "Bandwidths are values that providers offer": Example(
        lambda r: circuit(r).update(bandwidthInMbps=300),
        f"{CIRCUIT}.bandwidthInMbps",
        "it is 300",
        lambda r: circuit(r).update(bandwidthInMbps=500),
    ),
    "Tier and family are values of Azure": Example(
        lambda r: circuit(r)["sku"].update(tier="Basic"),
        f"{CIRCUIT}.sku.tier",
        "it is 'Basic'",
        lambda r: circuit(r)["sku"].update(tier="Premium"),
    ),
    "A private peering has a VLAN and two links": Example(
        lambda r: circuit(r)["privatePeering"].update(vlanId=4095),
        f"{CIRCUIT}.privatePeering.vlanId",
        "it is 4095",
        lambda r: circuit(r)["privatePeering"].update(vlanId=4094),
    ),
    "Peer ASNs have 16 or 32 bits": Example(
        lambda r: circuit(r)["privatePeering"].update(peerASN=4294967296),
        f"{CIRCUIT}.privatePeering.peerASN",
        "it is 4294967296",
        lambda r: circuit(r)["privatePeering"].update(peerASN=4294967295),
    ),
    "Routing weights are 0 to 32000": Example(
        lambda r: connections(r)["hong-kong"].update(routingWeight=32001),
        "region.expressRoute.connections.hong-kong.routingWeight",
        "it is 32001",
        lambda r: connections(r)["hong-kong"].update(routingWeight=32000),
    ),
    "Gateway SKUs and scale units are values of ExpressRoute": Example(
        lambda r: gateway(r).update(sku="VpnGw1"),
        "region.expressRoute.gateway.sku",
        "it is 'VpnGw1'",
        lambda r: gateway(r).update(sku="ErGw3AZ"),
    ),
    "Next hop types are those that a user may set": Example(
        lambda r: r.update(
            routes={"spokes": [{"addressPrefix": "10.9.0.0/16", "nextHopType": "VNetPeering"}]}
        ),
        "region.routes.spokes[0].nextHopType",
        "it is 'VNetPeering'",
        lambda r: r.update(
            routes={"spokes": [{"addressPrefix": "10.9.0.0/16", "nextHopType": "None"}]}
        ),
    ),
}
"""By the title of the row; each change is one of the primary's region."""
