"""What a failover makes in the other region, and what it leaves alone."""

from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm


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
