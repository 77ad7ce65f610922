"""What a failover makes in the other region, and what it leaves alone."""

from typing import Any

import pytest

from sparehub.simulator.arm.refusals import replicated_machines as refusals
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import Body, Written

ITEM = asr.item("app1")
NIC = asr.there("app1-nic", "networkInterfaces")


def ended(arm: Arm, action: str = "unplannedFailover", **more: Any) -> tuple[str, str]:
    """Fail over or test; return status and error of the operation."""
    body = asr.trial() if action == "testFailover" else asr.failover(**more)
    status = asr.accept(arm, "POST", f"{ITEM}/{action}", body)
    return status["status"], (status["error"] or {"code": ""})["code"]


def patched(arm: Arm, configuration: Body | None = None, **nic: Any) -> Body:
    """Return the body of a PATCH of the only interface of ``app1``."""
    (shown,) = arm.properties(ITEM)["providerSpecificDetails"]["vmNics"]
    configurations = [{"ipConfigName": "default", **(configuration or {})}]
    nics = [{"nicId": shown["nicId"], "ipConfigs": configurations, **nic}]
    return {"properties": {"vmNics": nics, "providerSpecificDetails": asr.A2A}}


def here(name: str, path: str = NIC, network: str = asr.ARRIVAL[0]) -> Written:
    """Return an interface of the user's in the target."""
    written = {"subnet": {"id": f"{network}/subnets/app"}}
    configurations = [{"name": name, "properties": written}]
    body = {"location": asr.TARGET, "tags": {"owner": "user"}}
    return path, body | {"properties": {"ipConfigurations": configurations}}


def users_machine() -> list[Written]:
    nic = asr.there("own-nic", "networkInterfaces")
    properties = {"networkProfile": {"networkInterfaces": [{"id": nic}]}}
    mine = {"location": asr.TARGET, "tags": {"owner": "user"}, "properties": properties}
    return [here("own", nic), (asr.there("app1"), mine)]


def users_disk() -> Written:
    properties = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4}
    body = {"location": asr.TARGET, "sku": {"name": "Standard_LRS"}, "properties": properties}
    return asr.there("app1-data", "disks"), body


@pytest.mark.parametrize("written", [users_machine(), [here("own")], [users_disk()]])
def test_a_failover_changes_nothing_that_is_in_the_target(arm: Arm, written: list[Written]) -> None:
    """It ends Failed, where a machine, an interface or a disk of a name is there already."""
    asr.protect(arm, "app1")
    for one in written:
        assert arm.send("PUT", *one).status in (201, 202)
    path = written[-1][0]
    before = arm.get(path)

    assert ended(arm) == ("Failed", refusals.TARGET_EXISTS.code)

    assert arm.get(path) == before
    arm.delete(path)
    assert ended(arm) == ("Succeeded", "")


def test_a_failback_uses_the_disks_that_were_left(arm: Arm) -> None:
    """SR-56: but not if a machine of the user's has taken one meanwhile."""
    asr.protect(arm, "app1")
    asr.succeed(arm, "POST", f"{ITEM}/unplannedFailover", asr.failover())
    asr.succeed(arm, "POST", *asr.switch("app1"))
    moved = ITEM.replace("primary", "recovery")
    asr.until_protected(arm, moved)
    arm.put(*asr.interface("thief"))
    path, body = asr.machine("thief")
    disk = f"{asr.HERE}/providers/Microsoft.Compute/disks/app1-data"
    (data,) = body["properties"]["storageProfile"]["dataDisks"]
    data |= {"createOption": "Attach", "managedDisk": {"id": disk}}
    arm.put(path, body)

    status = asr.accept(arm, "POST", f"{moved}/unplannedFailover", asr.failover())

    assert (status["status"], status["error"]["code"]) == ("Failed", refusals.TARGET_EXISTS.code)
    arm.delete(path)
    asr.succeed(arm, "POST", f"{moved}/unplannedFailover", asr.failover())


@pytest.mark.parametrize("prefix", ["recovery", "tfo"])
def test_a_subnet_that_does_not_exist_lets_the_failover_fail(arm: Arm, prefix: str) -> None:
    """SR-72: a machine in the wrong subnet would have to fail over again."""
    asr.protect(arm, "app1")
    body = patched(arm, {f"{prefix}SubnetName": "typo"})
    asr.succeed(arm, "PATCH", ITEM, body)
    action = "testFailover" if prefix == "tfo" else "unplannedFailover"

    assert ended(arm, action) == ("Failed", refusals.TARGET_SUBNET.code)


def test_an_interface_that_is_to_be_reused_has_to_exist(arm: Arm) -> None:
    """SR-46, SR-72: in the network of the machine; the failover ends Failed otherwise."""
    asr.protect(arm, "app1")
    body = patched(arm, reuseExistingNic=True, recoveryNicName="mine")
    asr.succeed(arm, "PATCH", ITEM, body)
    path = asr.there("mine", "networkInterfaces")

    assert ended(arm) == ("Failed", refusals.NO_INTERFACE.code)
    arm.put(*here("own", path, asr.TEST[0]))
    assert ended(arm) == ("Failed", refusals.NO_INTERFACE.code)
    arm.delete(path)
    arm.put(*here("own", path))
    assert ended(arm) == ("Succeeded", "")
    (used,) = arm.properties(asr.there("app1"))["networkProfile"]["networkInterfaces"]
    assert used["id"] == path


def test_a_clean_up_leaves_an_interface_that_was_reused(arm: Arm) -> None:
    """SR-46, SR-49: it deletes what the test made, and nothing else."""
    asr.protect(arm, "app1")
    path = asr.there("mine", "networkInterfaces")
    arm.put(*here("own", path, asr.TEST[0]))
    before = arm.get(path)["properties"]["ipConfigurations"]
    asr.succeed(
        arm, "PATCH", ITEM, patched(arm, tfoReuseExistingNic=True, tfoRecoveryNicName="mine")
    )

    asr.succeed(arm, "POST", f"{ITEM}/testFailover", asr.trial())
    asr.succeed(arm, "POST", f"{ITEM}/testFailoverCleanup", {"properties": {}})

    assert arm.get(path)["properties"]["ipConfigurations"] == before
    gone = [("app1-test", "virtualMachines"), ("app1-os-ASRtest", "disks")]
    assert [arm.send("GET", asr.there(*one)).status for one in gone] == [404, 404]


UNKNOWN: dict[str, tuple[Body, str]] = {
    "an interface": ({"vmNics": [{"nicId": "none"}]}, "SETTING"),
    "a name with a slash": ({"recoveryAzureVMName": "a/b/c"}, "NAME_INVALID"),
    "a test's name with a slash": (
        {"providerSpecificDetails": {"tfoAzureVMName": "a/b"}},
        "NAME_INVALID",
    ),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_setting_is_refused_that_names(arm: Arm, name: str) -> None:
    """SR-44: it could not be used in a failover."""
    asr.protect(arm, "app1")

    properties, refusal = UNKNOWN[name]
    assert arm.refusal(ITEM, {"properties": properties}, "PATCH") == refusal


@pytest.mark.parametrize(
    ("configuration", "nic"),
    [({"ipConfigName": "none"}, {}), ({}, {"recoveryNicResourceGroupName": "a/b"})],
)
def test_a_setting_of_an_interface_is_refused(arm: Arm, configuration: Body, nic: Body) -> None:
    """An IP configuration that it does not have, a group with a slash."""
    asr.protect(arm, "app1")

    assert arm.refusal(ITEM, patched(arm, configuration, **nic), "PATCH") == "SETTING"


@pytest.mark.parametrize(
    ("prefix", "suffix"), [("recovery", "Recovery"), ("tfo", "Tfo")], ids=["failover", "test"]
)
def test_an_interface_gets_what_is_set_for_it(arm: Arm, prefix: str, suffix: str) -> None:
    """SR-44, SR-69: public address, backend pools, accelerated networking; a missing pool fails."""
    asr.protect(arm, "app1")
    where = f"{asr.THERE}/providers/Microsoft.Network"
    address = {"publicIPAllocationMethod": "Static"}
    resource = {"location": asr.TARGET, "sku": {"name": "Standard"}}
    arm.put(f"{where}/publicIPAddresses/ip", resource | {"properties": address})
    subnet = {"subnet": {"id": f"{asr.ARRIVAL[0]}/subnets/app"}}
    balancer = {
        "frontendIPConfigurations": [{"name": "front", "properties": subnet}],
        "backendAddressPools": [{"name": "back", "properties": {}}],
    }
    arm.put(f"{where}/loadBalancers/lb", resource | {"properties": balancer})
    pool = f"{where}/loadBalancers/lb/backendAddressPools/back"

    def settings(pools: list[str]) -> Body:
        configuration = {
            f"{prefix}PublicIPAddressId": f"{where}/publicIPAddresses/ip",
            f"{prefix}LBBackendAddressPoolIds": pools,
        }
        return patched(arm, configuration, **{f"enableAcceleratedNetworkingOn{suffix}": True})

    test = prefix == "tfo"
    action = "testFailover" if test else "unplannedFailover"
    asr.succeed(arm, "PATCH", ITEM, settings([pool, f"{pool}2"]))
    assert ended(arm, action) == ("Failed", refusals.POOL_MISSING.code)
    if test:
        asr.succeed(arm, "POST", f"{ITEM}/testFailoverCleanup", {"properties": {}})
    asr.succeed(arm, "PATCH", ITEM, settings([pool]))

    assert ended(arm, action) == ("Succeeded", "")

    nic = arm.properties(asr.there("app1-nic-test" if test else "app1-nic", "networkInterfaces"))
    (configuration,) = nic["ipConfigurations"]
    properties = configuration["properties"]
    assert nic["enableAcceleratedNetworking"] is True
    assert properties["publicIPAddress"] == {"id": f"{where}/publicIPAddresses/ip"}
    assert properties["loadBalancerBackendAddressPools"] == [{"id": pool}]


def test_a_machine_in_a_subnet_with_ipv6_is_refused(arm: Arm) -> None:
    """Site Recovery supports no IPv6, nor IPv4 and IPv6 together."""
    asr.prepare(arm)
    path, body = asr.network("spoke", asr.HERE, asr.SOURCE)
    space = {"addressPrefixes": ["10.1.0.0/24", "fd00::/48"]}
    subnet = {"addressPrefixes": ["10.1.0.0/24", "fd00::/64"]}
    subnets = [{"name": "app", "properties": subnet}]
    arm.put(path, body | {"properties": {"addressSpace": space, "subnets": subnets}})
    arm.put(*asr.interface("app1"))
    arm.put(*asr.machine("app1"))

    assert arm.refusal(*asr.protection("app1")) == "IPV6"
