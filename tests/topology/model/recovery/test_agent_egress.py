"""How agents leave a region: which routes a stack file gives the spokes (SR-68)."""

from sparehub.topology.config.enums import AgentEgress, NextHopType
from sparehub.topology.model.recovery.agent_egress import agent_egress
from sparehub.topology.model.resources import TagRoute
from tests.configurations import region_of, shipped, stack_of
from tests.site_recovery_files import NAT_GATEWAY, agents_leave_by_nat, protected, recovery


def test_agents_leave_by_the_nva_where_nothing_else_is_said() -> None:
    """In both files; a region without Site Recovery has no agents."""
    regions = [stack_of(each).region for each in (protected(), recovery(), shipped("primary"))]

    assert [agent_egress(region) for region in regions] == [AgentEgress.NVA, AgentEgress.NVA, None]
    assert [table.tag_routes for table in region_of(protected()).route_tables] == [(), (), ()]


def test_with_nat_gateways_the_spokes_table_leads_the_agents_services_to_the_internet() -> None:
    """That table alone, in the region that is protected and in the one that takes over."""
    for values in (agents_leave_by_nat(protected(), "a"), agents_leave_by_nat(recovery(), "b")):
        tables = {table.key: table.tag_routes for table in region_of(values).route_tables}

        assert tables == {
            "gateway": (),
            "nva": (),
            "spokes": tuple(
                TagRoute(name=f"agents-{tag}", service_tag=tag, next_hop_type=NextHopType.INTERNET)
                for tag in (
                    "AzureActiveDirectory",
                    "AzureSiteRecovery",
                    "EventHub",
                    "GuestAndHybridManagement",
                )
            ),
        }


def test_a_nat_gateway_alone_makes_no_routes() -> None:
    """It is the subnet's; its own table may lead to the internet."""
    values = agents_leave_by_nat(shipped("primary"), "nat")
    del values["sparehub:region"]["replicate"]
    region = region_of(values)

    subnets = [spoke.virtual_network.subnets[0].nat_gateway_id for spoke in region.spokes]
    assert subnets == [NAT_GATEWAY.format("nat1"), NAT_GATEWAY.format("nat2")]
    assert [table.tag_routes for table in region.route_tables] == [(), (), ()]
