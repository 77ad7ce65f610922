"""Who owns the next hop, and whether it forwards: asked of a local Azure that has one."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from sparehub.azure.answers import Answer
from sparehub.azure.local import LocalAzure, local_azure
from sparehub.failover.queries.next_hop import NextHopStatus, read_next_hop
from sparehub.topology.config.enums import NvaKind
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.resources import Nva
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    NETWORK,
    firewall,
    interface,
    ip_configuration,
    load_balancer,
    machine,
    public_address,
    subnet,
)
from tests.simulator.conftest import arm

__all__ = ["arm"]
HUB = f"{NETWORK}/virtualNetworks/hub"
ADDRESS = "10.0.0.70"
NVA = Nva(ip_address=IPv4Address(ADDRESS), subnet="app", stateful=True, kind=NvaKind.APPLIANCE)
NIC, VM = interface("nic", "hub/app")[0], machine("vm", "nic")[0]
POOL = f"{NETWORK}/loadBalancers/lb/backendAddressPools/nvas"
LB, FW = f"{NETWORK}/loadBalancers/lb", f"{NETWORK}/azureFirewalls/fw"


@pytest.fixture
def hub(arm: Arm) -> Arm:
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "app", "10.0.0.64/28"))
    arm.put(*subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26"))
    return arm


def looked(hub: Arm, identity: str = "", nva: Nva = NVA) -> NextHopStatus:
    named = replace(nva, id=ResourceId.parse(identity) if identity else None)
    return read_next_hop(local_azure(hub.directory), named, ResourceId.parse(HUB))


def status(
    owner: str,
    *,
    running: list[str] | None = None,
    stopped: list[str] | None = None,
    **texts: list[str],
) -> NextHopStatus:
    """Return a status whose ids are written as text."""
    return NextHopStatus(
        owner=ResourceId.parse(owner),
        running=[*map(ResourceId.parse, running or ())],
        stopped=[*map(ResourceId.parse, stopped or ())],
        **texts,
    )


def appliance(hub: Arm, *, forwards: bool = True) -> None:
    hub.put(*interface("nic", "hub/app", ADDRESS, enableIPForwarding=forwards))
    hub.put(*machine("vm", "nic"))


def balanced(hub: Arm, *addresses: str, protocol: str = "All", forwards: bool = True) -> None:
    """Make a load balancer with the address and a machine behind it for each other address."""
    front = ip_configuration("front", "hub/app", ADDRESS)
    port = 0 if protocol == "All" else 443
    rule = {
        "protocol": protocol,
        "frontendPort": port,
        "backendPort": port,
        "frontendIPConfiguration": {"id": f"{LB}/frontendIPConfigurations/front"},
        "backendAddressPool": {"id": POOL},
    }
    hub.put(
        *load_balancer(
            "lb",
            front,
            loadBalancingRules=[{"name": "rule", "properties": rule}],
            backendAddressPools=[{"name": "nvas"}],
        )
    )
    for number, address in enumerate(addresses):
        path, body = interface(f"nic{number}", "hub/app", address, enableIPForwarding=forwards)
        configuration = body["properties"]["ipConfigurations"][0]["properties"]
        configuration["loadBalancerBackendAddressPools"] = [{"id": POOL}]
        hub.put(path, body)
        hub.put(*machine(f"vm{number}", f"nic{number}"))


def allocated(hub: Arm) -> None:
    hub.put(*public_address("ip"))
    one = ip_configuration("one", "hub/AzureFirewallSubnet")
    one["properties"]["publicIPAddress"] = {"id": public_address("ip")[0]}
    hub.put(*firewall("fw", one))


def stop(hub: Arm, name: str) -> None:
    assert hub.send("POST", f"{machine(name, 'nic')[0]}/deallocate").status == 200


@pytest.mark.parametrize("identity", ["", VM])
def test_a_machine_that_runs_and_may_forward_is_a_next_hop(hub: Arm, identity: str) -> None:
    """Found by its address in the subnet, or by the id of the file."""
    appliance(hub)

    assert looked(hub, identity) == status(identity or NIC, running=[VM])


@pytest.mark.parametrize("identity", ["", VM])
def test_a_machine_that_is_off_or_may_not_forward_is_none(hub: Arm, identity: str) -> None:
    """RT-13: forwarding is off unless somebody asked for it."""
    appliance(hub, forwards=False)
    stop(hub, "vm")

    assert looked(hub, identity) == status(
        identity or NIC,
        dead=["the interface nic may not forward (enableIPForwarding)"],
        stopped=[VM],
    )


def test_an_interface_of_no_machine_is_none(hub: Arm) -> None:
    """It holds the address, and that is all."""
    hub.put(*interface("nic", "hub/app", ADDRESS, enableIPForwarding=True))

    assert looked(hub).dead == ["the interface nic is of no virtual machine"]


def test_a_machine_of_the_file_has_to_have_the_address(hub: Arm) -> None:
    """In the NVA's subnet; one that is not there is said by its id."""
    hub.put(*interface("nic", "hub/app", "10.0.0.71", enableIPForwarding=True))
    hub.put(*machine("vm", "nic"))

    assert looked(hub, VM).dead == [f"vm does not have the address {ADDRESS}"]
    assert looked(hub, f"{VM}2").dead == [f"hub.nva.id names {VM}2, which is not there"]
    elsewhere = replace(NVA, subnet="other", ip_address=IPv4Address("10.0.0.71"))
    assert looked(hub, VM, elsewhere).dead == [f"10.0.0.71 of vm is not in {HUB}/subnets/other"]


def test_nobody_owns_an_address_that_nothing_in_the_subnet_has(hub: Arm) -> None:
    """What was read does not prove a fault."""
    hub.put(*interface("nic", "hub/app", "10.0.0.71"))

    assert looked(hub) == NextHopStatus()


@pytest.mark.parametrize("identity", ["", LB])
def test_a_load_balancer_forwards_while_a_backend_answers(hub: Arm, identity: str) -> None:
    """One that does not is said; with none that runs, nothing is asked of its probe."""
    balanced(hub, "10.0.0.71", "10.0.0.72")
    first, second = (machine(name, "n")[0] for name in ("vm0", "vm1"))
    assert looked(hub, identity) == status(LB, running=[first, second])

    stop(hub, "vm1")
    assert looked(hub, identity) == status(
        LB,
        running=[first],
        stopped=[second],
        said=["1 of 2 backends of lb answer no probe"],
    )
    stop(hub, "vm0")
    assert looked(hub, identity) == status(LB, stopped=[first, second])


def test_a_backend_is_one_however_its_id_is_written(
    hub: Arm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pool that names an interface twice, in two spellings, has one machine."""
    balanced(hub, "10.0.0.71")
    send = LocalAzure.send

    def twice(azure: LocalAzure, method: str, path: str, *rest: Any) -> Answer:
        answer = send(azure, method, path, *rest)
        if path == LB:
            (pool,) = answer.body["properties"]["backendAddressPools"]
            members = pool["properties"]["backendIPConfigurations"]
            members += [{"id": each["id"].upper()} for each in members]
        return answer

    monkeypatch.setattr(LocalAzure, "send", twice)

    assert looked(hub) == status(LB, running=[machine("vm0", "n")[0]])


def test_a_load_balancer_without_ha_ports_or_members_is_said(hub: Arm) -> None:
    """Only some traffic passes; a pool without members answers no probe, and forwards nothing."""
    balanced(hub, "10.0.0.71", protocol="Tcp", forwards=False)
    assert looked(hub).said == [
        "the load balancer lb has no rule for high-availability ports: only some traffic passes",
        "the interface nic0 may not forward (enableIPForwarding)",
    ]
    hub.delete(machine("vm0", "nic0")[0])
    hub.delete(interface("nic0", "hub/app")[0])
    assert looked(hub).dead == ["no backend of the load balancer lb answers its probe"]
    front = ip_configuration("front", "hub/app", ADDRESS)
    hub.put(*load_balancer("lb", front))

    assert looked(hub).dead == [f"no rule of the load balancer lb is for {ADDRESS}"]


def test_a_firewall_has_to_be_allocated_with_the_same_address(hub: Arm) -> None:
    """It may come back with another one: nothing names that."""
    allocated(hub)
    behind = replace(NVA, subnet="AzureFirewallSubnet", ip_address=IPv4Address("10.0.0.4"))
    assert looked(hub, nva=behind) == looked(hub, FW, behind) == status(FW)

    other = replace(behind, ip_address=IPv4Address("10.0.0.5"))
    (dead,) = looked(hub, FW, other).dead
    assert dead == (
        "the firewall fw has the address 10.0.0.4 now, not 10.0.0.5: it may get another one "
        "when it is stopped and started"
    )
    hub.put(*firewall("fw"))
    assert looked(hub, FW, behind).dead == ["the firewall fw is deallocated: it has no address"]


def test_a_next_hop_that_cannot_be_read_is_neither_good_nor_bad(
    hub: Arm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of the owner nor of a machine's power; the health of a rule is only said."""
    balanced(hub, "10.0.0.71")
    send, act = LocalAzure.send, LocalAzure.act

    def silent(part: str) -> None:
        def sent(azure: LocalAzure, method: str, path: str, *rest: Any) -> Answer:
            given = Answer(status=503, body={})
            return given if path.endswith(part) else send(azure, method, path, *rest)

        def acted(azure: LocalAzure, path: str, *rest: Any) -> Answer:
            given = Answer(status=503, body={})
            return given if path.endswith(part) else act(azure, path, *rest)

        monkeypatch.setattr(LocalAzure, "send", sent)
        monkeypatch.setattr(LocalAzure, "act", acted)

    unread = "no answer (503)"
    silent("/subnets/app")
    assert looked(hub).unread == [f"{HUB}/subnets/app: {unread}"]
    silent("/instanceView")
    view = f"{machine('vm0', 'nic0')[0]}/instanceView"
    assert looked(hub) == status(LB, unread=[f"{view}: {unread}"])
    silent("/health")
    assert looked(hub).said == [f"the health of lb cannot be read: {unread}"]
