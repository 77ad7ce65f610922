"""The oracle by itself: what it must know of the source document's pair, and must not know."""

import ast
import sys
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Network
from itertools import product
from pathlib import Path

import pytest

from sparehub.topology.config.enums import Prefers
from sparehub.topology.model import resources
from tests.oracle.region import Region
from tests.oracle.trace import World
from tests.oracle.verdicts import Verdict, judge
from tests.topology.azure_bodies import Resource, given, rendered
from tests.topology.reachability.pairs import pair, table, with_table

HERE = Path(__file__).parent
FILES = [
    path
    for path in sorted(HERE.glob("*.py"))
    if not path.name.startswith("test_") and path.name != "comparison.py"  # which knows both
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_oracle_imports_nothing_of_the_verifier(path: Path) -> None:
    """The standard library and itself: an error shared with the verifier would not be seen."""
    modules: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules.append(str(node.module))
    foreign = {name for name in modules if name.split(".")[0] not in sys.stdlib_module_names}

    assert {name for name in foreign if not name.startswith("tests.oracle")} == set()


def world(primary: resources.Region, secondary: resources.Region) -> World:
    """Return both regions as the oracle reads them."""
    regions = {"primary": primary, "secondary": secondary}
    return World(*(Region(n, rendered(r, n), given(r)) for n, r in regions.items()))


def preferring(region: resources.Region, prefers: Prefers) -> resources.Region:
    """Return a region whose file names a preference."""
    return replace(region, on_premises=replace(region.on_premises, prefers=prefers))


def verdicts(
    primary: resources.Region, secondary: resources.Region
) -> dict[tuple[str, str], Verdict]:
    """Return the verdict of each pair that is not UNREACHABLE."""
    found = {pair: each.verdict for pair, each in judge(world(primary, secondary)).items()}
    return {pair: verdict for pair, verdict in found.items() if verdict is not Verdict.UNREACHABLE}


def inside(region: str) -> set[tuple[str, str]]:
    """Return the pairs within a region, and its way to the internet."""
    names = [f"{region}/{place}" for place in ("hub/nva", "spoke1/app", "spoke2/app")]
    return {(a, b) for a in names for b in (*names, "internet") if a != b}


def outside(region: str) -> set[tuple[str, str]]:
    """Return the pairs of a region and on-premises, both ways."""
    names = [f"{region}/{place}" for place in ("hub/nva", "spoke1/app", "spoke2/app")]
    return {pair for name in names for pair in ((name, "on-premises"), ("on-premises", name))}


def test_the_active_region_alone_reaches_on_premises() -> None:
    """Before a failover the primary, after it the secondary; each within itself, always."""
    for states, active in (
        (("active", "standby"), "primary"),
        (("standby", "active"), "secondary"),
    ):
        expected = inside("primary") | inside("secondary") | outside(active)

        assert verdicts(*pair(*states).values()) == dict.fromkeys(expected, Verdict.REACHABLE)


def test_two_live_regions_of_one_address_space_are_ambiguous() -> None:
    """On-premises may answer either; where both files name one, only that one reaches it."""
    primary, secondary = pair("active", "active").values()
    both = outside("primary") | outside("secondary")
    within = dict.fromkeys(inside("primary") | inside("secondary"), Verdict.REACHABLE)

    assert verdicts(primary, secondary) == within | dict.fromkeys(both, Verdict.AMBIGUOUS)

    for ours, theirs in product(Prefers, repeat=2):
        decided = verdicts(preferring(primary, ours), preferring(secondary, theirs))
        if ours is theirs is not Prefers.NONE:
            assert decided == within | dict.fromkeys(outside(ours.value), Verdict.REACHABLE)
        else:
            assert decided == within | dict.fromkeys(both, Verdict.AMBIGUOUS)


def test_a_stateful_nva_that_sees_one_way_only_is_asymmetric() -> None:
    """RT-22: without a route on GatewaySubnet a spoke is reached bypassing the NVA."""
    primary, secondary = pair().values()
    routes = tuple(r for r in table(primary, "gateway").routes if "spoke1" not in r.name)
    forgetful = with_table(primary, "gateway", routes=routes)
    found = judge(world(forgetful, secondary))

    broken = {pair for pair, each in found.items() if each.asymmetric}
    assert broken == {("primary/spoke1/app", "on-premises"), ("on-premises", "primary/spoke1/app")}
    assert {found[each].verdict for each in broken} == {Verdict.UNREACHABLE}


def test_above_1000_prefixes_a_connection_carries_nothing() -> None:
    """ER-21: with the hub's one, 999 of a spoke are carried and 1,000 are not."""
    primary, secondary = pair().values()

    def grown(count: int) -> resources.Region:
        first, second = primary.spokes
        space = (*first.virtual_network.address_space,)
        space += tuple(IPv4Network((0x0B000000 + (n << 8), 24)) for n in range(count))
        network = replace(first.virtual_network, address_space=space)
        return replace(primary, spokes=(replace(first, virtual_network=network), second))

    regions = [Region("primary", rendered(r, "primary"), given(r)) for r in map(grown, (997, 998))]
    assert [(len(r.live), len(r.advertised)) for r in regions] == [(1, 1000), (0, 0)]
    assert ("primary/spoke1/app", "on-premises") not in {
        key for key, each in judge(World(regions[1])).items() if each.verdict is Verdict.REACHABLE
    }
    assert secondary.connections == ()


def disabled(resources: list[Resource]) -> None:
    """ER-38: switch the private peering of every circuit off."""
    for each in resources:
        for peering in each["properties"].get("peerings", ()):
            peering["properties"]["state"] = "Disabled"


def unsynced(resources: list[Resource]) -> None:
    """PE-18: let the spokes know nothing of the hub's addresses."""
    for each in resources:
        for half in each["properties"].get("virtualNetworkPeerings", ()):
            if half["properties"]["useRemoteGateways"]:
                half["properties"]["remoteVirtualNetworkAddressSpace"]["addressPrefixes"] = []


def initiated(resources: list[Resource]) -> None:
    """PE-01: take every hub's half away."""
    for each in resources:
        if each["name"].startswith("vnet-hub"):
            each["properties"]["virtualNetworkPeerings"] = []


@pytest.mark.parametrize(
    ("change", "reached"),
    [
        (disabled, {"spoke2/app", "hub/nva", "internet"}),
        (unsynced, set()),
        (initiated, set()),
    ],
)
def test_what_no_model_says_is_read_from_the_resources(
    change: Callable[[list[Resource]], None], reached: set[str]
) -> None:
    """What the first spoke still reaches where Azure's own state is not what was written."""
    region = pair()["primary"]
    resources = rendered(region, "primary")
    change(resources)
    found = judge(World(Region("primary", resources, given(region))))

    assert {
        destination.removeprefix("primary/")
        for (source, destination), each in found.items()
        if source == "primary/spoke1/app" and each.verdict is Verdict.REACHABLE
    } == reached
