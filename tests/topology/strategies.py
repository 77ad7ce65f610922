"""Valid configurations for hypothesis: all that the contract of the stack file allows."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Any

from hypothesis import strategies as st

from sparehub.topology.config.enums import NextHopType

KEYS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8).filter(
    lambda key: key != "hub"
)
CIRCUIT = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-circuits"
    "/providers/Microsoft.Network/expressRouteCircuits/"
)


def _prefixes(block: int, count: int) -> list[str]:
    """Return ``count`` /24 of 10.<block>.0.0/16 and those after it."""
    return [str(IPv4Network((0x0A000000 + (block << 16) + (n << 8), 24))) for n in range(count)]


ON_PREMISES = [["192.168.0.0/16"], ["0.0.0.0/0"], ["0.0.0.0/0", "192.168.0.0/16"]]
GATEWAYS = [
    {},
    {"sku": "UltraPerformance", "name": "the-gateway"},
    {"sku": "ErGwScale", "minScaleUnits": 2, "maxScaleUnits": 10},
]


def overrides() -> st.SearchStrategy[dict[str, Any]]:
    """Draw what a region may say of its names, tags and name servers."""
    return st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["ea", "one.two"]),
            "resourceGroup": st.just("rg(network)"),
            "tags": st.dictionaries(KEYS, KEYS, max_size=2),
            "dnsServers": st.just(["10.9.9.9"]),
            "routeTables": st.just({"spokes": {"name": "table-of-spokes"}}),
        },
    )


def user_routes(
    prefixes: Sequence[str], addresses: Sequence[str], beside: Sequence[str] = ()
) -> st.SearchStrategy[list[dict[str, str]]]:
    """Draw routes of every kind; none for a prefix that the table has already (RT-20)."""
    free = [prefix for prefix in prefixes if prefix not in beside]
    plain = [kind.value for kind in NextHopType if kind is not NextHopType.VIRTUAL_APPLIANCE]
    hops = st.sampled_from(plain).map(lambda kind: {"nextHopType": kind}) | st.sampled_from(
        addresses
    ).map(lambda address: {"nextHopType": "VirtualAppliance", "nextHopIpAddress": address})
    route = st.tuples(st.sampled_from(free), hops)
    return st.lists(route, max_size=3, unique_by=lambda each: each[0]).map(
        lambda drawn: [{"addressPrefix": prefix, **hop} for prefix, hop in drawn]
    )


ROUTED = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.2.0/24",
    "10.1.0.0/16",
    "10.1.0.0/25",
    "10.2.0.0/24",
    "192.168.0.0/16",
    "192.168.7.0/24",
    "198.51.100.0/24",
]
"""Around and within the networks of :func:`configurations`, on-premises, and the internet."""
HOPS = ["10.0.0.10", "10.0.2.9", "10.1.0.20", "172.30.0.1"]
"""The NVA, who else may be in the hub and in a spoke, and where nobody is."""


@st.composite
def circuits(draw: st.DrawFn, key: str) -> dict[str, Any]:
    """Draw a circuit, owned or referenced."""
    tier = draw(st.sampled_from(["Local", "Standard", "Premium"]))
    common = {
        "peeringLocation": draw(st.sampled_from(["Hong Kong", "Singapore", "London"])),
        "bandwidthInMbps": draw(st.sampled_from([50, 1000, 10000])),
    }
    if draw(st.booleans()):
        keys = st.none() | st.just("not-a-real-key")
        return common | {
            "id": f"{CIRCUIT}{key}",
            "sku": {"tier": tier},
            "authorizationKey": draw(keys),
        }
    return common | {
        "serviceProvider": "Equinix",
        "sku": {"tier": tier, "family": draw(st.sampled_from(["MeteredData", "UnlimitedData"]))},
        "provisioned": draw(st.booleans()),
        "privatePeering": {
            "peerASN": draw(st.sampled_from([65001, 64512, 4200000000])),
            "vlanId": draw(st.integers(1, 4094)),
            "primaryPeerAddressPrefix": "172.16.0.0/30",
            "secondaryPeerAddressPrefix": "172.16.0.4/30",
        },
    }


_STANDBY = {True: "connected", False: "withheld"}


@st.composite
def spokes(draw: st.DrawFn, block: int, depth: str) -> dict[str, Any]:
    """Draw a spoke with one or more prefixes of its own block of addresses."""
    space = _prefixes(block, draw(st.sampled_from([1, 2, 3, 120])))
    always_on = draw(st.sampled_from([False, False, True]))
    connected = depth == "connection" and draw(st.booleans())
    subnet_keys = draw(st.lists(KEYS, min_size=1, max_size=3, unique=True))
    return {
        "addressSpace": space,
        "subnets": {
            key: {
                "addressPrefix": str(list(IPv4Network(space[0]).subnets(new_prefix=26))[n]),
                "protected": not always_on and draw(st.booleans()),
                "routeTable": draw(st.sampled_from(["shared", "none"])),
                "serviceEndpoints": draw(st.sampled_from([[], ["Microsoft.Sql"]])),
            }
            for n, key in enumerate(subnet_keys)
        },
        **({"alwaysOn": True} if always_on else {"standby": _STANDBY[connected]}),
    }


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the keys of a valid stack file."""
    depth = draw(st.sampled_from(["network", "gateway", "connection"]))
    spoke_keys = draw(st.lists(KEYS, max_size=4, unique=True))
    circuit_keys = draw(st.lists(KEYS, min_size=1, max_size=3, unique=True))
    return {
        "azure-native:location": draw(st.sampled_from(["eastasia", "westeurope"])),
        "sparehub:activation": draw(st.sampled_from(["standby", "active"])),
        "sparehub:region": {
            **draw(overrides()),
            "standby": {"depth": depth},
            "hub": {
                "addressSpace": ["10.0.0.0/22"],
                "subnets": {
                    "nva": {"addressPrefix": "10.0.0.0/24"},
                    "GatewaySubnet": {"addressPrefix": "10.0.1.0/26"},
                    "shared": {"addressPrefix": "10.0.2.0/24"},
                },
                "nva": {
                    "ipAddress": "10.0.0.10",
                    "internetEgress": draw(st.sampled_from(["direct", "onPremises"])),
                },
            },
            "spokes": {
                key: draw(spokes(block, depth)) for block, key in enumerate(spoke_keys, start=1)
            },
            "expressRoute": {
                "gateway": draw(st.sampled_from(GATEWAYS)),
                "connections": {
                    key: {
                        "routingWeight": draw(st.integers(0, 32000)),
                        "circuit": draw(circuits(key)),
                    }
                    for key in circuit_keys
                },
            },
            "routes": {
                "spokes": draw(user_routes(ROUTED, HOPS, ["0.0.0.0/0"])),
                "gateway": draw(user_routes(ROUTED, HOPS, ["10.2.0.0/24"])),
                "nva": draw(user_routes(ROUTED, HOPS, ["0.0.0.0/0"])),
            },
            "onPremises": {
                "addressPrefixes": draw(st.sampled_from(ON_PREMISES)),
                "prefers": draw(st.sampled_from(["none", "primary", "secondary"])),
            },
        },
    }
