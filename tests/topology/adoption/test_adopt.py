"""What is made of a network that stands, and that nothing of it is dropped without a word."""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sparehub.topology.adoption.adopt import NotUnderstood, adopt
from sparehub.topology.errors import UnreadableError
from sparehub.topology.model.build import build
from sparehub.topology.rules.stack_file.parse import parse_stack
from sparehub.topology.state.resources import Resources, arm_resources, state_resources
from sparehub.topology.state.template import Template
from tests.configurations import OURS, region_of, shipped
from tests.recorded_state import SUBSCRIPTION, of, recorded, without
from tests.topology.peered_hubs import peered

EXPORTED = Path(__file__).with_name("exported") / "group.json"
GROUP = f"{OURS}/resourceGroups/rg-net"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
THERE = "/subscriptions/S/resourceGroups/G/providers/N.N"
OTHER = "/subscriptions/T/resourceGroups/H/providers/N.N"
LINE = (
    "/subscriptions/22222222-3333-4444-5555-666666666666/resourceGroups/rg-lines"
    "/providers/Microsoft.Network/expressRouteCircuits/line-1"
)
LOST = ": a `pulumi up` that writes the resource takes it away"


def exported() -> Template:
    return Template(json.loads(EXPORTED.read_text()), OURS.split("/")[2], "rg-net")


def test_an_exported_group_becomes_a_configuration() -> None:
    """Names, the NVA, more routes, endpoints and scale units are found; derived ones left out."""
    adopted = adopt(arm_resources(exported().resources()))

    group = f"{NETWORK}/networkSecurityGroups/web-rules"
    assert adopted.problems == ()
    assert adopted.values == {
        "azure-native:location": "eastasia",
        "sparehub:activation": "active",
        "sparehub:region": {
            "resourceGroup": "rg-net",
            "hub": {
                "name": "core",
                "addressSpace": ["10.0.0.0/16"],
                "subnets": {
                    "AzureBastionSubnet": {"addressPrefix": "10.0.2.0/26"},
                    "GatewaySubnet": {"addressPrefix": "10.0.0.0/26"},
                    "nva": {"addressPrefix": "10.0.1.0/24", "routeTable": "none"},
                },
                "nva": {"ipAddress": "10.0.1.4", "internetEgress": "onPremises"},
            },
            "spokes": {
                "web": {
                    "name": "web",
                    "addressSpace": ["10.1.0.0/16"],
                    "dnsServers": ["10.0.1.5"],
                    "subnets": {
                        "front": {"addressPrefix": "10.1.0.0/24", "networkSecurityGroupId": group}
                    },
                    "hubToSpoke": {"name": "to-web"},
                    "spokeToHub": {"name": "to-core"},
                }
            },
            "routeTables": {
                "spokes": {
                    "name": "out",
                    "routeNames": {"0.0.0.0/0": "all", "192.168.9.0/24": "printers"},
                },
                "gateway": {"name": "back", "routeNames": {"10.1.0.0/16": "web"}},
            },
            "routes": {"spokes": [{"addressPrefix": "192.168.9.0/24", "nextHopType": "None"}]},
            "expressRoute": {
                "gateway": {
                    "name": "er",
                    "sku": "ErGwScale",
                    "minScaleUnits": 2,
                    "maxScaleUnits": 4,
                },
                "connections": {
                    "line-1": {
                        "name": "er-to-line",
                        "routingWeight": 0,
                        "circuit": {
                            "id": LINE,
                            "peeringLocation": "unknown",
                            "sku": {"tier": "Standard"},
                            "bandwidthInMbps": 50,
                        },
                    }
                },
            },
            "onPremises": {"addressPrefixes": []},
        },
    }


def test_everything_that_was_not_understood_is_listed_with_its_id() -> None:
    """What is not modelled, what a resource has besides, what would change, what was guessed."""
    adopted = adopt(arm_resources(exported().resources()))

    nothing = "does not belong to a region of Sparehub"
    guessed = "its circuit is not in the file: peering location, tier and bandwidth in the "
    unknown = "its location is unknown; if it is not eastasia, Pulumi would replace the group with "
    wanted = "what on-premises advertises is unknown to Azure: fill in onPremises.addressPrefixes"
    key = "its circuit is in another subscription: set circuit.authorizationKey, a secret"
    flag = "region.spokes.web.spokeToHub.allowForwardedTraffic: false stands, the configuration "
    listed = {
        LINE: [f"{guessed}configuration are guesses"],
        NETWORK.split("/providers", maxsplit=1)[0]: [
            f"{unknown}all that is in it: look at the preview"
        ],
        f"{NETWORK}/bastionHosts/jump": [nothing],
        f"{NETWORK}/connections/er-to-line": [
            f"expressRouteGatewayBypass is set, which the configuration cannot say{LOST}",
            key,
        ],
        f"{NETWORK}/networkSecurityGroups/web-rules": [
            "stays outside; a subnet refers to it by its id"
        ],
        f"{NETWORK}/networkSecurityGroups/web-rules/securityRules/https": [nothing],
        f"{NETWORK}/publicIPAddresses/jump-ip": [nothing],
        f"{NETWORK}/routeTables/out": [
            (
                "region.routeTables.spokes.routes.AzureUpdateDelivery: Internet stands, the "
                "configuration builds nothing"
            )
        ],
        f"{NETWORK}/virtualNetworkGateways/vpn": ["is not the hub's ExpressRoute gateway"],
        f"{NETWORK}/virtualNetworks/core": [wanted],
        f"{NETWORK}/virtualNetworks/core/virtualNetworkPeerings/to-lab": [
            "leads to a network that is not among the spokes, and to which the NVA has no route"
        ],
        f"{NETWORK}/virtualNetworks/web": [
            f"ddosProtectionPlan is set, which the configuration cannot say{LOST}",
            f"fd00:1::/48 is IPv6, which Site Recovery does not replicate (SR-21){LOST}",
        ],
        f"{NETWORK}/virtualNetworks/web/virtualNetworkPeerings/to-core": [f"{flag}builds true"],
    }
    assert list(adopted.not_understood) == sorted(
        NotUnderstood(identity, reason)
        for identity, reasons in listed.items()
        for reason in reasons
    )


def test_every_resource_is_imported_or_listed() -> None:
    """Routes go with their tables; the resource group is imported though no export has it."""
    resources = arm_resources(exported().resources())
    adopted = adopt(resources)

    imported = {each.get("id") for each in adopted.imports["resources"]}
    listed = {each.id for each in adopted.not_understood}
    routes = {each.id for each in resources if each.type.endswith("/routes")}
    assert {each.id for each in resources} - routes <= imported | listed
    assert GROUP in imported


def test_an_expression_that_is_not_known_is_kept_and_reported() -> None:
    """Only what exports use is evaluated."""
    template = exported()
    found = {each["id"]: each for each in template.resources()}

    bastion = found[f"{NETWORK}/bastionHosts/jump"]
    assert bastion["properties"] == {"dnsName": "[uniqueString(resourceGroup().id)]"}
    assert template.unknown == ["[uniqueString(resourceGroup().id)]"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[parameters('NAME')]", "o'hub"),
        ("[concat(parameters('name'), '/', variables('part'))]", "o'hub/sub"),
        ("[format('{0}-{1}', 'a', 2)]", "a-2"),
        ("[subscription().subscriptionId]", "S"),
        ("[resourceGroup().name]", "G"),
        (
            "[resourceId('N.N/a/b', 'x', 'y')]",
            f"{THERE}/a/x/b/y",
        ),
        (
            "[resourceId('T', 'H', 'N.N/a', 'x')]",
            f"{OTHER}/a/x",
        ),
        ("[[not an expression]", "[not an expression]"),
        ("[concat('a', 'b'", "[concat('a', 'b'"),
        ("[concat('a') 'b']", "[concat('a') 'b']"),
        ("plain", "plain"),
    ],
)
def test_expressions(text: str, value: str) -> None:
    """What an exported template says in brackets, and what only looks like it."""
    document = {
        "parameters": {"name": {"defaultValue": "o'hub"}},
        "variables": {"part": "sub"},
        "resources": [{"type": "N.N/a", "name": "x", "properties": {"value": text}}],
    }

    (resource,) = Template(document, "S", "G").resources()

    assert resource["properties"]["value"] == value


def test_what_the_program_built_is_adopted_as_it_was_configured() -> None:
    """The shipped file comes back, but for what Azure does not know."""
    adopted = adopt(state_resources(recorded(shipped("primary"))))

    stood = shipped("primary")
    stood["sparehub:region"]["onPremises"]["addressPrefixes"] = []
    assert build(parse_stack(adopted.values)) == region_of(stood)
    assert adopted.not_understood == (
        NotUnderstood(
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-sparehub-eastasia/providers"
            "/Microsoft.Network/virtualNetworks/vnet-hub-eastasia",
            "what on-premises advertises is unknown to Azure: fill in onPremises.addressPrefixes",
        ),
    )


@pytest.mark.parametrize("named", [True, False])
def test_the_peering_of_the_hubs_is_kept(named: bool) -> None:  # noqa: FBT001 - a table
    """Found by its name in a state, else by the NVA's routes to what lies behind it."""
    resources = state_resources(recorded(peered("primary")))
    found = resources if named else [replace(each, role="") for each in resources]

    adopted = adopt(found)

    hub = adopted.values["sparehub:region"]["hub"]
    assert hub["peerings"] == peered("primary")["sparehub:region"]["hub"]["peerings"]
    assert "routes" not in adopted.values["sparehub:region"]
    names = [each["name"] for each in adopted.imports["resources"]]
    assert "region/hub-peering/secondary" in names
    assert adopted.problems == ()


def test_a_peering_that_the_nva_has_no_route_over_is_listed() -> None:
    """It may be somebody else's, and stays theirs."""
    found = deepcopy(recorded(peered("primary")))
    del of(found, "routes/nva")["routes"][1]
    adopted = adopt([replace(each, role="") for each in state_resources(found)])

    assert "peerings" not in adopted.values["sparehub:region"]["hub"]
    assert "leads to a network that is not among the spokes, and to which the NVA has no route" in [
        each.reason for each in adopted.not_understood
    ]


@pytest.mark.parametrize("said", [{}, {"serviceEndpoints": ["Microsoft.Storage"]}])
def test_a_subnet_of_a_service_is_adopted_without_a_word(said: dict[str, Any]) -> None:
    """Bastion's gets neither table nor replication by default, so neither is said of it."""
    stood = shipped("primary")
    spoke = stood["sparehub:region"]["spokes"]["spoke1"]
    spoke["addressSpace"] = ["10.1.0.0/23"]
    bastion = {"addressPrefix": "10.1.1.0/26"} | said
    spoke["subnets"]["AzureBastionSubnet"] = bastion

    adopted = adopt(state_resources(recorded(stood)))

    found = adopted.values["sparehub:region"]["spokes"]["spoke1"]["subnets"]
    assert found == {"AzureBastionSubnet": bastion, "app": {"addressPrefix": "10.1.0.0/24"}}


@pytest.mark.parametrize("whole", [False, True])
def test_a_subnet_peering_is_reported(whole: object) -> None:
    """No configuration says it, and Azure changes no peering into another kind (PE-22)."""
    resources = deepcopy(recorded(shipped("primary")))
    half = "spoke/spoke1/peering/hub-to-spoke"
    of(resources, half)["peerCompleteVnets"] = whole

    reported = [
        each for each in adopt(state_resources(resources)).not_understood if "PE-22" in each.reason
    ]

    assert reported == (
        []
        if whole
        else [
            NotUnderstood(
                of(resources, half)["id"],
                "it is a subnet peering (peerCompleteVnets: false), which the configuration cannot "
                "say; Azure fixes the kind at creation, so no `pulumi up` makes another of it: "
                "delete both halves first (PE-22)",
            )
        ]
    )


def gone(name: str) -> Resources:
    return without(deepcopy(recorded(shipped("primary"))), name)


def without_hub() -> Resources:
    return {}


def without_nva() -> Resources:
    resources = deepcopy(recorded(shipped("primary")))
    for key in ("spokes", "gateway", "nva"):
        of(resources, f"routes/{key}")["routes"] = []
    return resources


def without_circuit() -> Resources:
    resources = gone("connection/hong-kong/connection")
    resources = without(resources, "circuit/hong-kong/circuit")
    return without(resources, "circuit/hong-kong/private-peering")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (without_hub, "no hub here"),
        (without_nva, "no route table of a spoke leads to an NVA"),
        (without_circuit, "there is neither a circuit nor a connection to one"),
    ],
)
def test_what_is_not_a_region_of_sparehub_is_refused(make: Any, message: str) -> None:
    """One sentence says what is missing."""
    with pytest.raises(UnreadableError, match=message):
        adopt(state_resources(make()))


def test_a_half_that_is_missing_is_made_by_the_first_up() -> None:
    """It is listed as a change, and not in the import file."""
    adopted = adopt(state_resources(gone("spoke/spoke1/peering/hub-to-spoke")))

    names = [each["name"] for each in adopted.imports["resources"]]
    reasons = [each.reason for each in adopted.not_understood]
    assert "region/spoke/spoke1/peering/hub-to-spoke" not in names
    assert "region/spoke/spoke1/peering/spoke-to-hub" in names
    assert any("spoke1.hubToSpoke: nothing stands, the" in reason for reason in reasons)


def adopted_circuit(resources: Resources) -> dict[str, Any]:
    """Return the one circuit of the configuration that is made of a network."""
    values = adopt(state_resources(resources)).values
    (connection,) = values["sparehub:region"]["expressRoute"]["connections"].values()
    circuit: dict[str, Any] = connection["circuit"]
    return circuit


def placed(circuit: str, group: str = "") -> Resources:
    """Return the shipped primary with its circuit, and the circuit's group, in some regions."""
    resources = deepcopy(recorded(shipped("primary")))
    of(resources, "circuit/hong-kong/circuit")["location"] = circuit
    of(resources, "circuit/hong-kong/group")["location"] = group or circuit
    return resources


@pytest.mark.parametrize("connected", [True, False])
@pytest.mark.parametrize(
    ("location", "said"), [("Korea Central", "koreacentral"), ("eastasia", None)]
)
def test_a_circuit_is_found_wherever_its_record_lies(
    location: str, said: str | None, *, connected: bool
) -> None:
    """By its connection, or because no other gateway uses it; its location is written down."""
    resources = placed(location)
    if not connected:
        resources = without(resources, "connection/hong-kong/connection")

    circuit = adopted_circuit(resources)

    assert (circuit.get("location"), circuit["serviceProvider"]) == (said, "Equinix")
    listed = [each.reason for each in adopt(state_resources(resources)).not_understood]
    unsure = "no connection leads to it: if it is not this region's, leave it out of the file"
    assert (unsure in listed) is not connected


def test_the_circuit_of_another_gateway_is_not_this_regions() -> None:
    """A list of a whole subscription holds the other region's circuit, too."""
    ours = without(placed("japaneast"), "connection/hong-kong/connection")
    theirs = recorded(shipped("secondary") | {"sparehub:activation": "active"}, "secondary")
    listed = [
        each["outputs"]
        for name, each in {**ours, **theirs}.items()
        if name in ours or "/circuit/" in name or "/connection/" in name
    ]

    adopted = adopt(arm_resources(each for each in listed if "id" in each))

    connections = adopted.values["sparehub:region"]["expressRoute"]["connections"]
    assert list(connections) == ["hong-kong"]


def test_a_circuit_whose_group_lies_elsewhere_is_referenced() -> None:
    """A stack would make its group anew, with all that is in it."""
    circuit = adopted_circuit(placed("japaneast", "koreacentral"))

    assert circuit == {
        "id": of(placed("japaneast"), "circuit/hong-kong/circuit")["id"],
        "peeringLocation": "Hong Kong",
        "location": "japaneast",
        "sku": {"tier": "Standard"},
        "bandwidthInMbps": 1000,
    }


@pytest.mark.parametrize(("state", "said"), [("Disabled", True), ("Enabled", False)])
def test_a_fence_at_the_circuit_is_said(state: str, said: bool) -> None:  # noqa: FBT001 - a table
    """ER-38: the first `pulumi up` would enable a private peering that is disabled."""
    resources = deepcopy(recorded(shipped("primary")))
    of(resources, "circuit/hong-kong/private-peering")["state"] = state
    reasons = [each.reason for each in adopt(state_resources(resources)).not_understood]

    fence = "privatePeering.enabled: false stands, the configuration builds true"
    assert any(reason.endswith(fence) for reason in reasons) is said


@pytest.mark.parametrize("name", ["allowRemoteVnetTraffic", "allowVirtualWanTraffic"])
def test_a_gateway_that_takes_other_networks_is_said(name: str) -> None:
    """ER-26: no file can say it, and the first write of the gateway switches it off."""
    resources = deepcopy(recorded(shipped("primary")))
    plain = adopt(state_resources(resources)).not_understood
    of(resources, "expressroute/gateway")[name] = True
    more = [each for each in adopt(state_resources(resources)).not_understood if each not in plain]

    assert [each.reason for each in more] == [
        f"{name} is set, which the configuration cannot say{LOST}"
    ]


@pytest.mark.parametrize("part", ["web?x", "web#x", "web%2f", "web\n", "web\x1b"])
def test_a_network_whose_name_is_none_is_not_imported(part: str) -> None:
    """It is listed with what is wrong with it."""
    text = json.dumps(list(exported().resources()))
    name = json.dumps(part)[1:-1]
    text = text.replace("virtualNetworks/web", f"virtualNetworks/{name}")
    adopted = adopt(arm_resources(json.loads(text)))

    ids = [str(each.get("id")) for each in adopted.imports["resources"]]
    assert not [each for each in ids if part in each]
    assert [
        each for each in adopted.not_understood if part in each.id and "id is none" in each.reason
    ]


@pytest.mark.parametrize(
    ("variables", "expression"),
    [
        ({"a": "[variables('a')]"}, "[variables('a')]"),
        ({"a": "[variables('b')]", "b": "[concat('x', variables('a'))]"}, "[variables('b')]"),
        ({}, "[" + "concat(" * 5000 + "'x'" + ")" * 5000 + "]"),
        (
            {
                f"a{n}": f"[concat(variables('a{n - 1}'), variables('a{n - 1}'))]"
                for n in range(1, 64)
            }
            | {"a0": "xx"},
            "[variables('a63')]",
        ),
    ],
    ids=["of itself", "in a circle", "nested", "doubled again and again"],
)
def test_an_expression_without_end_is_left_as_it_is(
    variables: dict[str, str], expression: str
) -> None:
    """And reported, like any that is not understood; nothing waits for it."""
    document = {"resources": [{"type": "N.N/a", "name": expression}], "variables": variables}
    template = Template(document, "S", "G")

    (resource,) = template.resources()

    assert "[" in str(resource["name"])
    assert len(str(resource["name"])) < 60_000
    assert template.unknown


def test_a_variable_that_is_used_twice_is_known_twice() -> None:
    """The twin: empty texts that double again and again are read once each."""
    variables = {
        f"a{n}": f"[concat(variables('a{n - 1}'), variables('a{n - 1}'))]" for n in range(1, 64)
    }
    document = {
        "resources": [{"type": "N.N/a", "name": "[concat('x', variables('a63'))]"}],
        "variables": variables | {"a0": ""},
    }

    (resource,) = Template(document, "S", "G").resources()

    assert resource["name"] == "x"


def test_a_subscription_is_one_however_it_is_written() -> None:
    """A circuit of one's own stays one's own, and needs no authorization."""
    ours = "abcdefab-0000-0000-0000-000000000000"
    values = shipped("primary")
    text = json.dumps(recorded(values)).replace(SUBSCRIPTION, ours)
    same = adopt(state_resources(json.loads(text)))
    spelled = json.loads(text)
    circuit = of(spelled, "circuit/hong-kong/circuit")
    circuit["id"] = circuit["id"].replace(ours, ours.upper())
    of(spelled, "connection/hong-kong/connection")["peer"] = {"id": circuit["id"]}

    adopted = adopt(state_resources(spelled))

    assert adopted.values == same.values
    assert not any("another subscription" in each.reason for each in adopted.not_understood)
