"""Writes a recording down: as data for the roles, and the roles as files for Azure."""

import json
from collections.abc import Mapping
from pathlib import Path

from engine.paths import ROOT
from sparehub.topology.azure.role_definitions.custom import ROLES
from sparehub.topology.azure.role_definitions.role import PLACEHOLDER

DATA = ROOT / "sparehub" / "topology" / "azure" / "role_definitions" / "recorded.py"
FILES = ROOT / "sparehub" / "cli" / "rights" / "definitions"
_HEAD = '''"""The actions that Azure checked while each command ran; written by `make roles`.

By command and by where the actions apply: at a subscription; at a group or resource; at a circuit
of theirs, which is another team's; above that circuit, where nobody gets a role. Recorded on a
local Azure (``engine/roles``).
"""

from collections.abc import Mapping
from types import MappingProxyType

CALLS: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType(
    {
'''


def data_text(rows: Mapping[tuple[str, str], tuple[str, ...]]) -> str:
    """Return the module of data of a recording."""
    lines = [_HEAD]
    for (command, place), actions in rows.items():
        lines.append(f'        ("{command}", "{place}"): (\n')
        lines += [f'            "{action}",\n' for action in actions]
        lines.append("        ),\n")
    return "".join((*lines, "    }\n)\n"))


def definition_texts() -> Mapping[Path, str]:
    """Return every role as a file, with a placeholder for the scopes."""
    return {
        FILES / f"{role.key}.json": json.dumps(role.definition([PLACEHOLDER]), indent=2) + "\n"
        for role in ROLES.values()
    }
