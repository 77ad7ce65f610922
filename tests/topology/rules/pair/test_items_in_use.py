"""What machines depend on is not taken away while a vault replicates them."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from sparehub.testing import preview
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import ReplacementRefusedError
from sparehub.topology.model.build import build
from sparehub.topology.model.recovery.recorded_source import recorded_source
from sparehub.topology.model.resources import Region
from sparehub.topology.rules.pair.items_in_use import (
    LostPart,
    ReplicatedItem,
    lost_parts,
    recorded_vault,
    refuse_parts_in_use,
)
from sparehub.topology.state.pulumi_state import outputs_of
from sparehub.topology.state.resources import Resources
from tests.configurations import OURS, ROOT, shipped, stack_of
from tests.site_recovery_files import REPLICATE, SITE_RECOVERY, protected, recovery

VAULT = f"{OURS}/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/rsv"
IN_SPOKE = "/subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/{}"
ITEM = {
    "name": "a" * 43,
    "properties": {
        "friendlyName": "app1",
        "providerSpecificDetails": {
            "selectedRecoveryAzureNetworkId": IN_SPOKE.format("There"),
            "vmNics": [
                {
                    "vMNetworkName": IN_SPOKE.format("here"),
                    "recoveryVMNetworkId": IN_SPOKE.format("There"),
                    "ipConfigs": [{"subnetName": "App", "recoverySubnetName": "web"}],
                }
            ],
        },
    },
}


REPLICATES = {"sparehub:region.replicate": REPLICATE}


def recorded() -> dict[str, Resources]:
    """Return what both stacks of a pair with Site Recovery recorded."""
    first = preview(ROOT / "Pulumi.primary.yaml", config=REPLICATES)
    second = preview(
        ROOT / "Pulumi.secondary.yaml",
        config={"sparehub:region.siteRecovery": SITE_RECOVERY},
        deployed={"primary": first},
    )
    return {"primary": first.state(), "secondary": second.state()}


STATES = recorded()


def wanted(values: dict[str, Any]) -> Region:
    """Return the region of a file, as the program sees it once the pair is deployed."""
    region = build(stack_of(values))
    if region.site_recovery is None:
        return region
    source = recorded_source(outputs_of(STATES["secondary"]))
    return replace(region, site_recovery=replace(region.site_recovery, source=source))


def lost(stack: str, values: dict[str, Any]) -> dict[str, str]:
    return {part.name: part.does for part in lost_parts(wanted(values), STATES[stack])}


def test_a_deployment_that_changes_nothing_takes_nothing_away() -> None:
    """So nothing is read from Azure; nor where a stack stands alone, or not at all."""
    assert lost("primary", protected()) == {}
    assert lost("secondary", recovery()) == {}
    assert lost_parts(wanted(recovery()), {}) == ()


@pytest.mark.parametrize("stays", [True, False])
def test_no_machine_depends_on_the_automation_account(stays: bool) -> None:  # noqa: FBT001 - a column
    """It switches the network beside them: a deployment with it or without it is not refused."""
    runbook = {"network": "runbook", "automation": {}}
    deployed = preview(
        ROOT / "Pulumi.secondary.yaml",
        config={"sparehub:region.siteRecovery": SITE_RECOVERY | runbook},
        deployed={"primary": preview(ROOT / "Pulumi.primary.yaml", config=REPLICATES)},
    )
    assert any("/automation/account" in urn for urn in deployed.state())

    region = wanted(with_recovery(**runbook) if stays else recovery())

    assert lost_parts(region, deployed.state()) == ()


def without_spoke(values: dict[str, Any]) -> dict[str, Any]:
    changed = deepcopy(values)
    del changed["sparehub:region"]["spokes"]["spoke2"]
    return changed


def with_recovery(**changes: Any) -> dict[str, Any]:
    values = recovery()
    values["sparehub:region"]["siteRecovery"] = SITE_RECOVERY | changes
    return values


def test_a_spoke_that_is_removed_takes_network_subnets_and_mappings_away() -> None:
    """In either region."""
    of_network = dict.fromkeys(
        ("region/spoke/spoke2/network", "region/spoke/spoke2/app"), "deletes"
    )
    mappings = dict.fromkeys(
        (
            "region/site-recovery/failover/spoke2",
            "region/site-recovery/failback/spoke2",
        ),
        "deletes",
    )

    assert lost("secondary", without_spoke(recovery())) == of_network | mappings
    values = protected()
    values["sparehub:region"]["replicate"] = REPLICATE | {"machines": {}}
    assert lost("primary", without_spoke(values)) == of_network


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"vault": {"name": "rsv-sparehub", "location": "japaneast"}}, {"vault/group", "vault"}),
        ({"cacheStorageAccount": {"name": "other"}}, {"cache/account"}),
        ({"resourceGroup": "rg-other"}, {"arrival", "cache/account"}),
        (
            {"names": {"fabrics": {"eastasia": "f"}}},
            {
                "fabric/eastasia/fabric",
                "fabric/eastasia/container",
                "failover/containers",
                "failover/spoke1",
                "failover/spoke2",
            },
        ),
        ({"names": {"policy": "p"}}, {"policy"}),
    ],
)
def test_another_name_or_place_replaces_what_stands(
    changes: dict[str, Any], names: set[str]
) -> None:
    """And what is below it."""
    found = lost("secondary", with_recovery(**changes))

    assert found == {
        f"region/site-recovery/{'vault/vault' if name == 'vault' else name}": "replaces"
        for name in names
    }


def test_without_its_keys_a_region_takes_everything_away() -> None:
    """The cache account of the one, all of Site Recovery of the other; no role assignment."""
    first = lost("primary", shipped("primary"))
    second = lost("secondary", shipped("secondary"))

    assert first == {"region/cache/account": "deletes"}
    assert set(second.values()) == {"deletes"}
    assert len(second) == 15
    assert {name.split("/")[1] for name in second} == {"site-recovery"}


def test_the_vault_is_known_from_either_stack() -> None:
    """Also from a resource, where a first deployment was cut off before its outputs."""
    vault = recorded_vault(STATES["secondary"])
    cut = {
        urn: each
        for urn, each in STATES["secondary"].items()
        if each["type"] != "pulumi:pulumi:Stack"
    }

    assert vault.endswith("/vaults/rsv-sparehub")
    assert recorded_vault(STATES["primary"], STATES["secondary"]) == vault
    assert recorded_vault(cut) == vault
    assert recorded_vault({}, STATES["primary"]) == ""


def test_an_item_says_its_networks_and_subnets() -> None:
    """On both sides, without case (SR-30)."""
    assert ReplicatedItem.of(ITEM) == ReplicatedItem(
        machine="app1",
        networks=frozenset({IN_SPOKE.format("here"), IN_SPOKE.format("there")}),
        subnets=frozenset({"app", "web"}),
    )


def of_spoke(name: str, subnet: str = "") -> LostPart:
    network = IN_SPOKE.format("there")
    identity = ResourceId.of(f"{network}/subnets/{subnet}" if subnet else network)
    return LostPart(name=name, id=identity, does="deletes", network=network)


def test_a_spoke_that_no_machine_is_in_may_go() -> None:
    """What serves every machine may not, nor may any spoke while a network is not known yet."""
    app1 = ReplicatedItem.of(ITEM)
    elsewhere = ReplicatedItem(machine="dc1", networks=frozenset({IN_SPOKE.format("other")}))
    unknown = ReplicatedItem(machine="new")
    vault = LostPart(name="v", id=of_spoke("").id, does="deletes")

    assert [of_spoke("s").serves(each) for each in (app1, elsewhere, unknown)] == [
        True,
        False,
        True,
    ]
    assert [vault.serves(each) for each in (app1, elsewhere, unknown)] == [True, True, True]
    assert [of_spoke("s", each).serves(app1) for each in ("WEB", "db")] == [True, False]


def test_the_refusal_names_part_machines_and_what_to_do() -> None:
    """In one message."""
    with pytest.raises(ReplacementRefusedError) as refused:
        refuse_parts_in_use(
            [of_spoke("region/spoke/spoke1/network")], VAULT, [ReplicatedItem.of(ITEM)]
        )

    assert str(refused.value).splitlines() == [
        "the vault rsv replicates machines, and this deployment takes away what they depend on:",
        "  deletes region/spoke/spoke1/network (there): app1",
        (
            "Nothing was changed. Put it back into the stack file, or end the replication of these "
            "machines first: `sparehub replicate --off` (SR-80)."
        ),
    ]


def test_a_long_refusal_is_cut() -> None:
    """A vault holds thousands of machines."""
    many = [ReplicatedItem(machine=f"m{number:03}") for number in range(100)]
    parts = [of_spoke(f"part{number}") for number in range(20)]

    with pytest.raises(ReplacementRefusedError) as refused:
        refuse_parts_in_use(parts, VAULT, many)

    lines = str(refused.value).splitlines()
    assert len(lines) == 19
    assert lines[1].endswith("m006, m007 and 92 more")
    assert lines[17] == "  and 4 more"


def test_nothing_is_refused_without_an_item() -> None:
    """The twin; Pulumi's own protection stays."""
    refuse_parts_in_use([of_spoke("region/spoke/spoke1/network")], VAULT, [])
    refuse_parts_in_use([], VAULT, [ReplicatedItem.of(ITEM)])
