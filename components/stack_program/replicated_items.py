"""Asks the vault, before anything is taken away, whether machines depend on it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pulumi.runtime.config import get_config_env
from pulumi_azure_native import authorization

from sparehub.topology.model.resources import Region
from sparehub.topology.rules.pair.items_in_use import (
    ReplicatedItem,
    lost_parts,
    recorded_vault,
    refuse_parts_in_use,
)
from sparehub.topology.state.resources import Resources

from . import messages

ReadItems = Callable[[str, Mapping[str, str]], Iterable[Mapping[str, Any]]]
"""Lists the protected items of a vault, by the provider's settings in the stack file."""


def hold_parts_in_use(
    region: Region, recorded: Resources, paired: Resources, read: ReadItems | None
) -> None:
    """Refuse a deployment that takes away what a replicated machine depends on.

    The vault is read once, and only where a deployment deletes or replaces such a part. One that
    does not answer is warned of, as a route table is: a region may be lost.

    Raises:
        ReplacementRefusedError: with the parts, the machines and what to do first.
    """
    lost = lost_parts(region, recorded)
    vault = recorded_vault(recorded, paired) if lost else ""
    if not vault:
        return
    try:
        items = [ReplicatedItem.of(each) for each in _asked(vault, read)]
    except Exception as error:  # noqa: BLE001 - any error of Azure, of the provider or of an import
        messages.warn(
            f"the vault {vault} could not be read, so it is unknown whether machines depend on "
            f"{', '.join(part.name for part in lost)}, which this deployment takes away: {error}"
        )
        return
    refuse_parts_in_use(lost, vault, items)


def _asked(vault: str, read: ReadItems | None) -> Iterable[Mapping[str, Any]]:
    if read is None:
        raise LookupError("this program does not read vaults: `sparehub init` writes one that does")
    # A provider has no list of items. It is asked who is signed in, so that nothing is read where
    # no provider answers, as under Pulumi's mocks.
    authorization.get_client_config()
    prefix = "azure-native:"
    settings = {
        key.removeprefix(prefix): value
        for key, value in get_config_env().items()
        if key.startswith(prefix)
    }
    return read(vault, settings)
