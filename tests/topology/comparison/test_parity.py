"""Which differences of two regions are expected, which are allowed, and which are wrong."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from sparehub.topology.comparison.parity import Difference, deployed_parity, parity
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.state.region import read_state
from sparehub.topology.state.resources import Resources
from tests.configurations import shipped, stack_of
from tests.recorded_state import of, recorded
from tests.site_recovery_files import REPLICATE, SITE_RECOVERY
from tests.topology.peered_hubs import peered
from tests.topology.reachability import pairs

Values = dict[str, Any]
Change = Callable[[Values], object]


def stack(name: str, values: Values) -> Stack:
    config = stack_of(values)
    return Stack(name=name, config=config, region=build(config))


def compared(primary: Values, secondary: Values) -> list[Difference]:
    return parity(stack("primary", primary), stack("secondary", secondary))


def changed(change: Change, stack: str = "secondary") -> Values:
    """Return a stack's keys with a change in its region."""
    values = shipped(stack)
    change(values["sparehub:region"])
    return values


def of_verdict(differences: list[Difference], verdict: str) -> list[tuple[str, Any, Any]]:
    return [(d.path, d.primary, d.secondary) for d in differences if d.verdict == verdict]


def test_each_region_has_its_own_always_on_spokes_and_half_of_the_peering() -> None:
    """Their addresses, and the routes to them, differ by right; so does a spoke of one region."""
    alone = peered("secondary")
    del alone["sparehub:region"]["spokes"]["dc"]

    for secondary in (peered("secondary"), alone):
        found = compared(peered("primary"), secondary)
        assert of_verdict(found, "wrong") == []
    assert ("region.spokes.dc", "10.66.0.0/24", None) in of_verdict(found, "expected")


def test_a_spoke_that_is_always_on_in_one_region_only_is_wrong() -> None:
    """Of one key, both are or neither is."""
    secondary = peered("secondary")
    del secondary["sparehub:region"]["spokes"]["dc"]["alwaysOn"]

    wrong = of_verdict(compared(peered("primary"), secondary), "wrong")

    assert ("region.spokes.dc.alwaysOn", True, False) in wrong


def test_a_peering_of_the_hubs_that_was_changed_is_drift() -> None:
    """A flag of the half that stands; a half that is gone."""
    values = {name: peered(name) for name in ("primary", "secondary")}
    states = {name: deepcopy(recorded(each, name)) for name, each in values.items()}
    of(states["primary"], "hub-peering/secondary")["allowForwardedTraffic"] = False
    regions = [read_state(each).region for each in states.values()]

    first, second = (stack(*each) for each in values.items())
    found = deployed_parity(first, second, (regions[0], regions[1]))

    drift = [(d.path, d.primary) for d in found if d.stack]
    flag = "region.hub.peerings.secondary.allowForwardedTraffic"
    assert drift == [(flag, {"configuration": True, "state": False})]


def test_the_shipped_pair_differs_only_as_it_must() -> None:
    """Location, switch, names that follow from the location, and the circuits."""
    found = compared(shipped("primary"), shipped("secondary"))

    assert {each.verdict for each in found} == {"expected"}
    assert [each.path for each in found] == [
        "azure-native:location",
        "sparehub:activation",
        "region.resourceGroup",
        "region.hub.name",
        "region.spokes.spoke1.name",
        "region.spokes.spoke2.name",
        "region.routeTables.spokes.name",
        "region.routeTables.gateway.name",
        "region.routeTables.nva.name",
        "region.expressRoute.gateway.name",
        "region.expressRoute.connections.hong-kong",
        "region.expressRoute.connections.singapore",
    ]


def spoke2(region: Values) -> Values:
    found: Values = region["spokes"]["spoke2"]
    return found


def other_subnet(region: Values) -> None:
    spoke2(region)["subnets"] = {"web": {"addressPrefix": "10.2.0.0/24"}}


def other_space(region: Values) -> None:
    spoke2(region)["addressSpace"] = ["10.2.0.0/23"]


def private_egress(region: Values) -> None:
    region["hub"]["nva"]["internetEgress"] = "onPremises"


USER_ROUTE = {"addressPrefix": "10.9.0.0/24", "nextHopType": "None"}
SUBNET = "region.spokes.spoke2.subnets.app"
WRONG: dict[str, tuple[Change, list[tuple[str, Any, Any]]]] = {
    "a spoke that is missing": (
        lambda r: r["spokes"].pop("spoke2"),
        [
            ("region.spokes.spoke2", "10.2.0.0/24", None),
            (
                "region.routeTables.gateway.routes.10.2.0.0/24",
                "VirtualAppliance 10.10.10.10",
                None,
            ),
        ],
    ),
    "a subnet of another name": (
        other_subnet,
        [(SUBNET, "10.2.0.0/24", None), (SUBNET.replace("app", "web"), None, "10.2.0.0/24")],
    ),
    "an address space that nobody moved": (
        other_space,
        [
            ("region.spokes.spoke2.addressSpace", "10.2.0.0/24", "10.2.0.0/23"),
            (
                "region.routeTables.gateway.routes.10.2.0.0/24",
                "VirtualAppliance 10.10.10.10",
                None,
            ),
            (
                "region.routeTables.gateway.routes.10.2.0.0/23",
                None,
                "VirtualAppliance 10.10.10.10",
            ),
        ],
    ),
    "machines that are not protected": (
        lambda r: spoke2(r)["subnets"]["app"].update(protected=False),
        [
            (f"{SUBNET}.serviceEndpoints", ["Microsoft.Storage"], []),
            (f"{SUBNET}.protected", True, False),
        ],
    ),
    "a subnet without the table": (
        lambda r: spoke2(r)["subnets"]["app"].update(routeTable="none"),
        [
            (f"{SUBNET}.routeTable", "spokes", None),
            (f"{SUBNET}.defaultOutboundAccess", False, True),
        ],
    ),
    "another way to the internet": (
        private_egress,
        [("region.routeTables.nva.routes.0.0.0.0/0", "Internet", None)],
    ),
    "a user route of one region alone": (
        lambda r: r.update(routes={"spokes": [USER_ROUTE]}),
        [("region.routeTables.spokes.routes.10.9.0.0/24", None, "None")],
    ),
    "other name servers": (
        lambda r: r.update(dnsServers=["10.10.10.4"]),
        [
            (f"region.{network}.dnsServers", [], "10.10.10.4")
            for network in ("hub", "spokes.spoke1", "spokes.spoke2")
        ],
    ),
    "an NVA that keeps no state": (
        lambda r: r["hub"]["nva"].update(stateful=False),
        [("region.hub.nva.stateful", True, False)],
    ),
    "other prefixes of on-premises": (
        lambda r: r["onPremises"].update(addressPrefixes=["172.20.0.0/16"]),
        [("region.onPremises.addressPrefixes", ["192.168.0.0/16"], ["172.20.0.0/16"])],
    ),
    "another preference of on-premises": (
        lambda r: r["onPremises"].update(prefers="primary"),
        [("region.onPremises.prefers", "none", "primary")],
    ),
    "a circuit that is not provisioned": (
        lambda r: r["expressRoute"]["connections"]["singapore"]["circuit"].update(
            provisioned=False
        ),
        [("region.expressRoute.connections", ["hong-kong"], [])],
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_must_not_differ_is_wrong(what: str) -> None:
    """Wrong comes first; every other difference stays as it was."""
    change, expected = WRONG[what]

    found = compared(shipped("primary"), changed(change))

    assert of_verdict(found, "wrong") == expected
    assert [each.verdict for each in found[: len(expected)]] == ["wrong"] * len(expected)
    assert of_verdict(found, "allowed") == []


ALLOWED: dict[str, tuple[Change, list[tuple[str, Any, Any]]]] = {
    "depth": (
        lambda r: r.update(standby={"depth": "network"}),
        [("region.standby.depth", "gateway", "network")],
    ),
    "a name of its own": (
        lambda r: r["hub"].update(name="vnet-spare"),
        [("region.hub.name", "vnet-hub-eastasia", "vnet-spare")],
    ),
    "tags": (
        lambda r: r.update(tags={"for": "recovery"}),
        [("region.tags", [], ["for=recovery"])],
    ),
    "a larger gateway": (
        lambda r: r["expressRoute"]["gateway"].update(sku="ErGw2AZ"),
        [("region.expressRoute.gateway.sku", "ErGw1AZ", "ErGw2AZ")],
    ),
    "a gateway as large, without zones": (
        lambda r: r["expressRoute"]["gateway"].update(sku="Standard"),
        [("region.expressRoute.gateway.sku", "ErGw1AZ", "Standard")],
    ),
}


@pytest.mark.parametrize("what", ALLOWED)
def test_what_a_configuration_may_choose_is_allowed(what: str) -> None:
    """It is shown, and refuses nothing."""
    change, expected = ALLOWED[what]

    found = compared(shipped("primary"), changed(change))

    assert (of_verdict(found, "wrong"), of_verdict(found, "allowed")) == ([], expected)


def test_a_smaller_gateway_is_wrong_unless_somebody_has_said_why() -> None:
    """GWY-14: it must carry after a failover what the primary's carried before."""
    primary = changed(lambda r: r["expressRoute"]["gateway"].update(sku="ErGw3AZ"), "primary")
    secondary = shipped("secondary")
    ignoring = secondary | {"sparehub:ignoredRules": {"GWY-14": "half of the load is dropped"}}

    wrong, allowed = (compared(primary, values)[0] for values in (secondary, ignoring))

    assert (wrong.path, wrong.verdict) == ("region.expressRoute.gateway.sku", "wrong")
    assert wrong.reason == "1 Gbps must carry what 10 Gbps did (GWY-14)"
    assert (allowed.path, allowed.verdict) == (wrong.path, "allowed")
    assert allowed.reason == "GWY-14 is ignored: half of the load is dropped"


def remapped(values: Values) -> Values:
    """Return the keys with a hub of its own, as `derive` would move it."""
    region = values["sparehub:region"]
    region["hub"] = {
        "addressSpace": ["10.110.10.0/24"],
        "subnets": {
            "nva": {"addressPrefix": "10.110.10.0/25"},
            "GatewaySubnet": {"addressPrefix": "10.110.10.128/25"},
        },
        "nva": {"ipAddress": "10.110.10.10"},
    }
    region["remap"] = {"10.10.10.0/24": "10.110.10.0/24"}
    return values


def test_addresses_that_the_remap_moves_are_expected() -> None:
    """Prefixes, the NVA's address, and every route's next hop."""
    found = compared(shipped("primary"), remapped(shipped("secondary")))

    moved = [each.path for each in found if each.reason == "moved by region.remap"]
    assert {each.verdict for each in found} == {"expected"}
    assert moved == [
        "region.hub.addressSpace",
        "region.hub.subnets.GatewaySubnet.addressPrefix",
        "region.hub.subnets.nva.addressPrefix",
        "region.hub.nva.ipAddress",
        "region.routeTables.spokes.routes.0.0.0.0/0",
        "region.routeTables.gateway.routes.10.1.0.0/24",
        "region.routeTables.gateway.routes.10.2.0.0/24",
    ]


def test_an_address_that_was_not_moved_with_the_rest_is_wrong() -> None:
    """The remap says where it should be."""
    secondary = shipped("secondary")
    secondary["sparehub:region"]["remap"] = {"10.2.0.0/24": "10.102.0.0/24"}

    found = compared(shipped("primary"), secondary)

    wrong = [(each.path, each.reason) for each in found if each.verdict == "wrong"]
    assert ("region.spokes.spoke2.addressSpace", "region.remap moves it to 10.102.0.0/24") in wrong


def deployed(spoil: Callable[[Resources], object], name: str = "primary") -> list[Difference]:
    """Compare the shipped pair as it was deployed, after something happened to one's state."""
    stacks, regions = [], []
    for each in ("primary", "secondary"):
        resources = deepcopy(recorded(shipped(each), each))
        if each == name:
            spoil(resources)
        stacks.append(stack(each, shipped(each)))
        regions.append(read_state(resources).region)
    return deployed_parity(stacks[0], stacks[1], (regions[0], regions[1]))


def test_a_pair_that_stands_as_configured_differs_as_configured() -> None:
    """What the standby region's depth withholds is not a difference."""
    assert deployed(lambda _: None) == compared(shipped("primary"), shipped("secondary"))


def test_what_the_depth_withholds_is_taken_from_the_configuration() -> None:
    """A region that stands by without a gateway will have one."""
    secondary = changed(lambda r: r.update(standby={"depth": "network"}))
    primary = shipped("primary")
    stacks = stack("primary", primary), stack("secondary", secondary)
    states = [read_state(recorded(v, n)).region for n, v in (("p", primary), ("s", secondary))]

    assert deployed_parity(*stacks, (states[0], states[1])) == compared(primary, secondary)


def test_drift_is_wrong_for_its_stack_and_for_the_pair() -> None:
    """The state against its own configuration first, then against the other state."""
    found = deployed(lambda r: of(r, "routes/spokes").update(disableBgpRoutePropagation=False))

    path = "region.routeTables.spokes.disableBgpRoutePropagation"
    drift = Difference(
        path=path,
        primary={"configuration": True, "state": False},
        secondary=None,
        verdict="wrong",
        reason="the state of primary is not what its configuration builds",
        stack="primary",
    )
    between = Difference(
        path=path,
        primary=False,
        secondary=True,
        verdict="wrong",
        reason="must be the same in both regions",
    )
    assert [each for each in found if each.verdict == "wrong"] == [between, drift]


def test_drift_of_the_secondary_is_in_its_column() -> None:
    """A half of a peering that lost a flag."""
    found = deployed(
        lambda r: of(r, "spoke/spoke1/peering/hub-to-spoke").update(allowForwardedTraffic=False),
        "secondary",
    )

    drift = next(each for each in found if each.stack)
    assert drift.path == "region.spokes.spoke1.hubToSpoke.allowForwardedTraffic"
    assert (drift.primary, drift.secondary) == (None, {"configuration": True, "state": False})


def test_a_region_that_is_not_there_is_wrong_once_for_each_thing() -> None:
    """What lies inside of a missing thing is not listed again."""
    stacks = [stack(each, shipped(each)) for each in ("primary", "secondary")]
    nothing = read_state({}).region
    stands = read_state(recorded(shipped("secondary"), "secondary")).region

    found = deployed_parity(stacks[0], stacks[1], (nothing, stands))

    spokes = [each.path for each in found if each.stack and each.path.startswith("region.spokes")]
    assert spokes == ["region.spokes.spoke1", "region.spokes.spoke2"]


CONNECTIONS = "region.expressRoute.connections"
HONG_KONG = f"{CONNECTIONS}.hong-kong.circuit.location"
SINGAPORE = f"{CONNECTIONS}.singapore.circuit.location"


def recorded_in(stack: str, location: str | None) -> Values:
    """Return a stack's keys with the record of its circuit in a region; None: in its own."""

    def change(region: Values) -> None:
        (connection,) = region["expressRoute"]["connections"].values()
        connection["circuit"]["location"] = location

    return changed(change, stack)


@pytest.mark.parametrize(
    ("first", "second", "verdict", "found"),
    [
        (
            "koreacentral",
            "japaneast",
            "allowed",
            [(HONG_KONG, "koreacentral", None), (SINGAPORE, None, "japaneast")],
        ),
        ("koreacentral", "koreacentral", "allowed", []),
        ("eastasia", "japaneast", "wrong", [(HONG_KONG, "eastasia", None)]),
        (
            "southeastasia",
            "southeastasia",
            "wrong",
            [(HONG_KONG, "southeastasia", None), (SINGAPORE, None, "southeastasia")],
        ),
        (None, None, "wrong", [(HONG_KONG, "eastasia", None), (SINGAPORE, None, "southeastasia")]),
    ],
)
def test_records_of_circuits_may_differ_and_lie_outside_the_pair(
    first: str | None, second: str | None, verdict: str, found: list[tuple[str, Any, Any]]
) -> None:
    """In two regions is allowed; in a region of the pair is wrong, by default, too (ER-06)."""
    primary, secondary = recorded_in("primary", first), recorded_in("secondary", second)

    assert of_verdict(compared(primary, secondary), verdict) == found

    primary["sparehub:ignoredRules"] = {"ER-06": "ordered years ago"}
    assert of_verdict(compared(primary, secondary), "wrong") == []


def test_one_circuit_key_in_both_regions_is_one_line() -> None:
    """With both locations."""
    primary, secondary = recorded_in("primary", "koreacentral"), shipped("secondary")
    connections = secondary["sparehub:region"]["expressRoute"]["connections"]
    connections["hong-kong"] = connections.pop("singapore")
    connections["hong-kong"]["circuit"]["name"] = "erc-singapore"

    found = [each for each in compared(primary, secondary) if each.path == HONG_KONG]

    assert [(each.primary, each.secondary, each.verdict) for each in found] == [
        ("koreacentral", "japaneast", "allowed")
    ]


def test_a_circuit_that_stands_elsewhere_than_its_file_says_is_a_drift() -> None:
    """As read from the state."""
    states = (recorded(shipped("primary")), recorded(shipped("secondary"), "secondary"))
    of(states[0], "circuit/hong-kong/circuit")["location"] = "koreacentral"
    stacks = stack("primary", shipped("primary")), stack("secondary", shipped("secondary"))
    regions = [read_state(each).region for each in states]

    found = deployed_parity(*stacks, (regions[0], regions[1]))

    (drift,) = [each for each in found if each.verdict == "wrong"]
    assert (drift.path, drift.primary, drift.stack) == (
        HONG_KONG,
        {"configuration": "japaneast", "state": "koreacentral"},
        "primary",
    )


def recovering(first: Values | None = None, second: Values | None = None) -> list[Any]:
    """Return how a pair with Site Recovery differs, beyond what the shipped one does."""
    ours, theirs = shipped("primary"), shipped("secondary")
    ours["sparehub:region"]["replicate"] = REPLICATE if first is None else first
    if second != {}:
        theirs["sparehub:region"]["siteRecovery"] = SITE_RECOVERY if second is None else second
    found = compared(ours, theirs)
    usual = {each.path for each in compared(shipped("primary"), shipped("secondary"))}
    return [each for each in found if each.path not in usual]


def test_machines_are_replicated_in_one_direction_as_expected() -> None:
    """One file says what, the other one where to; the other way round as well."""
    found = recovering()

    assert [(each.path, each.primary, each.secondary, each.verdict) for each in found] == [
        ("region.replicate", ["app1", "dc1"], None, "expected"),
        ("region.siteRecovery", None, "rsv-sparehub", "expected"),
    ]
    first, second = shipped("primary"), shipped("secondary")
    first["sparehub:region"]["siteRecovery"] = SITE_RECOVERY
    second["sparehub:region"]["replicate"] = REPLICATE
    back = [each for each in compared(first, second) if "epli" in each.path or "Rec" in each.path]
    assert [(each.path, each.primary, each.secondary, each.verdict) for each in back] == [
        ("region.replicate", None, ["app1", "dc1"], "expected"),
        ("region.siteRecovery", "rsv-sparehub", None, "expected"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "path", "reason"),
    [
        (REPLICATE, {}, "region.replicate", "the other file has no siteRecovery"),
        (
            REPLICATE,
            SITE_RECOVERY | {"recoveryPlan": {"groups": {"3": {"after": [{"manual": "?"}]}}}},
            "region.siteRecovery.recoveryPlan.groups.3",
            "no machine is in this group",
        ),
        (
            REPLICATE,
            SITE_RECOVERY | {"cacheStorageAccount": {"name": "stsparehubcache1"}},
            "region.siteRecovery.cacheStorageAccount",
            "each region has a cache account of its own",
        ),
    ],
)
def test_files_that_contradict_each_other_on_site_recovery_are_wrong(
    first: Values, second: Values, path: str, reason: str
) -> None:
    """Each once, before the rest."""
    (wrong,) = [each for each in recovering(first, second) if each.verdict == "wrong"]

    assert (wrong.path, reason in wrong.reason) == (path, True)


REMAP = {"10.1.0.0/24": "10.11.0.0/24", "10.2.0.0/24": "10.12.0.0/24"}
MOVED = "moved by region.remap"


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict", "reason"),
    [
        (["10.1.0.10"], ["10.11.0.10"], "expected", MOVED),
        (
            ["192.168.0.53", "10.1.0.10"],
            ["10.11.0.10", "192.168.0.53"],
            "allowed",
            "the same servers in another order",
        ),
        (["10.1.0.10"], [], "wrong", "its twin asks Azure's own DNS (DNS-01)"),
        ([], ["192.168.0.53"], "wrong", "its twin asks Azure's own DNS (DNS-01)"),
        (["10.1.0.10"], ["10.1.0.10"], "wrong", "its twin asks other servers (DNS-02)"),
        (["10.1.0.10"], ["10.11.0.11"], "wrong", "its twin asks other servers (DNS-02)"),
    ],
)
def test_dns_servers_of_twins_are_the_same_servers(
    ours: list[str], theirs: list[str], verdict: str, reason: str
) -> None:
    """Moved as ``region.remap`` says; their order is a choice."""

    def second(region: Values) -> None:
        pairs.remapped(region)
        region.update(remap=REMAP, dnsServers=theirs)

    found = compared(changed(lambda r: r.update(dnsServers=ours), "primary"), changed(second))
    servers = [each for each in found if each.path.endswith("dnsServers")]

    assert {(each.verdict, each.reason) for each in servers} == {(verdict, reason)}
    assert len(servers) == 3


def test_other_dns_servers_are_allowed_with_a_reason() -> None:
    """The warning DNS-02 may be ignored; DNS-01 is an error."""
    theirs = changed(lambda r: r.update(dnsServers=["192.168.0.54"]))
    theirs["sparehub:ignoredRules"] = {"DNS-02": "each region has its forwarder"}
    found = compared(changed(lambda r: r.update(dnsServers=["192.168.0.53"]), "primary"), theirs)

    assert {(each.verdict, each.reason) for each in found if "dnsServers" in each.path} == {
        ("allowed", "DNS-02 is ignored: each region has its forwarder")
    }


def test_dns_servers_of_always_on_spokes_are_each_regions_own() -> None:
    """Another server that differs is wrong."""

    def found(*theirs: str) -> set[str]:
        files = [peered(name) for name in ("primary", "secondary")]
        for values, servers in zip(files, (["10.66.0.4", "10.67.0.4"], list(theirs)), strict=True):
            values["sparehub:region"]["dnsServers"] = servers
        return {each.verdict for each in compared(*files) if each.path.endswith("dnsServers")}

    assert found("10.67.0.4") == {"allowed"}
    assert found("10.67.0.4", "192.168.0.53") == {"wrong"}
