"""The networks of a trial: in each region a hub, a spoke, peerings, a route table.

No gateway and no circuit: they cost the most and take longest. The bodies have the forms that the
components send, https://learn.microsoft.com/azure/templates/microsoft.network/virtualnetworks.
"""

from collections.abc import Iterator
from typing import Any

from sparehub.cli.trial.requests.names import Trial
from sparehub.cli.trial.requests.step import Step

_NETWORK = "Microsoft.Network"
_NVA = "10.10.10.10"
_HUB, _SPOKE, _TEST = "10.10.10.0/24", "10.1.0.0/24", "10.2.0.0/24"
_ON_PREMISES = "192.168.0.0/16"
SUBNET = "app"


def network_steps(trial: Trial) -> Iterator[Step]:
    """Yield the requests that make both regions' networks, and read them."""
    for region in trial.regions:
        yield Step(
            title=f"resource group in {region}",
            path=trial.group(region),
            body={"location": region, "tags": trial.tags},
        )
    for region in trial.regions:
        yield from _region(trial, region)
    yield from _refused(trial)


def network_reads(trial: Trial) -> Iterator[Step]:
    """Yield the requests that read what was made."""
    for region in trial.regions:
        for name in ("hub", "spoke"):
            path = trial.network(region, name)
            yield Step(title=f"read {name} in {region}", path=path, method="GET")
            listed = f"{path}/virtualNetworkPeerings"
            yield Step(title=f"read peerings of {name}", path=listed, method="GET")
        routes = f"{_table(trial, region)}/routes"
        yield Step(title=f"read routes in {region}", path=routes, method="GET")


def _region(trial: Trial, region: str) -> Iterator[Step]:
    def make(title: str, path: str, **body: object) -> Step:
        common = {"location": region, "tags": trial.tags}
        return Step(title=f"{title} in {region}", path=path, body=common | body)

    security = trial.resource(region, f"{_NETWORK}/networkSecurityGroups", "nsg")
    table = _table(trial, region)
    yield make("network security group", security, properties={"securityRules": [_ssh_denied()]})
    routes = [_route("on-premises", _ON_PREMISES), _route("other-spokes", "10.0.0.0/8")]
    yield make(
        "route table", table, properties={"disableBgpRoutePropagation": True, "routes": routes}
    )
    own: dict[str, Any] = {
        "addressPrefix": _SPOKE,
        "defaultOutboundAccess": False,
        "networkSecurityGroup": {"id": security},
        "routeTable": {"id": table},
    }
    if trial.machines:
        address = trial.resource(region, f"{_NETWORK}/publicIPAddresses", "nat-ip")
        gateway = trial.resource(region, f"{_NETWORK}/natGateways", "nat")
        standard = {"name": "Standard"}
        yield make(
            "public IP address",
            address,
            sku=standard,
            properties={"publicIPAllocationMethod": "Static"},
        )
        yield make(
            "NAT gateway",
            gateway,
            sku=standard,
            properties={"publicIpAddresses": [{"id": address}]},
        )
        own["natGateway"] = {"id": gateway}
    hub, spoke = trial.network(region, "hub"), trial.network(region, "spoke")
    inspection = {"addressPrefix": _HUB, "defaultOutboundAccess": False}
    yield make("hub", hub, properties=_space(_HUB, "inspection", inspection))
    yield make("spoke", spoke, properties=_space(_SPOKE, SUBNET, own))
    if trial.machines and region == trial.pair:
        test = {"addressPrefix": _TEST, "defaultOutboundAccess": False}
        yield make(
            "test network", trial.network(region, "test"), properties=_space(_TEST, SUBNET, test)
        )
    for here, there in ((hub, spoke), (spoke, hub)):
        name = there.rpartition("/")[2]
        yield Step(
            title=f"peering to {name} in {region}",
            path=f"{here}/virtualNetworkPeerings/to-{name}",
            body={"properties": _peering(there)},
        )


def _refused(trial: Trial) -> Iterator[Step]:
    """Yield requests that Azure has to refuse: a rule of Sparehub stands on each refusal."""
    hub, spoke = trial.network(trial.region, "hub"), trial.network(trial.region, "spoke")
    yield Step(
        title="a subnet outside its network is refused",
        path=f"{spoke}/subnets/outside",
        body={"properties": {"addressPrefix": "172.16.0.0/24"}},
        refused=True,
    )
    yield Step(
        title="a peering to a gateway that is not there is refused",
        path=f"{spoke}/virtualNetworkPeerings/to-hub",
        body={"properties": _peering(hub) | {"useRemoteGateways": True}},
        refused=True,
    )
    yield Step(
        title="the deletion of a route table in use is refused",
        path=_table(trial, trial.region),
        method="DELETE",
        refused=True,
    )


def _table(trial: Trial, region: str) -> str:
    return trial.resource(region, f"{_NETWORK}/routeTables", "routes")


def _space(prefix: str, name: str, subnet: dict[str, Any]) -> dict[str, Any]:
    return {
        "addressSpace": {"addressPrefixes": [prefix]},
        "subnets": [{"name": name, "properties": subnet}],
    }


def _route(name: str, prefix: str) -> dict[str, Any]:
    hop = {"nextHopType": "VirtualAppliance", "nextHopIpAddress": _NVA}
    return {"name": name, "properties": {"addressPrefix": prefix} | hop}


def _peering(remote: str) -> dict[str, Any]:
    return {
        "remoteVirtualNetwork": {"id": remote},
        "allowVirtualNetworkAccess": True,
        "allowForwardedTraffic": True,
        "allowGatewayTransit": False,
        "useRemoteGateways": False,
    }


def _ssh_denied() -> dict[str, Any]:
    """Return a rule that denies what comes from the internet: nobody has to sign in."""
    return {
        "name": "deny-internet",
        "properties": {
            "priority": 100,
            "direction": "Inbound",
            "access": "Deny",
            "protocol": "*",
            "sourceAddressPrefix": "Internet",
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": "*",
        },
    }
