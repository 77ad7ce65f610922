"""The machines that a Recovery Services vault replicates, for the Pulumi program."""

import os
from collections.abc import Mapping
from typing import Any

from sparehub.azure.connect import azure_of
from sparehub.azure.reading import listed
from sparehub.azure.settings import Settings
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import UnreadableError

_NOT_FOUND = 404


def protected_items(vault: str, configured: Mapping[str, str]) -> tuple[Mapping[str, Any], ...]:
    """Return the protected items of a vault; none where there is no such vault.

    https://learn.microsoft.com/rest/api/site-recovery/replication-protected-items/list

    Args:
        vault: its id.
        configured: the `azure-native:` keys of the stack file, without the prefix.

    Raises:
        UnreadableError: where the list cannot be read to its end.
        PreflightError: where nobody is signed in.
    """
    settings = Settings(configured=configured, environment=os.environ)
    azure = azure_of(settings, ResourceId.parse(vault).subscription)
    found = listed(azure, f"{vault}/replicationProtectedItems")
    if found.status == _NOT_FOUND:
        return ()
    if found.problem:
        raise UnreadableError(found.problem)
    return found.items
