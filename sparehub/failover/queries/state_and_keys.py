"""Where Azure shows the storage account and the vault that have Pulumi's state and keys."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sparehub.azure.answers import Azure
from sparehub.failover.queries.resource_index import indexed
from sparehub.files.bounded_loading import LoadingError, load_yaml, read_bounded
from sparehub.stacks.stack_files import load_stack_file, read_stack_file
from sparehub.topology.errors import ConfigurationError
from sparehub.topology.planning.rights.state_and_keys import Keeper, keepers

_BACKEND = "PULUMI_BACKEND_URL"
"""What Pulumi reads before the project's file."""


def named_keepers(directory: Path, stacks: Iterable[str]) -> tuple[Keeper, ...]:
    """Return what the project and the stack files name; a file that is unreadable names nothing."""
    project = _project(directory / "Pulumi.yaml")
    if backend := os.environ.get(_BACKEND):
        project = {"backend": {"url": backend}}
    return keepers(project, {stack: _content(directory, stack) for stack in stacks})


def locations_of(azure: Azure, kept: Iterable[Keeper]) -> Mapping[tuple[str, str], str]:
    """Return the region of each one that Azure shows, by type and name in lower case."""
    return {
        (kind, str(row.get("name")).lower()): str(row.get("location"))
        for kind in {each.type for each in kept}
        for row in indexed(azure, kind, "name, location").items
    }


def _project(path: Path) -> Mapping[str, Any]:
    try:
        content = load_yaml(read_bounded(path))
    except (OSError, LoadingError):
        return {}
    return content if isinstance(content, dict) else {}


def _content(directory: Path, stack: str) -> Mapping[str, Any]:
    try:
        content: Mapping[str, Any] = load_stack_file(read_stack_file(directory, stack), stack)
    except ConfigurationError:
        return {}
    return content
