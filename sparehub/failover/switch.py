"""Turns the switch in a stack file: one word changes, and every comment stays where it is."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sparehub.stacks import stack_file
from topology.errors import PreflightError
from topology.plan import Change

ACTIVATION = "sparehub:activation"
DISCONNECTED = "sparehub:disconnected"
GENERATION = "sparehub:generation"
OVERRIDE = "sparehub:overrideInterlock"
_BANDWIDTH = "bandwidthInMbps"


def set_values(directory: Path, stack: str, values: Mapping[str, str | int | bool | None]) -> None:
    """Set keys of a stack file at one stroke; None removes one.

    :raises PreflightError: where the file cannot be written.
    """
    path = stack_file(directory, stack)
    text = before = path.read_text(encoding="utf-8")
    for key, value in values.items():
        text = _with_value(text, key, value if value is None else str(value))
    _write(path, before, text)


def set_bandwidth(directory: Path, stack: str, connection: str, mbps: int) -> None:
    """Set the bandwidth of a connection's circuit in a stack file.

    :raises PreflightError: where the file cannot be written, or the number does not stand there.
    """
    path = stack_file(directory, stack)
    text = path.read_text(encoding="utf-8")
    _write(path, text, _with_bandwidth(text, connection, mbps))


def _write(path: Path, text: str, changed: str) -> None:
    """Put a changed text in the place of a file, at one stroke."""
    if changed == text:
        return
    new = path.with_suffix(".yaml.new")
    try:
        with new.open("w", encoding="utf-8") as file:
            file.write(changed)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(path.stat().st_mode)
        new.replace(path)
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}), so nothing is deployed"
        raise PreflightError(message) from None


def write_variant(
    directory: Path, change: Change, copy: Path, override: str = "", generation: int = 0
) -> None:
    """Write a copy of a stack file for one deployment, the file itself being left alone."""
    yaml = YAML()
    content = yaml.load(stack_file(directory, change.stack).read_text(encoding="utf-8"))
    config = content["config"]
    config[ACTIVATION] = change.activation.value
    if override:
        config[OVERRIDE] = override
    if generation:
        config[GENERATION] = generation
    if change.disconnected:
        config[DISCONNECTED] = True
    with copy.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


def _with_value(text: str, key: str, value: str | None) -> str:
    """Return the text of a stack file with another value at a key, the rest untouched."""
    config: Any = YAML().load(text)["config"]
    lines = text.splitlines(keepends=True)
    if key in config:
        line, column = config.lc.value(key)
        if value is None:
            del lines[line]
        else:
            old = lines[line]
            rest = old[column:]
            comment = rest.find(" #")
            tail = rest[comment:] if comment >= 0 else "\n"
            lines[line] = f"{old[:column]}{_scalar(value)}{tail}"
    elif value is not None:
        first, indent = config.lc.key(next(iter(config)))
        lines.insert(first, f"{' ' * indent}{key}: {_scalar(value)}\n")
    return "".join(lines)


def _with_bandwidth(text: str, connection: str, mbps: int) -> str:
    """Return the text of a stack file with another bandwidth, the rest untouched."""
    content: Any = YAML().load(text)
    connections = content["config"]["sparehub:region"]["expressRoute"]["connections"]
    circuit = connections[connection]["circuit"]
    if circuit[_BANDWIDTH] == mbps:
        return text
    lines = text.splitlines(keepends=True)
    if place := (circuit.lc.data or {}).get(_BANDWIDTH):
        line, column = place[2:]
        lines[line] = lines[line][:column] + re.sub(r"^\w+", str(mbps), lines[line][column:])
    changed = "".join(lines)
    circuit[_BANDWIDTH] = mbps
    if YAML().load(changed) != content:  # an anchor, an alias, a merge: it stands elsewhere
        message = f"the {_BANDWIDTH} of connection {connection!r} cannot be changed in its place"
        raise PreflightError(message)
    return changed


def _scalar(value: str) -> str:
    """Return a text as YAML: quoted where it is more than a word."""
    if value.isalnum():
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
