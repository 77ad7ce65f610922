"""What the program refuses by the rules before its first resource, and what it warns of."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.stack_program.policy import enforce
from sparehub.topology.errors import ConfigurationError
from sparehub.topology.state.resources import Resources
from tests.configurations import shipped
from tests.topology.rules.rule_inputs import in_region, stack

Said = list[tuple[str, str]]
QUIET = {"sparehub:ignoredRules": {"ER-02": "bought", "RT-13": "it stands"}}
SUBNET = {
    "urn::region/spoke/spoke1/app": {
        "type": "azure-native:network:Subnet",
        "outputs": {"name": "app", "serviceEndpoints": None},
    }
}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """Return what the program logs."""
    lines: Said = []
    for level in ("info", "warn"):
        monkeypatch.setattr(pulumi.log, level, lambda text, of=level: lines.append((of, text)))
    return lines


def outputs_of(stack_name: str, change: Callable[[dict[str, Any]], object]) -> Resources:
    """Return what a stack would have recorded, its region changed."""
    values = shipped(stack_name)
    change(values["sparehub:region"])
    outputs = {
        "location": values["azure-native:location"],
        "activation": values["sparehub:activation"],
        "region": values["sparehub:region"],
    }
    return {"urn": {"type": "pulumi:pulumi:Stack", "outputs": outputs}}


def lose_a_spoke(region: dict[str, Any]) -> None:
    region["spokes"].pop("spoke2")


def test_warnings_come_in_one_block(said: Said) -> None:
    """Those of this stack; the pair's own are said when it is deployed."""
    enforce(stack(shipped("secondary"), "secondary"), {}, outputs_of("primary", lambda _: None))
    enforce(stack(shipped("primary")), {}, outputs_of("secondary", lambda _: None))

    ((level, text),) = said
    assert level == "warn"
    assert [line.split(":")[0] for line in text.splitlines()] == [
        "the rules warn (`sparehub check` has the sources)",
        "  region.expressRoute.connections",
        "  region.hub.nva.ipAddress",
    ]


def test_what_was_read_is_said_as_ignored(said: Said) -> None:
    """With its reason, and no longer as a warning."""
    values = shipped("secondary") | QUIET
    enforce(stack(values, "secondary"), {}, outputs_of("primary", lambda _: None))

    ((level, text),) = said
    assert level == "info"
    assert [line.split(": ")[0] for line in text.splitlines()[1:]] == ["  ignored", "  ignored"]
    assert "(ER-02): bought" in text


def test_errors_of_the_pair_are_refused_where_they_can_be_mended(said: Said) -> None:
    """At the secondary, which lacks a spoke; at the primary it is a warning."""
    values = shipped("secondary") | QUIET
    lose_a_spoke(values["sparehub:region"])

    with pytest.raises(ConfigurationError) as caught:
        enforce(stack(values, "secondary"), {}, outputs_of("primary", lambda _: None))
    enforce(stack(shipped("primary")), {}, outputs_of("secondary", lose_a_spoke))

    problem = "region.spokes.spoke2: missing; primary has protected subnets in this spoke (SR-08)"
    assert str(caught.value) == (
        "the configuration of stack 'secondary' has 1 problem; nothing was created:\n  " + problem
    )
    assert [text.splitlines()[1] for _, text in said] == [f"  secondary: {problem}"]


def prefer(region_of_routers: str) -> Callable[[dict[str, Any]], None]:
    """Return a change of what a file says of on-premises' routers."""
    return lambda region: region["onPremises"].update(prefers=region_of_routers)


def test_a_preference_that_differs_is_refused_at_the_secondary(said: Said) -> None:
    """ER-23 is an error, and names what to deploy first."""
    with pytest.raises(ConfigurationError) as caught:
        enforce(
            stack(shipped("secondary") | QUIET, "secondary"),
            {},
            outputs_of("primary", prefer("primary")),
        )

    assert str(caught.value) == (
        "the configuration of stack 'secondary' has 1 problem; nothing was created:\n"
        "  region.onPremises.prefers: is none, and primary in primary: write the same value in "
        "both files and deploy primary first; until then neither region is preferred (ER-23)"
    )
    assert said == []


def test_a_new_preference_is_deployed_at_the_primary_and_then_at_the_secondary(said: Said) -> None:
    """The primary is warned of its pair, by its previous outputs; the secondary is not."""
    primary, secondary = shipped("primary"), shipped("secondary") | QUIET
    for values in (primary, secondary):
        prefer("primary")(values["sparehub:region"])

    enforce(stack(primary), {}, outputs_of("secondary", lambda _: None))
    problem = (
        "  secondary: region.onPremises.prefers: is none, and primary in primary: write the same "
        "value in "
        "both files and deploy primary first; until then neither region is preferred (ER-23)"
    )
    assert [text.splitlines()[1] for _, text in said] == [problem]
    enforce(stack(secondary, "secondary"), {}, outputs_of("primary", prefer("primary")))
    assert [level for level, _ in said] == ["warn", "info"]


def test_a_lost_pair_is_warned_of(said: Said) -> None:
    """Whoever overrides the interlock has no time to mend the rest."""
    values = shipped("secondary") | QUIET | {"sparehub:overrideInterlock": "eastasia is lost"}
    lose_a_spoke(values["sparehub:region"])

    enforce(stack(values, "secondary"), {}, outputs_of("primary", lambda _: None))

    assert [level for level, _ in said] == ["warn"]
    assert "(SR-08)" in said[0][1]


def test_a_region_that_breaks_a_rule_is_refused_without_a_pair() -> None:
    """With every error of the region."""
    values = shipped("primary")
    in_region(lambda r: r["hub"]["nva"].update(internetEgress="onPremises"))(values)
    values["sparehub:region"]["routes"] = {
        "gateway": [{"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualNetworkGateway"}]
    }

    with pytest.raises(ConfigurationError) as caught:
        enforce(stack(values), {}, {})

    assert {problem.rule for problem in caught.value.problems} == {"VN-12", "RT-11"}


def test_a_pair_that_another_version_wrote_is_warned_of(said: Said) -> None:
    """It does not keep this region from being deployed."""
    values = shipped("secondary") | QUIET
    older = outputs_of("primary", lambda region: region.update(oldKey=1))

    enforce(stack(values, "secondary"), {}, older)

    ((_, text),) = said
    assert "pairedStack: the outputs of 'primary' cannot be read" in text
    assert "region.oldKey: unknown key" in text


def test_an_endpoint_on_a_live_subnet_is_warned_of(said: Said) -> None:
    """Its connections to storage will close (RT-25b)."""
    enforce(stack(shipped("primary")), SUBNET, {})

    assert "region.spokes.spoke1.subnets.app: gets the Microsoft.Storage endpoint" in said[0][1]
