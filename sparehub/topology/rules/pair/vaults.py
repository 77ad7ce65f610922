"""The vault of a pair: which region it is lost with, and the names of what is in it."""

from collections.abc import Iterator

from sparehub.topology.model.recovery.vault_loss import vault_loss
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.rule import RuleFault, rule

_SITE_RECOVERY = "region.siteRecovery"


@rule(
    "SR-02",
    severity="warning",
    why="A vault in the region that takes over is lost with it, in a second disaster.",
)
def the_vault_survives_either_region(pair: Pair) -> Iterator[RuleFault]:
    """It is in a third region; said of machines that are replicated."""
    loss = vault_loss({stack.name: stack for stack in pair})
    if loss is None or loss.survives_both or loss.location == loss.source:
        return  # a vault in the source region has a rule of its own
    target = next(stack for stack in pair if stack.config.region.site_recovery)
    advice = (
        ". Name a third region before machines are replicated: a vault with items cannot be moved"
    )
    message = loss.meaning + (advice if loss.location else "")
    yield RuleFault(f"{_SITE_RECOVERY}.vault.location", message, target.name)


@rule("CONFIG", why="A name that belongs to no region or spoke of the pair would name nothing.")
def names_in_the_vault_are_of_the_pair(pair: Pair) -> Iterator[RuleFault]:
    """Of fabrics and containers by the two locations, of network mappings by spoke."""
    locations = {stack.region.location for stack in pair}
    for stack in pair:
        recovery = stack.config.region.site_recovery
        if recovery is None:
            continue
        names = recovery.names
        for kind, given in (("fabrics", names.fabrics), ("containers", names.containers)):
            for location in sorted(given.keys() - locations):
                message = f"is not a region of the pair: {' and '.join(sorted(locations))}"
                yield RuleFault(f"{_SITE_RECOVERY}.names.{kind}.{location}", message, stack.name)
        for way, direction in (("failover", names.failover), ("failback", names.failback)):
            for spoke in sorted(direction.networks.keys() - stack.config.region.spokes.keys()):
                path = f"{_SITE_RECOVERY}.names.{way}.networks.{spoke}"
                yield RuleFault(path, "there is no spoke of this name", stack.name)


VAULTS = (the_vault_survives_either_region, names_in_the_vault_are_of_the_pair)
