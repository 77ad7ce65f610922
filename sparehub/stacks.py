"""Reads the stack files of a project directory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from topology.build import build
from topology.errors import ConfigurationError, Problem
from topology.fields import SECRET
from topology.pair import Stack
from topology.parse import parse_stack


def stack_file(directory: Path, stack: str) -> Path:
    """Return the path of a stack's configuration file."""
    return directory / f"Pulumi.{stack}.yaml"


def read_stack(directory: Path, stack: str) -> Stack:
    """Return what a stack file describes, built.

    :raises ConfigurationError: where the file is missing, is no stack file, or says wrong things.
    """
    values = _values(directory, stack)
    try:
        config = parse_stack(values, stack=stack)
        return Stack(name=stack, config=config, region=build(config))
    except ConfigurationError as error:
        raise ConfigurationError(error.problems, stack) from None


def _values(directory: Path, stack: str) -> dict[str, object]:
    path = stack_file(directory, stack)
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"no such file in {directory}; `sparehub init` writes one for the primary"
        raise _unusable(path, message, stack) from None
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, f"cannot be read: {error}", stack) from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        message = f"is not YAML{where}: {getattr(error, 'problem', 'unreadable')}"
        raise _unusable(path, message, stack) from None
    config = content.get("config") if isinstance(content, dict) else None
    if not isinstance(config, dict):
        raise _unusable(path, "has no `config:` mapping, so it is no stack file", stack)
    ours = ("sparehub:", "azure-native:location")
    if problems := list(_secret_problems(config.get("sparehub:region"), "region")):
        raise ConfigurationError(problems, stack)
    return {str(k): _without_secrets(v) for k, v in config.items() if str(k).startswith(ours)}


def _secret_problems(value: object, path: str) -> Iterator[Problem]:
    """Yield secrets that stand in clear, and secrets where Pulumi would not keep them secret."""
    key = path.rsplit(".", maxsplit=1)[-1]
    if isinstance(value, dict) and set(value) == {"secure"}:
        if key != "authorizationKey":
            message = "a secret here would be stored in clear; only authorizationKey is one"
            yield Problem(path, message)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _secret_problems(each, f"{path}.{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _secret_problems(each, f"{path}[{number}]")
    elif key == "authorizationKey" and value is not None:
        message = f"stands in clear: `pulumi config set --secret --path 'sparehub:{path}'`"
        yield Problem(path, message)


def _unusable(path: Path, message: str, stack: str) -> ConfigurationError:
    return ConfigurationError([Problem(path.name, message)], stack)


def _without_secrets(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return a value in which each encrypted one is replaced by a word that says so."""
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return SECRET
        return {str(key): _without_secrets(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_secrets(each) for each in value]
    return value
