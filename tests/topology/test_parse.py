"""A wrong stack file: every problem, in the words of the file, in one message."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.configurations import shipped, with_spokes
from topology.build import build
from topology.config import RegionConfig
from topology.errors import ConfigurationError
from topology.parse import parse_stack

Change = Callable[[dict[str, Any]], object]
CIRCUIT_ID = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/expressRouteCircuits/erc-a"
)


def problems_of(values: dict[str, Any], *, secret: bool = False) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        build(parse_stack(values, secret=secret))
    return [str(problem) for problem in caught.value.problems]


def changed(change: Change) -> dict[str, Any]:
    """Return the primary's keys with one change to its region."""
    values = shipped("primary")
    change(values["sparehub:region"])
    return values


def circuit(region: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = region["expressRoute"]["connections"]["hong-kong"]["circuit"]
    return found


CIRCUIT_PATH = "region.expressRoute.connections.hong-kong.circuit"
WRONG: dict[str, tuple[Change, list[str]]] = {
    "unknown key": (
        lambda r: r["hub"].update(adressSpace=[]),
        ["region.hub.adressSpace: unknown key; did you mean 'addressSpace'? (CONFIG)"],
    ),
    "unknown key with nothing near": (
        lambda r: r["onPremises"].update(zzz=1),
        ["region.onPremises.zzz: unknown key; known here: addressPrefixes, prefers (CONFIG)"],
    ),
    "the switch inside the region": (
        lambda r: r.update(activation="active"),
        [
            (
                "region.activation: unknown key; the switch is sparehub:activation, "
                "beside sparehub:region (CONFIG)"
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
                "region.hub.nva.ipAddress: 10.10.10.200 lies in GatewaySubnet 10.10.10.128/25: "
                "only the gateway may (VN-09)"
            )
        ],
    ),
    "NVA on Azure's own address": (
        lambda r: r["hub"]["nva"].update(ipAddress="10.10.10.3"),
        [
            (
                "region.hub.nva.ipAddress: 10.10.10.3 is one of the five that Azure keeps of "
                "10.10.10.0/25 (VN-01)"
            )
        ],
    ),
    "no GatewaySubnet": (
        lambda r: r["hub"]["subnets"].pop("GatewaySubnet"),
        [
            (
                "region.hub.subnets.GatewaySubnet: missing; Azure puts a gateway only in a "
                "subnet of this name (VN-09)"
            )
        ],
    ),
    "missing circuit fields": (
        lambda r: [circuit(r).pop(key) for key in ("peeringLocation", "sku", "privatePeering")],
        [
            f"{CIRCUIT_PATH}.peeringLocation: missing; this key must be given (CONFIG)",
            (
                f"{CIRCUIT_PATH}.privatePeering: missing; a provisioned circuit needs its private "
                "peering before a connection (ER-09)"
            ),
            f"{CIRCUIT_PATH}.sku: missing; this key must be given (CONFIG)",
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
                f"{CIRCUIT_PATH}.privatePeering.peerASN: 12076 is kept by Microsoft "
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
                "traffic in a loop: leave it out (RT-14)"
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
                "region.spokes.SPOKE1: 'SPOKE1' and 'spoke1' are one name to Azure, which ignores "
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
        [f"region.hub.name: the name '{'v' * 65}' has 65 characters; Azure allows 64 (CONFIG)"],
    ),
    "security group on GatewaySubnet": (
        lambda r: r["hub"]["subnets"]["GatewaySubnet"].update(
            networkSecurityGroupId="/subscriptions/s/resourceGroups/g/providers/"
            "Microsoft.Network/networkSecurityGroups/nsg"
        ),
        [
            (
                "region.hub.subnets.GatewaySubnet.networkSecurityGroupId: Azure refuses a gateway "
                "whose subnet has a network security group (VN-11)"
            )
        ],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_by_path_value_and_rule(name: str) -> None:
    """Each wrong change is refused with its path, its value and its rule, and nothing else."""
    change, expected = WRONG[name]

    assert problems_of(changed(change)) == expected


@pytest.mark.parametrize("stack", ["primary", "secondary"])
def test_the_shipped_files_are_right(stack: str) -> None:
    """The twin of every refusal: both shipped files build."""
    assert build(parse_stack(shipped(stack))).location in {"eastasia", "southeastasia"}


def test_all_problems_come_in_one_message() -> None:
    """Problems of shape and of coherence, in hub, spoke, circuit and switch, are seen at once."""
    values = shipped("primary")
    values["sparehub:activation"] = "on"
    values["sparehub:activaton"] = "active"
    region = values["sparehub:region"]
    region["hub"]["nva"]["ipAddress"] = "10.10.10.200"
    region["spokes"]["spoke1"]["addressSpace"] = ["10.10.10.9/25"]
    circuit(region).pop("peeringLocation")

    with pytest.raises(ConfigurationError) as caught:
        parse_stack(values, stack="primary")

    assert str(caught.value).splitlines() == [
        "the configuration of stack 'primary' has 7 problems; nothing was created:",
        "  activation: must be 'standby' or 'active'; it is 'on' (CONFIG)",
        "  activaton: unknown key; did you mean 'activation'? (CONFIG)",
        f"  {CIRCUIT_PATH}.peeringLocation: missing; this key must be given (CONFIG)",
        (
            "  region.hub.nva.ipAddress: 10.10.10.200 lies in GatewaySubnet 10.10.10.128/25: "
            "only the gateway may (VN-09)"
        ),
        (
            "  region.spokes.spoke1.addressSpace: 10.10.10.0/25 overlaps 10.10.10.0/24 of "
            "region.hub.addressSpace (PE-03)"
        ),
        (
            "  region.spokes.spoke1.addressSpace[0]: 10.10.10.9/25 has host bits set: "
            "write 10.10.10.0/25 (VN-05)"
        ),
        (
            "  region.spokes.spoke1.subnets.app.addressPrefix: 10.1.0.0/24 of app is outside the "
            "address space 10.10.10.0/25 (VN-06)"
        ),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"authorizationKey": 17, "id": CIRCUIT_ID},
        {"authorizationkey": "hush-hush", "id": CIRCUIT_ID},
        {"id": "hush-hush"},
        {"id": CIRCUIT_ID, "bandwidthInMbps": "hush-hush"},
        {"id": CIRCUIT_ID, "peeringLocation": {"secure": "hush-hush"}},
        "hush-hush",
    ],
)
def test_a_secret_in_a_wrong_place_is_never_shown(wrong: Any) -> None:
    """Where the configuration holds secrets, no text of it stands in a message."""
    values = shipped("primary")
    connections = values["sparehub:region"]["expressRoute"]["connections"]
    connections["hong-kong"]["circuit"] = wrong

    assert "hush" not in "\n".join(problems_of(values, secret=True))


def test_a_prefix_is_shown_although_the_configuration_holds_secrets() -> None:
    """An address is no secret: the message stays useful."""
    values = changed(lambda r: r["onPremises"].update(addressPrefixes=["192.168.1.0/16"]))

    assert problems_of(values, secret=True) == [
        (
            "region.onPremises.addressPrefixes[0]: 192.168.1.0/16 has host bits set: "
            "write 192.168.0.0/16 (VN-05)"
        )
    ]


def test_an_authorization_key_is_not_dumped() -> None:
    """The `region` output is the configuration without secrets."""
    key = {"id": CIRCUIT_ID, "authorizationKey": "hush-hush"}
    sku = {"peeringLocation": "Hong Kong", "sku": {"tier": "Standard"}, "bandwidthInMbps": 50}
    values = shipped("primary")
    values["sparehub:region"]["expressRoute"]["connections"]["hong-kong"]["circuit"] = key | sku
    region = parse_stack(values).region

    dumped = region.model_dump(mode="json", by_alias=True, exclude_unset=True)

    assert dumped["expressRoute"]["connections"]["hong-kong"]["circuit"] == {"id": CIRCUIT_ID} | sku
    assert "hush" not in repr(region)


def test_what_is_dumped_can_be_read_again() -> None:
    """The `region` output says the same as the file: the pair's rules read it."""
    values = shipped("secondary")
    config = parse_stack(values)

    dumped = config.region.model_dump(mode="json", by_alias=True, exclude_unset=True)

    assert parse_stack(values | {"sparehub:region": dumped}) == config


def test_five_hundred_spokes_are_a_region() -> None:
    """Nothing in the contract stops at 200 prefixes."""
    region = build(parse_stack(with_spokes(shipped("primary"), 500)))

    assert (len(region.spokes), region.spokes_wait_for_connections) == (500, True)


def test_the_schema_knows_every_key() -> None:
    """Editors complete from the same model that the program reads."""
    schema = RegionConfig.model_json_schema()

    assert sorted(schema["properties"]) == [
        "dnsServers",
        "expressRoute",
        "hub",
        "name",
        "onPremises",
        "resourceGroup",
        "routeTables",
        "spokes",
        "standby",
        "tags",
    ]
    assert schema["additionalProperties"] is False
