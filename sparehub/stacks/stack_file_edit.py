"""The keys of a stack file that commands change, and how they are changed.

Only these values change: comments, quotes, order and line ends of everything else stay.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ruamel.yaml.error import YAMLError

from sparehub.files.bounded_loading import read_bounded
from sparehub.files.private_files import replace_private
from sparehub.files.replace_file import replace_file
from sparehub.files.yaml_edit import Document, UneditableError, Value
from sparehub.files.yaml_edit import Path as Keys
from sparehub.stacks.stack_files import load_stack_file, read_stack_file, stack_file
from sparehub.topology.config.secrets import is_secret
from sparehub.topology.errors import ConfigurationError, PreflightError, Problem
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
"""What an operation changes, with values to try whether a file can be edited."""


def set_values(directory: Path, stack: str, values: Mapping[str, Value]) -> None:
    """Set keys of ``config:`` in a stack file, all of them at one stroke; None removes one.

    Raises:
        ConfigurationError: where there is no such file, or it is no stack file.
        PreflightError: where it cannot be edited, or not be written; nothing was changed then.
    """
    _edit(directory, stack, {(_CONFIG, key): value for key, value in values.items()})


def set_bandwidth(directory: Path, stack: str, connection: str, mbps: int) -> None:
    """Set the bandwidth of a connection's circuit in a stack file.

    Raises:
        ConfigurationError: where there is no such file, or it is no stack file.
        PreflightError: where it cannot be edited, or not be written; nothing was changed then.
    """
    _edit(directory, stack, {(*_CONNECTIONS, connection, "circuit", _BANDWIDTH): mbps})


@contextmanager
def copy_with_secret(directory: Path, stack: str, place: str, copy: Path) -> Iterator[None]:
    """Let a block encrypt a secret in a copy of a stack file, and take it over from there.

    ``place`` is the path of a secret that is there, as ``pulumi config set --path`` takes it.

    Raises:
        ConfigurationError: where there is no such file, or it is no stack file.
        PreflightError: where it cannot be edited, or not be written; nothing was changed then.
    """
    replace_private(copy, read_stack_file(directory, stack).encode())
    yield
    keys = (_CONFIG, *place.split("."), _SECURE)
    encrypted = load_stack_file(read_bounded(copy), stack)
    for key in keys:
        encrypted = encrypted[key]
    _edit(directory, stack, {keys: str(encrypted)})


def write_variant(
    directory: Path, change: StackChange, copy: Path, override: str = "", generation: int = 0
) -> None:
    """Write a copy of a stack file for one deployment, the file itself being left alone.

    Raises:
        PreflightError: where the file cannot be edited.
        OSError: where the copy cannot be written.
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
    """Refuse a stack file in which the switch cannot be changed, or what goes with it.

    Raises:
        ConfigurationError: where there is no such file, or it is no stack file.
        PreflightError: with the line of each, and what to do.
    """
    text = read_stack_file(directory, stack)
    load_stack_file(text, stack)
    if problems := list(_problems(Document(text), stack, _SWITCHES)):
        listed = "\n".join(f"  {each.path}, {each.message}" for each in problems)
        raise PreflightError(f"a stack file cannot be edited; nothing was done:\n{listed}")


def editing_problems(directory: Path, stack: str) -> Iterator[Problem]:
    """Yield each value that commands change and that cannot be changed as the file is written.

    A file that cannot be read has other problems, and none of these.
    """
    try:
        text = read_stack_file(directory, stack)
        document = Document(text)
        if not document.root.shared:  # then nothing but the text is needed, at any size
            deep = _deep(document.outline(_CONNECTIONS))
            if document.is_simple((_CONFIG,), [*_SWITCHES, *deep]):
                return
        config = load_stack_file(text, stack)[_CONFIG]
    except (ConfigurationError, YAMLError):
        return
    for name in _CONNECTIONS[1:]:
        config = config.get(name) if isinstance(config, dict) else None
    yield from _problems(document, stack, {**_SWITCHES, **_deep(config)})


def _problems(document: Document, stack: str, probes: Mapping[Keys, Value]) -> Iterator[Problem]:
    """Yield what cannot be changed, by trying it without writing."""
    if document.is_simple((_CONFIG,), [*probes]):
        return
    found: dict[str, None] = {}
    for path, value in probes.items():
        removable = path in _SWITCHES and path[-1] != ACTIVATION
        for wanted in (value, None) if removable else (value,):
            try:
                document.edited({path: wanted})
            except UneditableError as error:
                found[str(error)] = None
    yield from (Problem(stack_file(Path(), stack).name, message) for message in found)


def _deep(connections: object) -> dict[Keys, Value]:
    """Return what is changed below the region: bandwidths of owned circuits, encrypted keys."""
    found: dict[Keys, Value] = {}
    for name, connection in connections.items() if isinstance(connections, dict) else ():
        circuit = connection.get("circuit") if isinstance(connection, dict) else None
        if not isinstance(circuit, dict):
            continue
        place = (*_CONNECTIONS, str(name), "circuit")
        if _BANDWIDTH in circuit and "id" not in circuit:
            found[*place, _BANDWIDTH] = 1 << 40
        if is_secret(circuit.get(_KEY)):
            found[*place, _KEY, _SECURE] = "probe"
    return found


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
    """Return the text of a stack file with other values.

    Raises:
        PreflightError: naming file and line, where that cannot be.
    """
    text = read_stack_file(directory, stack)
    load_stack_file(text, stack)
    try:
        return Document(text).edited(changes)
    except UneditableError as error:
        message = f"{stack_file(directory, stack)}, {error}; nothing was changed"
        raise PreflightError(message) from None
