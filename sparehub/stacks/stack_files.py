"""Reads the stack files of a project directory, and names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ruamel.yaml import YAML
from ruamel.yaml.events import Event

from sparehub.files.bounded_loading import LoadingError, load_events, read_bounded
from sparehub.topology.config.printable import shown
from sparehub.topology.config.resource_ids import STACK_NAME_FORM, is_stack_name
from sparehub.topology.config.secrets import secret_problems, without_secrets
from sparehub.topology.errors import ConfigurationError, OptionsError, Problem
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.stack_file.parse import parse_stack

STACKS = ("primary", "secondary")
"""The names of both stacks, whichever is active."""


def stack_file(directory: Path, stack: str) -> Path:
    """Return the path of a stack's configuration file.

    Raises:
        OptionsError: The name is not a valid stack name.
    """
    if not is_stack_name(stack):
        raise OptionsError(f"{shown(stack)} is not a stack's name: {STACK_NAME_FORM}")
    return directory / f"Pulumi.{stack}.yaml"


@dataclass(frozen=True)
class StackText:
    """The text of a stack file, its document, and the YAML events that the document is built of."""

    stack: str
    text: str
    content: Mapping[str, Any]
    events: Sequence[Event]

    @classmethod
    def read(cls, directory: Path, stack: str) -> Self:
        """Read a stack file, and parse it once.

        Raises:
            ConfigurationError: The file is missing, or is not a stack file.
        """
        text = read_stack_file(directory, stack)
        return cls(stack, text, *_document(text, stack))


def read_stack(directory: Path, stack: str) -> Stack:
    """Return the stack that a file describes, with its model built.

    Raises:
        ConfigurationError: The file is missing, is not a stack file, or has invalid values.
    """
    return build_stack(StackText.read(directory, stack))


def build_stack(source: StackText) -> Stack:
    """Return the stack that the text of a file describes, with its model built.

    Raises:
        ConfigurationError: The file has invalid values.
    """
    stack, values = source.stack, _values(source)
    try:
        config = parse_stack(values, stack=stack)
        return Stack(name=stack, config=config, region=build(config))
    except ConfigurationError as error:
        raise ConfigurationError(error.problems, stack, error.config) from None


def _values(source: StackText) -> dict[str, object]:
    config = source.content["config"]
    namespaces = ("sparehub:", "azure-native:")
    if problems := list(secret_problems(config.get("sparehub:region"), "region")):
        raise ConfigurationError(problems, source.stack)
    return {str(k): without_secrets(v) for k, v in config.items() if str(k).startswith(namespaces)}


def read_stack_file(directory: Path, stack: str) -> str:
    """Return the text of a stack's configuration file, with its line ends.

    Raises:
        ConfigurationError: The file does not exist, or cannot be read.
    """
    path = stack_file(directory, stack)
    try:
        return read_bounded(path)
    except FileNotFoundError:
        message = f"no such file in {directory}; `sparehub init` writes one for the primary"
        raise _unusable(path, message, stack) from None
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error}", stack) from None
    except LoadingError as error:
        raise _unusable(path, str(error), stack) from None


def load_stack_file(text: str, stack: str, yaml: YAML | None = None) -> Any:  # noqa: ANN401 - YAML
    """Return the document of a stack file, as plain data or as a loader builds it.

    Raises:
        ConfigurationError: The text is not YAML, or has no ``config:`` mapping.
    """
    return _document(text, stack, yaml)[0]


def _document(text: str, stack: str, yaml: YAML | None = None) -> tuple[Any, Sequence[Event]]:
    path = stack_file(Path(), stack)
    try:
        content, events = load_events(text, yaml)
    except LoadingError as error:
        raise _unusable(path, str(error), stack) from None
    if not isinstance(content, dict) or not isinstance(content.get("config"), dict):
        raise _unusable(path, "has no `config:` mapping, so it is not a stack file", stack)
    return content, events


def _unusable(path: Path, message: str, stack: str) -> ConfigurationError:
    return ConfigurationError([Problem(path.name, message)], stack)
