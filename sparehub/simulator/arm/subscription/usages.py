"""Usages: how much of a subscription's quota is used in a region.

https://learn.microsoft.com/rest/api/virtualnetwork/usages/list
https://learn.microsoft.com/rest/api/compute/usage/list
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sparehub.simulator.arm.data import geography
from sparehub.simulator.arm.http_messages import JsonObject, Request, Response
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.resource_id import NoSuchPath, parse
from sparehub.simulator.arm.storage.transaction import Transaction

_PATH = re.compile(
    r"/subscriptions/([^/]+)/providers/(Microsoft\.(?:Network|Compute))/locations/([^/]+)/usages/?",
    re.IGNORECASE,
)
_LIMITS = "usages: limits"
_OK = 200
# Azure's own limits: https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
_COUNTED: Mapping[str, tuple[str, str, int]] = MappingProxyType(
    {
        "VirtualNetworks": ("Microsoft.Network", "virtualNetworks", 1000),
        "NetworkInterfaces": ("Microsoft.Network", "networkInterfaces", 65536),
        "RouteTables": ("Microsoft.Network", "routeTables", 200),
        "StandardSkuPublicIpAddresses": ("Microsoft.Network", "publicIPAddresses", 1000),
        "VirtualNetworkGateways": ("Microsoft.Network", "virtualNetworkGateways", 1000),
        "virtualMachines": ("Microsoft.Compute", "virtualMachines", 25000),
        "cores": ("Microsoft.Compute", "virtualMachines", 350),
    }
)
"""What is counted: namespace, type and limit. Each machine counts as one core."""


@dataclass(frozen=True)
class UsageQuery:
    """The usages of one namespace in a region of a subscription."""

    subscription: str
    namespace: str
    region: str

    @property
    def type(self) -> str:
        """The resource type."""
        return f"{self.namespace}/locations/usages"


def parse_path(path: str) -> UsageQuery | None:
    """Return the usages that a path names; None if it names none."""
    match = _PATH.fullmatch(path)
    return UsageQuery(match[1], match[2], geography.canonical_region(match[3])) if match else None


def set_limit(transaction: Transaction, name: str, limit: int) -> None:
    """Set a limit in every region."""
    transaction.set(_LIMITS, json.dumps(_limits(transaction) | {name: limit}))


def answer(transaction: Transaction, request: Request, query: UsageQuery) -> Response:
    """Answer a read.

    Raises:
        Refusal: Azure refuses it.

    """
    if request.method != "GET":
        raise refusals.METHOD_UNKNOWN(method=request.method)
    scope = f"/subscriptions/{query.subscription}"
    target = parse(f"{scope}/resourceGroups")
    if isinstance(target, NoSuchPath):
        raise refusals.SUBSCRIPTION_INVALID(subscription=query.subscription)
    action = access_control.action_on(query.type, "read")
    access_control.check_access(transaction, scope, action, "read")
    limits = _limits(transaction)
    rows: list[JsonObject] = []
    for name, (namespace, type_name, limit) in _COUNTED.items():
        if namespace.lower() == query.namespace.lower():
            resources = transaction.of_type(f"{namespace}/{type_name}", under=f"{scope}/")
            used = sum(transaction.region(resource) == query.region for resource in resources)
            shown = {"value": name, "localizedValue": re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)}
            usage = {"currentValue": used, "limit": limits.get(name, limit)}
            rows.append({"unit": "Count", "name": shown} | usage)
    return Response(status=_OK, body={"value": rows})


def _limits(transaction: Transaction) -> dict[str, int]:
    limits: dict[str, int] = json.loads(transaction.setting(_LIMITS, "{}"))
    return limits
