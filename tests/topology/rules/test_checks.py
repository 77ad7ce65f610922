"""All rules over one region and over a pair, without ignored warnings."""

from typing import Any

from sparehub.topology.azure.sources import SOURCES
from sparehub.topology.model.pair import PairSummary, summarize_pair
from sparehub.topology.rules.checks import check_all, check_pair, check_region
from sparehub.topology.rules.findings import Finding
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.stack_outputs import recorded_stack
from sparehub.topology.rules.suppressions import Suppressed, without_suppressed
from tests.configurations import shipped
from tests.topology.rules.rule_inputs import (
    both,
    gateway,
    in_region,
    more_circuits,
    nothing,
    pair,
    spokes,
    stack,
)

BANDWIDTH = Finding(
    severity="warning",
    stack="secondary",
    path="region.expressRoute.connections",
    message="200 Mbps where primary has 1000: it can be raised only if the port has capacity then, "
    "so order what the load after a failover needs",
    rule="ER-02",
    source=SOURCES["ER-02"],
)
NVA = Finding(
    severity="warning",
    stack="secondary",
    path="region.hub.nva.ipAddress",
    message="an NVA with IP forwarding must exist at 10.10.10.10 in southeastasia: every route of "
    "the spokes points to it, and Sparehub does not create it",
    rule="RT-13",
    source=SOURCES["RT-13"],
)


def test_the_shipped_pair_is_in_order() -> None:
    """Two warnings: the smaller circuit of the source document, and the NVA."""
    assert sorted(check_all(pair()())) == [BANDWIDTH, NVA]
    assert list(check_region(pair()().primary)) == []


def test_which_stack_is_primary_does_not_depend_on_the_order() -> None:
    """Errors of the pair are reported at the same stack."""
    wrong = pair(second=in_region(lambda r: r["spokes"].pop("spoke2")))()

    assert sorted(check_all(wrong)) == sorted(check_all(wrong[::-1]))
    assert [f.stack for f in check_pair(*wrong) if f.severity == "error"] == ["secondary"]


def test_an_ignored_warning_is_reported_apart_with_its_reason() -> None:
    """By the file of its own stack; an error of the same rule is still an error."""
    values = shipped("secondary")
    values["sparehub:ignoredRules"] = {"ER-02": "bought", "VN-10": "it is full"}
    region = values["sparehub:region"]
    region["hub"]["subnets"]["GatewaySubnet"]["addressPrefix"] = "10.10.10.128/28"
    gateway(region).update(sku="ErGw3AZ")
    more = more_circuits(15, "Hong Kong", "Hong Kong2", "Jakarta", "Taipei")
    region["expressRoute"]["connections"]["hong-kong"] = shipped("primary")["sparehub:region"][
        "expressRoute"
    ]["connections"]["hong-kong"]
    more(region)
    stacks = Pair(pair()().primary, stack(values, "secondary"))

    kept, ignored = without_suppressed(check_all(stacks), stacks)

    assert [(each.finding.rule, each.reason) for each in ignored] == [("VN-10", "it is full")]
    assert ("error", "VN-10") in [(each.severity, each.rule) for each in kept]


def test_a_stack_ignores_its_own_warnings_alone() -> None:
    """A reason in the primary's file has no effect on the secondary."""

    def ignore(values: dict[str, Any]) -> None:
        values["sparehub:ignoredRules"] = {"ER-02": "bought"}

    there, elsewhere = pair(second=ignore)(), pair(first=ignore)()

    assert without_suppressed(check_all(there), there) == ([NVA], [Suppressed(BANDWIDTH, "bought")])
    assert without_suppressed(check_all(elsewhere), elsewhere) == ([BANDWIDTH, NVA], [])


def test_a_pair_of_five_hundred_spokes_is_checked_by_every_rule() -> None:
    """The gateway's table is longer than the limit that Microsoft used to publish."""
    many = in_region(spokes(500))

    found = [(each.severity, each.stack, each.rule) for each in check_all(pair(many, many)())]

    assert sorted(found) == [
        ("warning", "primary", "RT-17"),
        ("warning", "secondary", "ER-02"),
        ("warning", "secondary", "RT-13"),
        ("warning", "secondary", "RT-17"),
    ]


def test_topology_of_one_circuit_with_other_addresses() -> None:
    """Nothing overlaps, so both may be connected, in any order."""

    def move(values: dict[str, Any]) -> None:
        region = values["sparehub:region"]
        region["hub"] = {
            "addressSpace": ["10.20.10.0/24"],
            "subnets": {
                "nva": {"addressPrefix": "10.20.10.0/25"},
                "GatewaySubnet": {"addressPrefix": "10.20.10.128/25"},
            },
            "nva": {"ipAddress": "10.20.10.10"},
        }
        region["spokes"] = {}
        region["expressRoute"]["connections"] = shipped("primary")["sparehub:region"][
            "expressRoute"
        ]["connections"]

    assert summarize_pair(list(pair(second=move)())) == PairSummary(
        circuits=1,
        peering_locations=1,
        bow_tie=False,
        addresses="remapped",
        connected_at_once=True,
        order="either",
    )


def test_topology_of_a_bow_tie_with_retained_addresses() -> None:
    """Both may be connected on two circuits where both files name the same preferred region."""

    def prefer(values: dict[str, Any]) -> None:
        values["sparehub:region"]["onPremises"]["prefers"] = "primary"

    bow_tie = pair(both(prefer, in_region(more_circuits(1, "Singapore"))), prefer)()
    one_sided = pair(both(prefer, in_region(more_circuits(1, "Singapore"))))()
    alone = summarize_pair([pair()().primary])

    found = summarize_pair(list(bow_tie))
    assert (found.circuits, found.bow_tie, found.connected_at_once) == (3, True, True)
    assert (summarize_pair(list(pair()())).order, alone.order) == ("disconnect then connect", None)
    assert summarize_pair(list(one_sided)).connected_at_once is False


def recorded(**changes: Any) -> dict[str, Any]:
    """Return what the primary's stack recorded, as Pulumi hands it back: numbers are floats."""
    config = pair()().primary.config
    region = config.region.model_dump(mode="json", by_alias=True, exclude_unset=True)
    circuit = region["expressRoute"]["connections"]["hong-kong"]["circuit"]
    circuit["bandwidthInMbps"] = float(circuit["bandwidthInMbps"])
    circuit["privatePeering"]["vlanId"] = float(circuit["privatePeering"]["vlanId"])
    outputs = {"location": "eastasia", "activation": "active", "region": region, **changes}
    return {"urn": {"type": "pulumi:pulumi:Stack", "outputs": outputs}}


def test_a_stack_is_read_back_from_its_outputs() -> None:
    """The same configuration and region, so that the rules find the same."""
    expected = pair(first=nothing)().primary

    assert recorded_stack("primary", recorded(), paired_stack="secondary") == expected
    assert recorded_stack("primary", {}, paired_stack="secondary") is None
