"""Examples of the rules of one region: edits of the file, or of what would be built."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sparehub.topology.model.pair import Stack
from sparehub.topology.rules import suppressions
from sparehub.topology.rules.region import gateways, inspection, networks, peerings
from sparehub.topology.rules.rule import Rule
from sparehub.topology.rules.stack_file import remapping
from tests.topology.rules.file_examples import NSG, in_spoke
from tests.topology.rules.rule_inputs import (
    Example,
    circuit,
    first_spoke,
    gateway,
    hub,
    model,
    more_circuits,
    nothing,
    primary,
    spokes,
    table,
    whole,
)

GATEWAY_SUBNET = "region.hub.subnets.GatewaySubnet.addressPrefix"
SPOKE1 = "region.spokes.spoke1"
DNS = [f"10.9.0.{number}" for number in range(1, 22)]


def scalable_in(location: str) -> Callable[[], Stack]:
    """Return a maker of the primary's stack in another region, with a scalable gateway."""

    def change(values: dict[str, Any]) -> None:
        values["azure-native:location"] = location
        scaled = {"sku": "ErGwScale", "minScaleUnits": 2, "maxScaleUnits": 10}
        gateway(values["sparehub:region"]).update(scaled)

    return whole(change)


def drilled(values: dict[str, Any], **region: object) -> None:
    """Let the test networks of a drill stand."""
    values["sparehub:drill"] = True
    values["sparehub:region"].update(region)


EXAMPLES: tuple[tuple[Rule[Stack], Example], ...] = (
    (
        networks.address_space_is_private,
        Example(
            primary(
                lambda r: r["spokes"]["spoke1"].update(addressSpace=["10.1.0.0/24", "11.0.0.0/24"])
            ),
            f"{SPOKE1}.addressSpace",
            "11.0.0.0/24 is public",
            primary(
                lambda r: r["spokes"]["spoke1"].update(
                    addressSpace=["10.1.0.0/24", "100.64.0.0/24"]
                )
            ),
        ),
    ),
    (
        networks.bastion_security_group_has_the_rules_of_bastion,
        Example(
            primary(in_spoke("AzureBastionSubnet", "26", networkSecurityGroupId=NSG)),
            f"{SPOKE1}.subnets.AzureBastionSubnet.networkSecurityGroupId",
            "443 from GatewayManager",
            primary(in_spoke("bastion", "26", networkSecurityGroupId=NSG)),
        ),
    ),
    (
        networks.gateway_subnet_has_the_recommended_size,
        Example(
            primary(
                lambda r: hub(r)["subnets"]["GatewaySubnet"].update(addressPrefix="10.10.10.128/28")
            ),
            GATEWAY_SUBNET,
            "smaller than the /27",
            primary(
                lambda r: hub(r)["subnets"]["GatewaySubnet"].update(addressPrefix="10.10.10.128/27")
            ),
        ),
    ),
    (
        networks.gateway_subnet_has_room_for_sixteen_circuits,
        Example(
            primary(
                lambda r: (
                    more_circuits(15, "Singapore")(r),
                    hub(r)["subnets"]["GatewaySubnet"].update(addressPrefix="10.10.10.128/27"),
                )
            ),
            GATEWAY_SUBNET,
            "too small for 16 circuits",
            primary(more_circuits(15, "Singapore")),
        ),
    ),
    (
        networks.subnets_per_network_stay_within_the_limit,
        Example(
            model(
                lambda r: replace(r, hub=replace(r.hub, subnets=(r.hub.subnets * 1501)[:3001])),
            ),
            "region.hub.subnets",
            "3001 subnets",
            model(lambda r: replace(r, hub=replace(r.hub, subnets=r.hub.subnets * 1500))),
        ),
    ),
    (
        networks.dns_servers_per_network_stay_within_the_limit,
        Example(
            primary(lambda r: hub(r).update(dnsServers=DNS)),
            "region.hub.dnsServers",
            "21 DNS servers",
            primary(lambda r: hub(r).update(dnsServers=DNS[:20])),
        ),
    ),
    (
        networks.nva_is_not_replicated,
        Example(
            primary(lambda r: hub(r)["subnets"]["nva"].update(protected=True)),
            "region.hub.subnets.nva.protected",
            "deploy a second NVA in the other region",
            primary(lambda r: hub(r)["subnets"]["nva"].update(protected=False)),
        ),
    ),
    (
        peerings.every_spoke_has_its_own_virtual_network,
        Example(
            model(
                lambda r: replace(
                    r,
                    spokes=(
                        r.spokes[0],
                        replace(r.spokes[1], virtual_network=r.spokes[0].virtual_network),
                    ),
                )
            ),
            "region.spokes.spoke2.name",
            "is the virtual network of the spoke spoke1 already",
            primary(nothing),
        ),
    ),
    (
        peerings.spokes_use_an_existing_gateway,
        Example(
            model(lambda r: replace(r, gateway=None, spokes=r.spokes[:1])),
            f"{SPOKE1}.spokeToHub",
            "the hub has no gateway",
            whole(lambda v: v.update({"sparehub:activation": "standby"})),
        ),
    ),
    (
        peerings.hub_allows_gateway_transit_to_its_spokes,
        Example(
            model(
                first_spoke(
                    lambda s: replace(
                        s, hub_to_spoke=replace(s.hub_to_spoke, allow_gateway_transit=False)
                    )
                )
            ),
            f"{SPOKE1}.hubToSpoke",
            "allowGatewayTransit must be true",
            primary(nothing),
        ),
    ),
    (
        peerings.spokes_have_no_gateway_of_their_own,
        Example(
            primary(
                lambda r: r["spokes"]["spoke1"].update(
                    subnets={"GatewaySubnet": {"addressPrefix": "10.1.0.0/27"}}
                )
            ),
            f"{SPOKE1}.subnets.GatewaySubnet",
            "prevent the spoke from using the hub's",
            primary(nothing),
        ),
    ),
    (
        peerings.spokes_wait_for_the_gateway_on_standby,
        Example(
            model(
                first_spoke(
                    lambda s: replace(
                        s, spoke_to_hub=replace(s.spoke_to_hub, use_remote_gateways=True)
                    )
                ),
                whole(
                    lambda v: (
                        v.update({"sparehub:activation": "standby"}),
                        v["sparehub:region"].update(standby={"depth": "network"}),
                    )
                ),
            ),
            f"{SPOKE1}.spokeToHub",
            "until the region is active",
            whole(
                lambda v: (
                    v.update({"sparehub:activation": "standby"}),
                    v["sparehub:region"].update(standby={"depth": "network"}),
                )
            ),
        ),
    ),
    (
        peerings.peerings_per_hub_stay_within_the_limit,
        Example(primary(spokes(501)), "region.spokes", "501 spokes", primary(spokes(500))),
    ),
    (
        peerings.peerings_allow_forwarded_traffic,
        Example(
            model(
                first_spoke(
                    lambda s: replace(
                        s, hub_to_spoke=replace(s.hub_to_spoke, allow_forwarded_traffic=False)
                    )
                )
            ),
            f"{SPOKE1}.hubToSpoke",
            "allowForwardedTraffic must be true",
            primary(nothing),
        ),
    ),
    (
        peerings.peerings_use_the_gateway_of_the_hub,
        Example(
            model(
                first_spoke(
                    lambda s: replace(
                        s, spoke_to_hub=replace(s.spoke_to_hub, use_remote_gateways=False)
                    )
                )
            ),
            f"{SPOKE1}.spokeToHub",
            "must be true in an active region",
            primary(nothing),
        ),
    ),
    (
        inspection.every_spoke_prefix_is_routed_through_the_nva,
        Example(
            model(table("gateway", lambda t: replace(t, routes=t.routes[1:]))),
            f"{SPOKE1}.addressSpace",
            "10.1.0.0/24 needs a route of its own length to the NVA",
            model(
                table(
                    "gateway",
                    lambda t: replace(
                        t,
                        routes=(
                            *(
                                replace(t.routes[0], address_prefix=half)
                                for half in t.routes[0].address_prefix.subnets()
                            ),
                            *t.routes[1:],
                        ),
                    ),
                )
            ),
        ),
    ),
    (
        inspection.subnets_behind_the_nva_learn_no_bgp_routes,
        Example(
            model(table("spokes", lambda t: replace(t, disable_bgp_route_propagation=False))),
            "region.routes.spokes",
            "must not propagate BGP routes",
            primary(nothing),
        ),
    ),
    (
        inspection.nva_learns_bgp_routes,
        Example(
            model(table("nva", lambda t: replace(t, disable_bgp_route_propagation=True))),
            "region.routes.nva",
            "should propagate BGP routes",
            primary(nothing),
        ),
    ),
    (
        inspection.an_nva_exists_at_the_next_hop,
        Example(
            whole(lambda v: v.pop("sparehub:pairedStack")),
            "region.hub.nva.ipAddress",
            "an NVA with IP forwarding must exist at 10.10.10.10 in eastasia",
            primary(nothing),
        ),
    ),
    (
        inspection.protected_subnets_reach_storage_directly,
        Example(
            model(
                first_spoke(
                    lambda s: replace(
                        s,
                        virtual_network=replace(
                            s.virtual_network,
                            subnets=(replace(s.virtual_network.subnets[0], service_endpoints=()),),
                        ),
                    )
                )
            ),
            f"{SPOKE1}.subnets.app.serviceEndpoints",
            "needs Microsoft.Storage",
            primary(nothing),
        ),
    ),
    (
        inspection.unprotected_subnets_have_no_replicated_machines,
        Example(
            primary(lambda r: r["spokes"]["spoke1"]["subnets"]["app"].update(protected=False)),
            f"{SPOKE1}.subnets.app.protected",
            "no Microsoft.Storage",
            primary(
                lambda r: r["spokes"]["spoke1"]["subnets"]["app"].update(
                    protected=False, routeTable="none"
                )
            ),
        ),
    ),
    (
        inspection.site_recovery_traffic_does_not_go_on_premises,
        Example(
            primary(lambda r: hub(r)["nva"].update(internetEgress="onPremises")),
            "region.hub.nva.internetEgress",
            "through on-premises",
            primary(lambda r: hub(r)["nva"].update(internetEgress="direct")),
        ),
    ),
    (
        gateways.scalable_gateway_is_offered_in_the_region,
        Example(
            scalable_in("southeastasia"),
            "region.expressRoute.gateway.sku",
            "ErGwScale is not offered in southeastasia",
            scalable_in("eastasia"),
        ),
    ),
    (
        gateways.gateway_capacity_covers_each_circuit,
        Example(
            primary(lambda r: circuit(r).update(bandwidthInMbps=2000)),
            "region.expressRoute.gateway.sku",
            "ErGw1AZ carries 1000 Mbps, a circuit 2000",
            primary(
                lambda r: (
                    circuit(r).update(bandwidthInMbps=2000),
                    gateway(r).update(sku="ErGwScale", minScaleUnits=2, maxScaleUnits=2),
                )
            ),
        ),
    ),
    (
        remapping.remapped_prefixes_keep_their_size,
        Example(
            primary(lambda r: r.update(remap={"10.1.0.0/16": "10.101.0.0/17"})),
            "region.remap.10.1.0.0/16",
            "write a /16",
            primary(lambda r: r.update(remap={"10.1.0.0/16": "10.101.0.0/16"})),
        ),
    ),
    (
        remapping.remapped_prefixes_do_not_overlap,
        Example(
            primary(
                lambda r: r.update(
                    remap={"10.1.0.0/16": "10.101.0.0/16", "10.2.0.0/16": "10.101.0.0/16"}
                )
            ),
            "region.remap.10.2.0.0/16",
            "also within the target of 10.1.0.0/16",
            primary(
                lambda r: r.update(
                    remap={"10.0.0.0/12": "10.96.0.0/12", "10.1.0.0/16": "10.97.0.0/16"}
                )
            ),
        ),
    ),
    (
        remapping.remapping_is_not_circular,
        Example(
            primary(
                lambda r: r.update(
                    remap={"10.1.0.0/16": "10.2.0.0/16", "10.2.0.0/16": "10.3.0.0/16"}
                )
            ),
            "region.remap.10.1.0.0/16",
            "10.2.0.0/16 is itself moved",
            primary(
                lambda r: r.update(
                    remap={"10.1.0.0/16": "10.101.0.0/16", "10.2.0.0/16": "10.102.0.0/16"}
                )
            ),
        ),
    ),
    (
        networks.drill_networks_reach_their_dns_servers,
        Example(
            whole(lambda v: drilled(v, dnsServers=["192.168.0.53"])),
            "region.drill.dnsServers",
            "192.168.0.53 is out of reach of the test networks of spoke1, spoke2",
            whole(lambda v: drilled(v, dnsServers=["10.1.0.10"], drill={"connect": True})),
        ),
    ),
    (
        networks.dns_servers_per_network_stay_within_the_limit,
        Example(
            primary(
                lambda r: r.update(drill={"dnsServers": [f"10.1.0.{n}" for n in range(4, 25)]})
            ),
            "region.drill.dnsServers",
            "21 DNS servers; a virtual network has at most 20",
            primary(
                lambda r: r.update(drill={"dnsServers": [f"10.1.0.{n}" for n in range(4, 24)]})
            ),
        ),
    ),
    (
        suppressions.ignored_rules_exist,
        Example(
            whole(lambda v: v.update({"sparehub:ignoredRules": {"er-02": "bought"}})),
            "ignoredRules.er-02",
            "did you mean ER-02?",
            whole(lambda v: v.update({"sparehub:ignoredRules": {"ER-02": "bought"}})),
        ),
    ),
    (
        suppressions.ignored_rules_are_warnings,
        Example(
            whole(lambda v: v.update({"sparehub:ignoredRules": {"PE-03": "hush"}})),
            "ignoredRules.PE-03",
            "an error cannot be ignored",
            whole(lambda v: v.update({"sparehub:ignoredRules": {"VN-10": "it is full"}})),
        ),
    ),
    (
        suppressions.ignored_rules_have_a_reason,
        Example(
            whole(lambda v: v.update({"sparehub:ignoredRules": {"ER-02": " "}})),
            "ignoredRules.ER-02",
            "give the reason",
            whole(lambda v: v.update({"sparehub:ignoredRules": {"ER-02": "bought"}})),
        ),
    ),
)
