"""Plans: which steps, in which order, what they write and what recovery takes."""

from copy import deepcopy
from typing import Any

import pytest

from sparehub.topology.azure.durations import Duration
from sparehub.topology.config.enums import Prefers
from sparehub.topology.config.secrets import without_secrets
from sparehub.topology.errors import OptionsError
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.bgp_filters import on_premises_filters
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.operations import (
    CIRCUIT,
    CONNECTION,
    GATEWAY,
    PEERING,
    ResourceOperation,
    Verb,
)
from sparehub.topology.planning.plan import Mode, Plan, PlanKind, Program, fingerprint
from sparehub.topology.planning.steps.bandwidth import without_increases
from tests.configurations import OURS, THEIRS, shipped, stack_of, with_spokes

CREATE, UPDATE, DELETE = Verb.CREATE, Verb.UPDATE, Verb.DELETE
FENCE = ResourceOperation(DELETE, CONNECTION, "region/connection/hong-kong/connection")
CONNECT = ResourceOperation(CREATE, CONNECTION, "region/connection/singapore/connection")


def stack(name: str, values: dict[str, Any]) -> Stack:
    config = stack_of(values)
    return Stack(name=name, config=config, region=build(config))


def values(depth: str = "gateway") -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the shipped pair, both standing by at a depth."""
    pair = shipped("primary"), shipped("secondary")
    for each in pair:
        each["sparehub:region"]["standby"] = {"depth": depth}
    return pair


def planned(
    pair: tuple[dict[str, Any], dict[str, Any]],
    kind: PlanKind = PlanKind.FAILOVER,
    mode: Mode = Mode.PLANNED,
) -> Plan:
    return plan(stack("primary", pair[0]), stack("secondary", pair[1]), kind, mode)


def steps(found: Plan) -> list[tuple[str, tuple[str, ...], list[ResourceOperation]]]:
    return [
        (step.id, step.needs, sorted(step.change.operations) if step.change else [])
        for step in found.steps
    ]


def remapped(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Give the secondary addresses of its own."""
    region = pair[1]["sparehub:region"]
    region["hub"].update(addressSpace=["10.20.10.0/24"], nva={"ipAddress": "10.20.10.10"})
    region["hub"]["subnets"] = {
        "nva": {"addressPrefix": "10.20.10.0/25"},
        "GatewaySubnet": {"addressPrefix": "10.20.10.128/25"},
    }
    for number, spoke in enumerate(region["spokes"].values(), start=1):
        spoke["addressSpace"] = [f"10.20{number}.0.0/24"]
        spoke["subnets"] = {"app": {"addressPrefix": f"10.20{number}.0.0/24"}}


def test_overlapping_addresses_are_fenced_first() -> None:
    """One deletion, then one creation: about 271 s, with 1,153 where the gateway is to be made."""
    found = planned(values())

    assert steps(found) == [
        ("fence-primary", ("primary",), [FENCE]),
        ("activate-secondary", ("secondary",), [CONNECT]),
    ]
    assert found.recovery.critical_path == ("fence-primary", "activate-secondary")
    assert found.recovery.seconds == Duration(typical=271, worst=600)
    assert found.recovery.cold == Duration(typical=90 + 882 + 181, worst=300 + 7200 + 300)
    everybody = "hub, {0}/spoke1, {0}/spoke2"
    assert [step.effect for step in found.steps] == [
        "primary/" + everybody.format("primary") + " lose on-premises for about 271 s",
        "secondary/" + everybody.format("secondary") + " reach on-premises",
    ]


def test_raising_a_smaller_circuit_is_an_option() -> None:
    """An option of the failover, whose target has 200 of 1,000 Mbps; none of the way back."""
    (option,) = planned(values()).options

    assert option.title == "raise erc-singapore from 200 to 1000 Mbps"
    assert option.action.startswith(
        "pulumi config set --path 'sparehub:region.expressRoute.connections.singapore.circuit."
        "bandwidthInMbps' 1000 --stack secondary"
    )
    assert option.id not in [step.id for step in planned(values()).steps]
    assert planned(values(), PlanKind.FAILBACK).options == ()


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("depth", ["network", "gateway"])
def test_a_requested_bandwidth_increase_is_a_step_after_activation(mode: Mode, depth: str) -> None:
    """One update of the circuit, once the target is live; before the old gateway is taken down."""
    primary, secondary = map(stack, ("primary", "secondary"), values(depth))
    asked = plan(primary, secondary, PlanKind.FAILOVER, mode, raise_bandwidth=True)
    plain = plan(primary, secondary, PlanKind.FAILOVER, mode)
    raised = asked.step("raise-bandwidth-singapore")
    others = [step for step in asked.steps if step is not raised]

    assert raised.change is not None
    assert raised.change.operations == {
        ResourceOperation(UPDATE, CIRCUIT, "region/circuit/singapore/circuit")
    }
    assert (raised.needs, raised.after) == (("secondary",), ("activate-secondary",))
    assert (others, asked.options) == (list(plain.steps), ())
    assert asked.steps.index(raised) > asked.steps.index(asked.step("activate-secondary"))
    assert asked.steps[-1].id == ("stand-down-primary" if depth == "network" else raised.id)
    assert asked.recovery == plain.recovery
    assert asked.id != plain.id
    assert asked.configuration == plain.configuration


def test_where_no_circuit_is_smaller_none_can_be_raised() -> None:
    """The message says to remove the option."""
    primary, secondary = map(stack, ("primary", "secondary"), values())
    with pytest.raises(
        OptionsError, match=r"primary has no circuit of its own .* remove the option"
    ):
        plan(primary, secondary, PlanKind.FAILBACK, raise_bandwidth=True)


def test_a_raised_bandwidth_in_the_file_does_not_change_the_plan() -> None:
    """The run writes 1000 for 200; any other value is another configuration."""
    pair = values()
    raises = plan(
        stack("primary", pair[0]),
        stack("secondary", pair[1]),
        PlanKind.FAILOVER,
        raise_bandwidth=True,
    )
    for bandwidth, same in ((1000, True), (500, False)):
        other = values()
        connections = other[1]["sparehub:region"]["expressRoute"]["connections"]
        connections["singapore"]["circuit"]["bandwidthInMbps"] = bandwidth
        now = without_increases(stack("secondary", other[1]), raises.raises)
        again = plan(stack("primary", pair[0]), now, PlanKind.FAILOVER, raise_bandwidth=True)
        assert (again.id == raises.id) is same


def test_failback_is_the_same_with_the_roles_swapped() -> None:
    """The secondary is fenced, the primary connected."""
    found = planned(values(), PlanKind.FAILBACK)

    assert [each for each, _, _ in steps(found)] == ["fence-secondary", "activate-primary"]
    assert (found.source, found.target) == ("secondary", "primary")


def test_two_circuits_with_a_preferred_region_are_connected_first() -> None:
    """The target is connected first: nothing is lost meanwhile (ER-23)."""
    pair = values()
    for each in pair:
        each["sparehub:region"]["onPremises"]["prefers"] = "primary"
    found = planned(pair)

    assert [each for each, _, _ in steps(found)] == ["activate-secondary", "fence-primary"]
    assert found.conflict == ()
    assert found.recovery.seconds.typical == 181


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(one, other) for one in Prefers for other in Prefers if one is not other],
)
def test_preferences_that_differ_are_fenced_first(
    ours: Prefers, theirs: Prefers, mode: Mode
) -> None:
    """They count as none (ER-23), whichever side says what: nothing connects before the fence."""
    pair = values()
    for each, prefers in zip(pair, (ours, theirs), strict=True):
        each["sparehub:region"]["onPremises"]["prefers"] = prefers.value
    for kind in PlanKind:
        found = planned(pair, kind, mode)
        order = [step.id for step in found.steps]

        fence, activate = f"fence-{found.source}", f"activate-{found.target}"
        assert order.index(fence) < order.index(activate)
        assert found.step(activate).after == (fence,)
        assert found.conflict == ("10.1.0.0/24", "10.2.0.0/24", "10.10.10.0/24")


def test_one_circuit_is_fenced_first() -> None:
    """It must not carry both, even where the routers prefer one (ER-18)."""
    pair = values()
    for each in pair:
        each["sparehub:region"]["onPremises"]["prefers"] = "primary"
    circuit = pair[0]["sparehub:region"]["expressRoute"]["connections"]
    pair[1]["sparehub:region"]["expressRoute"]["connections"] = deepcopy(circuit)
    found = planned(pair)

    assert [each for each, _, _ in steps(found)] == ["fence-primary", "activate-secondary"]


def test_addresses_that_do_not_overlap_are_connected_first() -> None:
    """Connect, prove, disconnect."""
    pair = values()
    remapped(pair)
    found = planned(pair)

    assert [each for each, _, _ in steps(found)] == ["activate-secondary", "fence-primary"]
    # The primary is left while the secondary is live: nobody waits for anything.
    assert found.steps[1].effect == "primary/hub, primary/spoke1, primary/spoke2 lose on-premises"
    assert [each for each, _, _ in steps(planned(pair, mode=Mode.UNPLANNED))] == [
        "activate-secondary"
    ]


def test_at_depth_network_the_old_gateway_is_deleted_last() -> None:
    """The fence is the connection alone; the quarter hour of a gateway's deletion waits."""
    found = planned(values("network"))
    peerings = [
        ResourceOperation(UPDATE, PEERING, f"region/spoke/{spoke}/peering/spoke-to-hub")
        for spoke in ("spoke1", "spoke2")
    ]
    gateway = "region/expressroute/gateway"

    assert steps(found) == [
        ("fence-primary", ("primary",), [FENCE]),
        (
            "activate-secondary",
            ("secondary",),
            sorted([ResourceOperation(CREATE, GATEWAY, gateway), CONNECT, *peerings]),
        ),
        (
            "stand-down-primary",
            ("primary",),
            sorted([ResourceOperation(DELETE, GATEWAY, gateway), *peerings]),
        ),
    ]
    assert found.recovery.critical_path == ("fence-primary", "activate-secondary")
    assert found.recovery.seconds == found.recovery.cold


def test_above_200_prefixes_spokes_are_withheld_last() -> None:
    """The fence is one write however many spokes there are: withholding them is for the way back.

    Of 200 updates 64 are under way at once: four times the time of one (ER-36).
    """
    pair = values()
    for each in pair:
        each["sparehub:region"]["spokes"] = with_spokes(each, 200)["sparehub:region"]["spokes"]
    found = planned((pair[0], pair[1]))
    updates = [
        ResourceOperation(UPDATE, PEERING, f"region/spoke/{spoke}/peering/spoke-to-hub")
        for spoke in pair[0]["sparehub:region"]["spokes"]
    ]

    assert steps(found) == [
        ("fence-primary", ("primary",), [FENCE]),
        ("activate-secondary", ("secondary",), sorted([CONNECT, *updates])),
        ("stand-down-primary", ("primary",), sorted(updates)),
    ]
    fenced, taken, down = found.steps
    assert fenced.change is not None
    assert fenced.change.disconnected
    assert (taken.seconds.typical, down.seconds.typical) == (181 + 4 * 10, 4 * 10)
    assert found.recovery.seconds.typical == 90 + 181 + 4 * 10


def test_at_depth_connection_nothing_is_created() -> None:
    """One update a spoke, in parallel."""
    pair = values("connection")
    for each in pair:
        each["sparehub:region"]["onPremises"]["prefers"] = "primary"
    found = planned(pair)

    operations = [each for _, _, writes in steps(found) for each in writes]
    assert {each.verb for each in operations} == {UPDATE}
    assert len(operations) == 4
    assert found.recovery.seconds.typical == 10


@pytest.mark.parametrize("kind", PlanKind)
@pytest.mark.parametrize("depth", ["network", "gateway"])
def test_no_unplanned_step_needs_the_source(kind: PlanKind, depth: str) -> None:
    """It is probed for at most 30 s, and fenced without its help."""
    found = planned(values(depth), kind, Mode.UNPLANNED)

    assert [(step.id, step.needs) for step in found.steps] == [
        (f"probe-{found.source}", ()),
        (f"fence-{found.source}", ()),
        (f"activate-{found.target}", (found.target,)),
        *([(f"stand-down-{found.source}", ())] if depth == "network" else []),
    ]
    assert found.steps[0].seconds.worst == 30


def test_the_id_is_a_hash_of_the_whole_plan() -> None:
    """The same twice; another one for another spoke or mode; kept by its document."""
    pair = values()
    found = planned(pair)
    document = found.document()
    other = values()
    other[1]["sparehub:region"]["spokes"]["spoke1"]["subnets"]["app"]["protected"] = False
    switched = values()
    switched[0]["sparehub:activation"] = "standby"

    assert found.id == planned(values()).id
    assert fingerprint({k: v for k, v in document.items() if k != "id"}) == document["id"]
    assert len({found.id, planned(other).id, planned(pair, mode=Mode.UNPLANNED).id}) == 3
    # The run turns the switch itself: that alone is no other plan and no other configuration.
    assert planned(switched).id == found.id
    assert planned(switched).configuration == found.configuration
    assert planned(other).configuration != found.configuration


OTHERS: dict[str, Any] = {
    "sparehub:ignoredRules": {"ER-02": "bought"},
    "sparehub:drill": True,
    "azure-native:subscriptionId": "00000000-0000-0000-0000-000000000001",
    "azure-native:tenantId": "00000000-0000-0000-0000-000000000002",
    "azure-native:environment": "usgovernment",
    "azure-native:clientId": "somebody",
}


@pytest.mark.parametrize("key", OTHERS)
@pytest.mark.parametrize("which", [0, 1], ids=["primary", "secondary"])
def test_the_id_covers_every_key_of_both_files(which: int, key: str) -> None:
    """Who confirms a plan confirms the subscription and the cloud that it is carried out in."""
    other = values()
    other[which][key] = OTHERS[key]

    assert planned(other).id != planned(values()).id
    same = planned(other).configuration == planned(values()).configuration
    assert same is (key == "sparehub:drill")  # `drill start` turns it between two operations


TURNED: dict[str, Any] = {
    "sparehub:activation": "standby",
    "sparehub:overrideInterlock": "primary is lost",
    "sparehub:disconnected": True,
}


@pytest.mark.parametrize("key", TURNED)
def test_keys_that_a_run_changes_do_not_change_the_id(key: str) -> None:
    """The same plan, before and after: in the file of either standby."""
    pair = values()
    pair[0]["sparehub:activation"] = "standby"
    other = deepcopy(pair)
    other[0][key] = TURNED[key]

    assert planned(other).id == planned(pair).id


@pytest.mark.parametrize(
    "other",
    [
        Program(digest="another program"),
        Program(packages="other packages"),
        Program(project={"name": "another"}),
        Program(project={"name": "sparehub", "main": "elsewhere"}),
    ],
    ids=["program", "packages", "project", "main"],
)
def test_the_id_covers_the_program(other: Program) -> None:
    """And the configuration does not: `resume` goes on with the next version, too."""
    pair = stack("primary", values()[0]), stack("secondary", values()[1])
    ours = plan(*pair, PlanKind.FAILOVER, program=Program(project={"name": "sparehub"}))
    theirs = plan(*pair, PlanKind.FAILOVER, program=other)

    assert ours.id != theirs.id
    assert ours.configuration == theirs.configuration


@pytest.mark.parametrize("secret", ["clientSecret", "oidcToken"])
def test_no_secret_of_the_provider_is_in_a_plan(secret: str) -> None:
    """Neither encrypted nor in clear, in no way that could be guessed from the id."""
    ids = set()
    for value in ("hush", "another", {"secure": "v1:abc"}):
        pair = values()
        said = without_secrets({f"azure-native:{secret}": value})
        pair[0].update(said)
        found = planned(pair)
        ids.add(found.id)
        assert "hush" not in str(found.document())

    assert len(ids) == 1


def test_no_key_is_in_a_plan() -> None:
    """Authorization keys are secrets: a plan is printed, mailed and kept."""
    pair = values()
    pair[0]["sparehub:region"]["expressRoute"]["connections"]["hong-kong"]["circuit"] = {
        "id": f"{OURS}/resourceGroups/g/providers/Microsoft.Network/expressRouteCircuits/c",
        "peeringLocation": "Hong Kong",
        "sku": {"tier": "Standard"},
        "bandwidthInMbps": 1000,
        "authorizationKey": "very-secret",
    }

    assert "very-secret" not in str(planned(pair).document())


LENT = f"{THEIRS}/resourceGroups/g/providers/Microsoft.Network/expressRouteCircuits/lent"


def sharing(*, key: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a pair on a circuit that somebody else owns, by a key each or by none."""
    pair = values()
    for each in pair:
        circuit = {
            "id": LENT,
            "peeringLocation": "Hong Kong",
            "sku": {"tier": "Standard"},
            "bandwidthInMbps": 500,
            **({"authorizationKey": "[secret]"} if key else {}),
        }
        each["sparehub:region"]["expressRoute"]["connections"] = {"lent": {"circuit": circuit}}
    return pair


@pytest.mark.parametrize("kind", [PlanKind.FAILOVER, PlanKind.FAILBACK])
def test_a_key_that_may_be_used_up_is_a_step_before_anything_is_disconnected(
    kind: PlanKind,
) -> None:
    """It names the circuit, needs neither region, and counts in the recovery time."""
    found = planned(sharing(), kind)
    issue, *_, revoke = found.steps

    assert [step.id for step in found.steps] == [
        "renew-authorization-lent",
        f"fence-{found.source}",
        f"activate-{found.target}",
        "remove-authorization-lent",
    ]
    assert found.recovery.critical_path == tuple(step.id for step in found.steps[:3])
    assert found.recovery.seconds == Duration(typical=31 + 90 + 181, worst=63 + 300 + 300)
    assert issue.action.startswith(f"PUT an authorization on {LENT}")
    assert f"--stack {found.target}" in issue.action
    assert (issue.needs, issue.after, issue.writes) == ((), (), "at most 1")
    assert "nothing is written" in issue.precondition
    assert "authorization keys are taken for used up" in " ".join(found.assumptions)
    assert LENT in revoke.action
    assert (revoke.after, revoke.writes) == ((f"activate-{found.target}",), "if any")


def test_where_no_key_is_configured_no_authorization_is_written() -> None:
    """Nor for an owned circuit, nor where the standby keeps its connection."""
    warm = sharing()
    for each in warm:
        each["sparehub:region"]["standby"] = {"depth": "connection"}
    remapped(warm)
    for pair in (values(), sharing(key=False), warm):
        found = planned(pair)
        assert not any("authorization" in step.id for step in found.steps)
        assert "authorization" not in " ".join(found.assumptions)


def test_unplanned_nothing_is_issued_before_the_fence_succeeds() -> None:
    """What is withdrawn has changed nothing; without a conflict there is nothing to wait for."""
    apart = sharing()
    remapped(apart)

    assert [step.id for step in planned(sharing(), mode=Mode.UNPLANNED).steps] == [
        "probe-primary",
        "fence-primary",
        "renew-authorization-lent",
        "activate-secondary",
        "remove-authorization-lent",
    ]
    assert [step.id for step in planned(apart, mode=Mode.UNPLANNED).steps] == [
        "renew-authorization-lent",
        "activate-secondary",
        "remove-authorization-lent",
    ]
    assert [step.id for step in planned(apart).steps] == [
        "renew-authorization-lent",
        "activate-secondary",
        "fence-primary",
        "remove-authorization-lent",
    ]


def test_two_keys_are_renewed_one_after_the_other() -> None:
    """Azure writes one thing of a circuit at a time: the path runs through both."""
    pair = sharing()
    for each in pair:
        connections = each["sparehub:region"]["expressRoute"]["connections"]
        connections["more"] = deepcopy(connections["lent"])
        connections["more"]["circuit"]["id"] = f"{LENT}-more"
    found = planned(pair)

    assert found.recovery.critical_path == (
        "renew-authorization-lent",
        "renew-authorization-more",
        "fence-primary",
        "activate-secondary",
    )
    assert found.recovery.seconds.typical == 2 * (31 + 90 + 181)


def test_filters_name_every_prefix_and_both_neighbours() -> None:
    """Two vendors' syntax; Microsoft's end of each link is its second host (ER-10)."""
    source, target = (stack(name, each).region for name, each in zip("ab", values(), strict=True))
    text = on_premises_filters(source, target, ("10.1.0.0/24", "10.9.9.9/32"))

    assert "ip prefix-list SPAREHUB-FENCE seq 5 deny 10.1.0.0/24 le 32\n" in text
    assert "ip prefix-list SPAREHUB-FENCE seq 10 deny 10.9.9.9/32\n" in text
    assert "set protocols bgp group <group> neighbor 172.16.0.6 import SPAREHUB-FENCE" in text
    assert "neighbor 172.16.0.2 prefix-list SPAREHUB-FENCE in" in text
    assert "no prefix filter can separate them" in on_premises_filters(
        source, source, ("10.1.0.0/24",)
    )


@pytest.mark.parametrize(
    ("location", "through", "lost"),
    [
        ("japaneast", "japaneast", ""),
        (None, "eastasia", "; with eastasia down, not the fence at the circuit"),
    ],
)
def test_an_unplanned_plan_says_which_regions_hold_the_records_of_circuits(
    location: str | None, through: str, lost: str
) -> None:
    """The fence and the new connection are written through them."""
    pair = values()
    connections = pair[0]["sparehub:region"]["expressRoute"]["connections"]
    connections["hong-kong"]["circuit"]["location"] = location

    found = planned(pair, PlanKind.FAILOVER, Mode.UNPLANNED)

    by_id = {step.id: step for step in found.steps}
    fence, activate = by_id["fence-primary"], by_id["activate-secondary"]
    assert fence.precondition == f"primary answers, or its circuits' records do, in {through}"
    assert f"if not, through {through}: revoke the authorization" in fence.action
    assert activate.precondition.endswith("; its circuits' records answer, in japaneast")
    assert found.assumptions[-1] == (
        "Azure writes a circuit through the region of its record: the fence at the circuit through "
        f"{through}, the new connection through japaneast{lost}"
    )
    assert not any("record of" in each for each in planned(pair).assumptions)


MACHINE = f"{OURS}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/nva"


def started(stack_name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the shipped pair, one of which starts its NVA when it takes over."""
    pair = values()
    nva = pair[stack_name == "secondary"]["sparehub:region"]["hub"]["nva"]
    nva.update(id=MACHINE, standby="startAtFailover")
    return pair


@pytest.mark.parametrize(
    ("mode", "order"),
    [
        (Mode.PLANNED, ["start-nva-secondary", "fence-primary", "activate-secondary"]),
        (
            Mode.UNPLANNED,
            ["probe-primary", "fence-primary", "start-nva-secondary", "activate-secondary"],
        ),
    ],
)
def test_an_nva_that_is_off_is_started_before_its_region_is_connected(
    mode: Mode, order: list[str]
) -> None:
    """Planned before anything is disconnected; unplanned behind the fence, if one holds."""
    found = planned(started("secondary"), mode=mode)

    assert [step.id for step in found.steps] == order
    step = found.step("start-nva-secondary")
    assert (str(step.starts), step.needs, step.writes) == (MACHINE, ("secondary",), "if any")
    assert step.seconds == Duration(typical=94, worst=600)
    assert "start-nva-secondary" in found.recovery.critical_path
    assert found.id != planned(values(), mode=mode).id


def test_an_nva_of_the_source_keeps_running_and_the_plan_says_so() -> None:
    """Sparehub stops no machine; the plan of a failback names what is billed."""
    found = planned(started("secondary"), kind=PlanKind.FAILBACK)

    assert [step.id for step in found.steps] == ["fence-secondary", "activate-primary"]
    (said,) = (each for each in found.assumptions if "NVA" in each)
    assert said == (
        "the NVA of secondary is not stopped: it keeps running, and is billed, until it is "
        f"deallocated by hand (az vm deallocate --ids ..., of {MACHINE})"
    )
    assert not [each for each in planned(values()).assumptions if "NVA" in each]
