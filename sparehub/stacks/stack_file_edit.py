"""Edits single values of a stack file in place: the switch, bandwidths and encrypted keys.

Comments, quotes, order and line ends of everything else stay.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sparehub.files.bounded_loading import read_bounded
from sparehub.files.private_files import replace_private
from sparehub.files.replace_file import replace_file
from sparehub.files.yaml_edit import Document, UneditableError
from sparehub.files.yaml_values import Path as Keys
from sparehub.files.yaml_values import Value
from sparehub.stacks.stack_files import StackText, load_stack_file, read_stack_file, stack_file
from sparehub.topology.config.secrets import is_secret
from sparehub.topology.errors import PreflightError, Problem
from sparehub.topology.planning.plan import StackChange
from sparehub.topology.state.generation import KEY

ACTIVATION = "sparehub:activation"
DISCONNECTED = "sparehub:disconnected"
DRILL = "sparehub:drill"
GENERATION = KEY
OVERRIDE = "sparehub:overrideInterlock"
_CONFIG = "config"
_CONNECTIONS = (_CONFIG, "sparehub:region", "expressRoute", "connections")
_BANDWIDTH = "bandwidthInMbps"
_KEY = "authorizationKey"
_SECURE = "secure"
_SWITCHES: Mapping[Keys, Value] = {
    (_CONFIG, ACTIVATION): "probe",
    (_CONFIG, DISCONNECTED): True,
    (_CONFIG, DRILL): True,
    (_CONFIG, GENERATION): 1 << 40,
    (_CONFIG, OVERRIDE): "a: 'probe' # of any text",
}
"""The keys that an operation changes, with sample values to test whether they can be edited."""


def set_values(directory: Path, stack: str, values: Mapping[str, Value]) -> None:
    """Set keys of ``config:`` in a stack file in one write; None removes a key.

    Raises:
        ConfigurationError: The file does not exist, or is not a stack file.
        PreflightError: The file cannot be edited or written, and is unchanged.
    """
    _edit(directory, stack, {(_CONFIG, key): value for key, value in values.items()})


def set_bandwidth(directory: Path, stack: str, connection: str, mbps: int) -> None:
    """Set the bandwidth of a connection's circuit in a stack file.

    Raises:
        ConfigurationError: The file does not exist, or is not a stack file.
        PreflightError: The file cannot be edited or written, and is unchanged.
    """
    _edit(directory, stack, {(*_CONNECTIONS, connection, "circuit", _BANDWIDTH): mbps})


@contextmanager
def copy_with_secret(directory: Path, stack: str, path: str, copy: Path) -> Iterator[None]:
    """Encrypt a secret in a copy of a stack file within a block, then copy it into the file.

    ``path`` is that of an existing secret, as ``pulumi config set --path`` takes it.

    Raises:
        ConfigurationError: The file does not exist, or is not a stack file.
        PreflightError: The file cannot be edited or written, and is unchanged.
    """
    replace_private(copy, read_stack_file(directory, stack).encode())
    yield
    keys = (_CONFIG, *path.split("."), _SECURE)
    encrypted = load_stack_file(read_bounded(copy), stack)
    for key in keys:
        encrypted = encrypted[key]
    _edit(directory, stack, {keys: str(encrypted)})


def write_variant(
    directory: Path, change: StackChange, copy: Path, override: str = "", generation: int = 0
) -> None:
    """Write a copy of a stack file with the values of one deployment; the file is unchanged.

    Raises:
        PreflightError: The file cannot be edited.
        OSError: The copy cannot be written.
    """
    values: dict[str, Value] = {ACTIVATION: change.activation.value}
    if override:
        values[OVERRIDE] = override
    if generation:
        values[GENERATION] = generation
    if change.disconnected:
        values[DISCONNECTED] = True
    changes: dict[Keys, Value] = {(_CONFIG, key): value for key, value in values.items()}
    replace_private(copy, _edited(directory, change.stack, changes).encode())


def refuse_uneditable(directory: Path, stack: str) -> None:
    """Refuse a stack file in which a key that operations change cannot be edited.

    Raises:
        ConfigurationError: The file does not exist, or is not a stack file.
        PreflightError: The lines that cannot be edited, and the remedy.
    """
    text = read_stack_file(directory, stack)
    load_stack_file(text, stack)
    if problems := list(_problems(Document(text), stack, _SWITCHES)):
        listed = "\n".join(f"  {problem.path}, {problem.message}" for problem in problems)
        raise PreflightError(f"a stack file cannot be edited; nothing was done:\n{listed}")


def editing_problems(source: StackText) -> Iterator[Problem]:
    """Yield each value that commands change and that cannot be edited in this file."""
    connections: Any = source.content
    for name in _CONNECTIONS:
        connections = connections.get(name) if isinstance(connections, dict) else None
    document = Document(source.text, source.events)
    yield from _problems(document, source.stack, {**_SWITCHES, **_nested_keys(connections)})


def _problems(document: Document, stack: str, probes: Mapping[Keys, Value]) -> Iterator[Problem]:
    """Yield the values that cannot be edited, by an attempt without a write."""
    if document.is_simple((_CONFIG,), [*probes]):
        return
    messages: dict[str, None] = {}
    for path, value in probes.items():
        removable = path in _SWITCHES and path[-1] != ACTIVATION
        for new_value in (value, None) if removable else (value,):
            try:
                document.edited({path: new_value})
            except UneditableError as error:
                messages[str(error)] = None
    yield from (Problem(stack_file(Path(), stack).name, message) for message in messages)


def _nested_keys(connections: object) -> dict[Keys, Value]:
    """Return the keys below the region that commands change: bandwidths, encrypted keys."""
    keys: dict[Keys, Value] = {}
    for name, connection in connections.items() if isinstance(connections, dict) else ():
        circuit = connection.get("circuit") if isinstance(connection, dict) else None
        if not isinstance(circuit, dict):
            continue
        path = (*_CONNECTIONS, str(name), "circuit")
        if _BANDWIDTH in circuit and "id" not in circuit:
            keys[*path, _BANDWIDTH] = 1 << 40
        if is_secret(circuit.get(_KEY)):
            keys[*path, _KEY, _SECURE] = "probe"
    return keys


def _edit(directory: Path, stack: str, changes: Mapping[Keys, Value]) -> None:
    path = stack_file(directory, stack)
    changed = _edited(directory, stack, changes)
    if changed == read_stack_file(directory, stack):
        return
    try:
        replace_file(path, changed)
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}), so nothing is deployed"
        raise PreflightError(message) from None


def _edited(directory: Path, stack: str, changes: Mapping[Keys, Value]) -> str:
    """Return the text of a stack file with new values.

    Raises:
        PreflightError: File and line of a value that cannot be edited.
    """
    text = read_stack_file(directory, stack)
    load_stack_file(text, stack)
    try:
        return Document(text).edited(changes)
    except UneditableError as error:
        message = f"{stack_file(directory, stack)}, {error}; nothing was changed"
        raise PreflightError(message) from None
