"""Which backends of a load balancing rule answer its probe: those whose machine runs.

https://learn.microsoft.com/rest/api/load-balancer/load-balancer-load-balancing-rules/health
"""

from collections.abc import Iterator

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import NETWORK_INTERFACE
from sparehub.simulator.arm.types.attached.virtual_machine import is_running, machine_of
from sparehub.simulator.arm.types.base import ActionContext


def rule_health(call: ActionContext) -> JsonObject:
    """Return how each address of a rule's pools is."""
    rules = {rule["name"].lower(): rule for rule in call.resource.properties["loadBalancingRules"]}
    rule = rules.get(call.argument.lower())
    if rule is None:
        raise refusals.CHILD_NOT_FOUND(
            id=f"{call.resource.id.text}/loadBalancingRules/{call.argument}"
        )
    named = [rule["properties"].get("backendAddressPool") or {}]
    named += rule["properties"].get("backendAddressPools") or []
    pools = {str(pool.get("id", "")).lower() for pool in named}
    addresses = []
    for interface, configuration in members(call.transaction, pools):
        machine = machine_of(call.transaction, interface)
        up = machine is not None and is_running(machine, call.now)
        addresses.append(
            {
                "ipAddress": configuration["properties"]["privateIPAddress"],
                "state": "Up" if up else "Down",
            }
        )
    up_now = sum(address["state"] == "Up" for address in addresses)
    return {
        "up": up_now,
        "down": len(addresses) - up_now,
        "loadBalancerBackendAddresses": addresses,
    }


def members(transaction: Transaction, pools: set[str]) -> Iterator[tuple[Resource, JsonObject]]:
    """Yield the interfaces, and of each the IP configuration, that are in pools of these keys."""
    for interface in transaction.of_type(NETWORK_INTERFACE):
        for configuration in interface.properties["ipConfigurations"]:
            named = configuration["properties"].get("loadBalancerBackendAddressPools") or []
            if any(str(pool.get("id", "")).lower() in pools for pool in named):
                yield interface, configuration
