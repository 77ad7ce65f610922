"""What cannot be brought back once the region of the vault is lost."""

from typing import Any

import pytest

from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.recovery.vault_loss import VaultLoss, vault_loss
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.configurations import OURS, shipped, stack_of
from tests.site_recovery_files import SITE_RECOVERY, protected, recovery

VAULT = f"{OURS}/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/theirs"


def pair(vault: dict[str, Any] | None = None) -> dict[str, Stack]:
    second = recovery()
    if vault is not None:
        second["sparehub:region"]["siteRecovery"] = SITE_RECOVERY | {"vault": vault}
    stacks = {"primary": stack_of(protected()), "secondary": stack_of(second)}
    return {
        name: Stack(name=name, config=config, region=build(config))
        for name, config in stacks.items()
    }


@pytest.mark.parametrize(
    ("vault", "name", "location", "survives", "means"),
    [
        (
            {},
            "rsv-sparehub-southeastasia",
            "southeastasia",
            False,
            "if that region is lost after a failover and re-protection, no machine can be failed",
        ),
        (
            {"location": "japaneast"},
            "rsv-sparehub-southeastasia",
            "japaneast",
            True,
            "it survives the loss of eastasia and of southeastasia. While japaneast is down, no",
        ),
        ({"id": VAULT}, "theirs", "", False, "the location of the vault theirs is not known"),
        ({"id": VAULT, "location": "japaneast"}, "theirs", "japaneast", True, "a third region"),
    ],
)
def test_the_vault_is_lost_with_its_region(
    vault: dict[str, Any], name: str, location: str, survives: object, means: str
) -> None:
    """There is no second copy of a vault; a third region keeps it through both disasters."""
    loss = vault_loss(pair(vault))

    assert loss == VaultLoss(
        vault=name, location=location, source="eastasia", target="southeastasia"
    )
    assert loss.survives_both is survives
    assert means in loss.meaning


def test_a_pair_that_replicates_nothing_loses_nothing() -> None:
    """Nor does a region that is only prepared to take over."""
    for first, second in ((shipped("primary"), recovery()), (protected(), shipped("secondary"))):
        stacks = {"primary": stack_of(first), "secondary": stack_of(second)}
        assert (
            vault_loss(
                {
                    name: Stack(name=name, config=config, region=build(config))
                    for name, config in stacks.items()
                }
            )
            is None
        )


@pytest.mark.parametrize("kind", [PlanKind.FAILOVER, PlanKind.FAILBACK])
def test_a_plan_rests_on_it(kind: PlanKind) -> None:
    """Both ways."""
    stacks = pair()
    loss = vault_loss(stacks)

    assert loss
    found = plan(stacks["primary"], stacks["secondary"], kind, Mode.PLANNED)
    assert found.assumptions[-1] == loss.meaning
