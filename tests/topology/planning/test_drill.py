"""A drill as a plan: what it writes, how long that takes, and what is said of it."""

from typing import Any

from sparehub.topology.azure import durations
from sparehub.topology.planning.drill import plan_drill
from sparehub.topology.planning.operations import PEERING, ResourceOperation, Verb
from sparehub.topology.planning.plan import Plan
from tests.configurations import shipped
from tests.topology.rules.rule_inputs import stack

CONNECTED = {"connect": True, "bastion": {"addressPrefix": "10.99.0.0/26"}}
MEANT = "durations are those of the networks; the test failover of the machines is not counted"


def planned(**region: Any) -> Plan:
    values = shipped("secondary")
    values["sparehub:region"].update(region)
    return plan_drill(stack(shipped("primary"), "primary"), stack(values, "secondary"))


def written(plan: Plan) -> frozenset[ResourceOperation]:
    change = plan.steps[0].change
    assert change is not None
    return change.operations


def test_connections_and_bastion_are_writes_of_the_drill() -> None:
    """Each half of a peering, and the network with its subnet and its rules."""
    more = written(planned(drill=CONNECTED)) - written(planned())

    network = "azure-native:network:"
    bastion = "drill/bastion/testers"
    assert {(each.type, each.name) for each in more} == {
        (f"{network}VirtualNetwork", f"{bastion}/network"),
        (f"{network}Subnet", f"{bastion}/AzureBastionSubnet"),
        (f"{network}NetworkSecurityGroup", f"{bastion}/security"),
        (PEERING, "drill/spoke1/peering/spoke2"),
        (PEERING, "drill/spoke2/peering/spoke1"),
        (PEERING, "drill/spoke1/peering/bastion/testers"),
        (PEERING, f"{bastion}/peering/spoke1"),
        (PEERING, "drill/spoke2/peering/bastion/testers"),
        (PEERING, f"{bastion}/peering/spoke2"),
    }
    assert {each.verb for each in more} == {Verb.CREATE}


def test_peerings_take_their_time_one_after_the_other() -> None:
    """Six halves: each network has one write at a time (VN-19)."""
    alone, together = (planned(**each).steps[0].seconds for each in ({}, {"drill": CONNECTED}))

    assert together == alone + durations.PEERING_UPDATE * 6


def test_the_plan_says_what_machines_reach_in_a_drill() -> None:
    """Each other or not, by whom they are reached, and which DNS servers they do without."""
    alone = "machines in one test network reach each other and nothing else (drill.connect)"
    assert planned().assumptions == (MEANT, alone)
    assert planned(drill=CONNECTED, dnsServers=["192.168.0.53"]).assumptions == (
        MEANT,
        "machines in the test networks reach each other and nothing else",
        "testers reach them by a Bastion host, if they deploy one",
        *(
            f"vnet-drill-{spoke}-southeastasia does without the DNS server 192.168.0.53, which is "
            "out of reach in a drill (drill.dnsServers)"
            for spoke in ("spoke1", "spoke2")
        ),
    )
