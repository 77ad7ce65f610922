"""Wrong stack files: a change to the primary's region, and every problem that it must raise."""

from collections.abc import Callable
from typing import Any

from sparehub.topology.config.resource_ids import NAME_FORM
from tests.configurations import OURS

Change = Callable[[dict[str, Any]], object]


def circuit(region: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = region["expressRoute"]["connections"]["hong-kong"]["circuit"]
    return found


def nested(levels: int) -> list[Any]:
    """Return a list in a list in a list."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


NETWORK = f"{OURS}/resourceGroups/g/providers/Microsoft.Network"
CIRCUIT_ID = f"{NETWORK}/expressRouteCircuits/erc"
OF_TABLE = f"{NETWORK}/routeTables/erc"
OF_PROD = CIRCUIT_ID.replace(OURS, "/subscriptions/prod")
GROUP_ID = f"{NETWORK}/networkSecurityGroups/n?x"
LENT = {"peeringLocation": "Hong Kong", "sku": {"tier": "Standard"}, "bandwidthInMbps": 50}


def lending(identity: str) -> Change:
    """Return a change by which the region's circuit is one that is lent, by an id."""

    def change(region: dict[str, Any]) -> None:
        circuit(region).clear()
        circuit(region).update(LENT, id=identity)

    return change


CIRCUIT_FORM = (
    "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.Network/"
    "expressRouteCircuits/<name>"
)
NO_NAME = f"is not a resource's name, which has 1 to 80 characters: it must {NAME_FORM}"
CIRCUIT_PATH = "region.expressRoute.connections.hong-kong.circuit"
WRONG: dict[str, tuple[Change, list[str]]] = {
    "unknown key": (
        lambda r: r["hub"].update(adressSpace=[]),
        ["region.hub.adressSpace: unknown key; did you mean 'addressSpace'? (CONFIG)"],
    ),
    "unknown key with nothing near": (
        lambda r: r["onPremises"].update(zzz=1),
        ["region.onPremises.zzz: unknown key; known keys: addressPrefixes, prefers (CONFIG)"],
    ),
    "the switch inside the region": (
        lambda r: r.update(activation="active"),
        [
            (
                "region.activation: unknown key; write sparehub:activation, "
                "next to sparehub:region (CONFIG)"
            )
        ],
    ),
    "an id of an NVA that is none": (
        lambda r: r["hub"]["nva"].update(id="/subscriptions/0/resourceGroups/g?x#y"),
        [
            (
                "region.hub.nva.id: '/subscriptions/0/resourceGroups/g?x#y' is not the id of a "
                "virtual machine, an internal load balancer or an Azure Firewall: "
                "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.Compute"
                "/virtualMachines/<name> or /subscriptions/<subscription>/resourceGroups/<group>"
                "/providers/Microsoft.Network/loadBalancers/<name> or /subscriptions/<subscription>"
                "/resourceGroups/<group>/providers/Microsoft.Network/azureFirewalls/<name> (CONFIG)"
            )
        ],
    ),
    "wrong type": (
        lambda r: r.update(spokes=["spoke1"]),
        ["region.spokes: must be a mapping of keys (CONFIG)"],
    ),
    "text for a number": (
        lambda r: r["expressRoute"]["connections"]["hong-kong"].update(routingWeight="heavy"),
        [
            (
                "region.expressRoute.connections.hong-kong.routingWeight: "
                "must be a whole number; it is 'heavy' (ER-22)"
            )
        ],
    ),
    "host bits": (
        lambda r: r["spokes"]["spoke1"].update(addressSpace=["10.1.0.7/24"]),
        [
            (
                "region.spokes.spoke1.addressSpace[0]: 10.1.0.7/24 has host bits set: "
                "write 10.1.0.0/24 (VN-05)"
            )
        ],
    ),
    "no CIDR": (
        lambda r: r["onPremises"].update(addressPrefixes=["192.168"]),
        [
            (
                "region.onPremises.addressPrefixes[0]: '192.168' is not an address prefix in CIDR "
                "notation, such as 10.0.0.0/24 (VN-04)"
            )
        ],
    ),
    "IPv6": (
        lambda r: r["onPremises"].update(addressPrefixes=["fd00::/8"]),
        [
            (
                "region.onPremises.addressPrefixes[0]: fd00::/8 is IPv6, which Site Recovery does "
                "not replicate (SR-21)"
            )
        ],
    ),
    "IPv6 address": (
        lambda r: r.update(dnsServers=["fd00::5"]),
        ["region.dnsServers[0]: fd00::5 is IPv6, which Site Recovery does not replicate (SR-21)"],
    ),
    "spoke overlaps hub": (
        lambda r: r["spokes"]["spoke2"].update(
            addressSpace=["10.10.0.0/16"], subnets={"app": {"addressPrefix": "10.10.0.0/24"}}
        ),
        [
            (
                "region.spokes.spoke2.addressSpace: 10.10.0.0/16 overlaps 10.10.10.0/24 of "
                "region.hub.addressSpace (PE-03)"
            )
        ],
    ),
    "spokes overlap": (
        lambda r: r["spokes"]["spoke2"].update(r["spokes"]["spoke1"]),
        [
            (
                "region.spokes.spoke2.addressSpace: 10.1.0.0/24 overlaps 10.1.0.0/24 of "
                "region.spokes.spoke1.addressSpace (PE-04)"
            )
        ],
    ),
    "a summary overlaps several": (
        lambda r: (
            r["spokes"]["spoke1"].update(addressSpace=["10.0.0.0/14"]),
            r["spokes"].update(
                spoke3={
                    "addressSpace": ["10.3.0.0/24"],
                    "subnets": {"app": {"addressPrefix": "10.3.0.0/24"}},
                }
            ),
        ),
        [
            (
                f"region.spokes.spoke{n}.addressSpace: 10.{n}.0.0/24 overlaps 10.0.0.0/14 of "
                "region.spokes.spoke1.addressSpace (PE-04)"
            )
            for n in (2, 3)
        ],
    ),
    "subnet outside": (
        lambda r: r["spokes"]["spoke1"]["subnets"]["app"].update(addressPrefix="10.3.0.0/24"),
        [
            (
                "region.spokes.spoke1.subnets.app.addressPrefix: 10.3.0.0/24 of app is outside the "
                "address space 10.1.0.0/24 (VN-06)"
            )
        ],
    ),
    "subnets overlap": (
        lambda r: r["hub"]["subnets"].update(more={"addressPrefix": "10.10.10.64/27"}),
        [
            (
                "region.hub.subnets.more.addressPrefix: 10.10.10.64/27 overlaps 10.10.10.0/25 of "
                "region.hub.subnets.nva.addressPrefix (VN-07)"
            )
        ],
    ),
    "NVA outside its subnet": (
        lambda r: r["hub"]["nva"].update(ipAddress="10.10.11.10"),
        [
            (
                "region.hub.nva.ipAddress: 10.10.11.10 is outside the NVA's subnet nva "
                "10.10.10.0/25 (RT-12)"
            )
        ],
    ),
    "NVA in GatewaySubnet": (
        lambda r: r["hub"]["nva"].update(ipAddress="10.10.10.200"),
        [
            (
                "region.hub.nva.ipAddress: 10.10.10.200 is in GatewaySubnet 10.10.10.128/25: "
                "only the gateway may (VN-09)"
            )
        ],
    ),
    "NVA on Azure's own address": (
        lambda r: r["hub"]["nva"].update(ipAddress="10.10.10.3"),
        [
            (
                "region.hub.nva.ipAddress: 10.10.10.3 is one of the five that Azure reserves in "
                "10.10.10.0/25 (VN-01)"
            )
        ],
    ),
    "no GatewaySubnet": (
        lambda r: r["hub"]["subnets"].pop("GatewaySubnet"),
        [
            (
                "region.hub.subnets.GatewaySubnet: missing; Azure creates a gateway only in a "
                "subnet of this name (VN-09)"
            )
        ],
    ),
    "missing circuit fields": (
        lambda r: [circuit(r).pop(key) for key in ("peeringLocation", "sku", "privatePeering")],
        [
            f"{CIRCUIT_PATH}.peeringLocation: missing; this key is required (CONFIG)",
            (
                f"{CIRCUIT_PATH}.privatePeering: missing; a provisioned circuit needs its private "
                "peering before a connection (ER-09)"
            ),
            f"{CIRCUIT_PATH}.sku: missing; this key is required (CONFIG)",
        ],
    ),
    "bandwidth nobody sells": (
        lambda r: circuit(r).update(bandwidthInMbps=300),
        [
            (
                f"{CIRCUIT_PATH}.bandwidthInMbps: must be 50, 100, 200, 500, 1000, 2000, 5000 or "
                "10000; it is 300 (ER-01)"
            )
        ],
    ),
    "link too large, Microsoft's ASN": (
        lambda r: circuit(r)["privatePeering"].update(
            peerASN=12076, primaryPeerAddressPrefix="172.16.0.0/29"
        ),
        [
            (
                f"{CIRCUIT_PATH}.privatePeering.peerASN: 12076 is reserved by Microsoft "
                "(12076, 65515 to 65520) (ER-11)"
            ),
            (
                f"{CIRCUIT_PATH}.privatePeering.primaryPeerAddressPrefix: 172.16.0.0/29 must be "
                "a /30 (ER-10)"
            ),
            (
                f"{CIRCUIT_PATH}.privatePeering.secondaryPeerAddressPrefix: 172.16.0.4/30 overlaps "
                f"172.16.0.0/29 of {CIRCUIT_PATH}.privatePeering.primaryPeerAddressPrefix (ER-10)"
            ),
        ],
    ),
    "scale units on a fixed gateway": (
        lambda r: r["expressRoute"]["gateway"].update(minScaleUnits=2),
        [
            (
                "region.expressRoute.gateway.minScaleUnits: only an ErGwScale gateway has scale "
                "units (GWY-01)"
            )
        ],
    ),
    "scaling gateway without units": (
        lambda r: r["expressRoute"]["gateway"].update(sku="ErGwScale"),
        ["region.expressRoute.gateway: ErGwScale needs minScaleUnits and maxScaleUnits (GWY-01)"],
    ),
    "shared table in the hub": (
        lambda r: r["hub"]["subnets"]["nva"].update(routeTable="shared"),
        [
            (
                "region.hub.subnets.nva.routeTable: the spokes' table would send the hub's own "
                "traffic in a loop: remove it (RT-14)"
            )
        ],
    ),
    "connected spoke without a connection": (
        lambda r: r["spokes"]["spoke1"].update(standby="connected"),
        [
            (
                "region.spokes.spoke1.standby: a spoke stays connected only at standby depth "
                "'connection'; it is 'gateway', where the region has no connection (CONFIG)"
            )
        ],
    ),
    "names that differ in case": (
        lambda r: r["spokes"].update(
            SPOKE1={
                "addressSpace": ["10.3.0.0/24"],
                "subnets": {"app": {"addressPrefix": "10.3.0.0/24"}},
            }
        ),
        [
            (
                "region.spokes.SPOKE1: 'SPOKE1' and 'spoke1' are one name in Azure, which ignores "
                "case (CONFIG)"
            )
        ],
    ),
    "one name twice": (
        lambda r: r["spokes"]["spoke1"].update(name="VNET-spoke2-eastasia"),
        [
            (
                "region.spokes.spoke2.name: the name 'vnet-spoke2-eastasia' is also that of "
                "region.spokes.spoke1.name (CONFIG)"
            )
        ],
    ),
    "name too long": (
        lambda r: r["hub"].update(name="v" * 65),
        [
            "region.hub.name: the name '"
            + "v" * 65
            + "' has 65 characters; Azure allows 2 to 64 (CONFIG)"
        ],
    ),
    "security group on GatewaySubnet": (
        lambda r: r["hub"]["subnets"]["GatewaySubnet"].update(
            networkSecurityGroupId=f"{OURS}/resourceGroups/g/providers/"
            "Microsoft.Network/networkSecurityGroups/nsg"
        ),
        [
            (
                "region.hub.subnets.GatewaySubnet.networkSecurityGroupId: Azure refuses a network "
                "security group on GatewaySubnet: remove it (VN-11)"
            )
        ],
    ),
    **{
        f"a circuit's id with {part!r}": (
            lending(CIRCUIT_ID.replace("erc", part)),
            [
                (
                    f"{CIRCUIT_PATH}.id: {CIRCUIT_ID.replace('erc', part)!r} is not the id of a "
                    f"circuit: {said} (CONFIG)"
                )
            ],
        )
        for part, said in {
            "a?b": f"'a?b' {NO_NAME}",
            "a#b": f"'a#b' {NO_NAME}",
            "a%2f": f"'a%2f' {NO_NAME}",
            "a b": f"'a b' {NO_NAME}",
            "..": f"'..' {NO_NAME}",
            "a\n": f"'a\\n' {NO_NAME}",
            "": CIRCUIT_FORM,
            "a//b": CIRCUIT_FORM,
            "a/../b": CIRCUIT_FORM,
            "a/peerings/b": CIRCUIT_FORM,
        }.items()
    },
    "a circuit's id of another type": (
        lending(OF_TABLE),
        [(f"{CIRCUIT_PATH}.id: {OF_TABLE!r} is not the id of a circuit: {CIRCUIT_FORM} (CONFIG)")],
    ),
    "a circuit's id in a subscription that is none": (
        lending(OF_PROD),
        [
            (
                f"{CIRCUIT_PATH}.id: {OF_PROD!r} is not the id of a circuit: "
                "'prod' is not a subscription's id, which is a GUID (CONFIG)"
            )
        ],
    ),
    "a circuit's id with a control character": (
        lending(f"{CIRCUIT_ID}\x1b[31m"),
        [f"{CIRCUIT_PATH}.id: has the character '\\x1b': remove it (CONFIG)"],
    ),
    "a security group's id that leads elsewhere": (
        lambda r: r["spokes"]["spoke1"]["subnets"]["app"].update(networkSecurityGroupId=GROUP_ID),
        [
            (
                f"region.spokes.spoke1.subnets.app.networkSecurityGroupId: {GROUP_ID!r} is not the "
                f"id of a network security group: 'n?x' {NO_NAME} (CONFIG)"
            )
        ],
    ),
    "a key with half a character": (
        lambda r: r.update(tags={"a\ud800": "b"}),
        ["region.tags.'a\\ud800': is not a key: it has a control character (CONFIG)"],
    ),
    "a value that is not a number": (
        lambda r: r["expressRoute"]["connections"]["hong-kong"].update(routingWeight=float("inf")),
        ["region.expressRoute.connections.hong-kong.routingWeight: inf is not a number (CONFIG)"],
    ),
    "a number of thousands of digits": (
        lambda r: r["expressRoute"]["connections"]["hong-kong"].update(routingWeight=10**5000),
        [
            (
                "region.expressRoute.connections.hong-kong.routingWeight: must be less than or "
                "equal to 32000; it is a number of more than 40 digits (ER-22)"
            )
        ],
    ),
    "a prefix that is such a number": (
        lambda r: r["onPremises"].update(addressPrefixes=[10**5000]),
        [
            (
                "region.onPremises.addressPrefixes[0]: a number of more than 40 digits is not an "
                "address prefix in CIDR notation, such as 10.0.0.0/24 (VN-04)"
            )
        ],
    ),
    "levels without end": (
        lambda r: r.update(tags=nested(2000)),
        ["region: nests without end: 50 levels and more (CONFIG)"],
    ),
    "a resource group that ends in a period": (
        lambda r: r.update(resourceGroup="rg."),
        [
            (
                "region.resourceGroup: 'rg.' is not the name of a resource group: letters, digits, "
                "`_`, `(`, `)`, `.` and `-`, and no `.` at the end (CONFIG)"
            )
        ],
    ),
}
