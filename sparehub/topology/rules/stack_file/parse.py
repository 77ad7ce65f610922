"""Parse a stack file into a configuration, or report all of its problems at once."""

import difflib
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sparehub.topology.config.enums import Activation
from sparehub.topology.config.printable import CONTROL, shown
from sparehub.topology.config.resource_ids import (
    NAME_FORM,
    STACK_NAME_FORM,
    is_stack_name,
    is_subscription,
)
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.config.secrets import SECRET
from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.rules.stack_file.addresses import ADDRESSES
from sparehub.topology.rules.stack_file.drill import DRILL
from sparehub.topology.rules.stack_file.express_route import EXPRESS_ROUTE
from sparehub.topology.rules.stack_file.hub import HUB
from sparehub.topology.rules.stack_file.hub_peerings import HUB_PEERINGS
from sparehub.topology.rules.stack_file.raw import RawRegion, as_mapping
from sparehub.topology.rules.stack_file.reserved_subnets import RESERVED

_TENANT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_MOST_LEVELS = 50
"""Nested mappings and lists; a region has ten levels."""
_RULE = re.compile(r"[A-Z]{2,3}-\d+[a-z]?")
_ADDRESS = re.compile(r"'?[0-9./]+'?")
_CIRCUIT_TAGS = ("owned", "referenced")
# Messages of pydantic, reworded for a person who edits a file.
_PLAIN = {
    "missing": "missing; this key is required",
    "model_type": "must be a mapping of keys",
    "dict_type": "must be a mapping of keys",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": f"must {NAME_FORM}",
}
_RULE_OF_FIELD = {
    "bandwidthInMbps": "ER-01",
    "routingWeight": "ER-22",
    "peerASN": "ER-11",
    "vlanId": "ER-10",
    "tier": "ER-03",
    "family": "ER-03",
    "primaryPeerAddressPrefix": "ER-10",
    "secondaryPeerAddressPrefix": "ER-10",
    "nextHopType": "RT-10",
}


def parse_stack(
    values: Mapping[str, object], *, stack: str = "", secret: bool = False
) -> StackConfig:
    """Return the configuration of a stack file.

    Args:
        values: the keys of the file.
        stack: the name of the stack.
        secret: whether ``values`` hold decrypted secrets: then no text of the file is shown.

    Raises:
        ConfigurationError: with every problem of single values and of values together.
    """
    _refuse_depth(values, stack)
    if problems := [*_text_problems(values, "")]:
        raise ConfigurationError(sorted(set(problems)), stack)
    config: StackConfig | None = None
    try:
        config = StackConfig.model_validate(values)
    except ValidationError as error:
        problems += [
            _problem(details, secret=secret)
            for details in error.errors()
            # A list with failed items is also "too short"; each item has its own error.
            if not (details["type"] == "too_short" and details["input"])
        ]
    problems += _pair_problems(values.get("sparehub:pairedStack"), stack)
    problems += _provider_problems(values, secret=secret)
    if config and config.disconnected and config.activation is Activation.ACTIVE:
        problems.append(Problem("disconnected", "an active region is connected: remove this key"))
    region = RawRegion(as_mapping(values.get("sparehub:region")))
    for rule in (*ADDRESSES, *HUB, *HUB_PEERINGS, *RESERVED, *EXPRESS_ROUTE, *DRILL):
        problems += rule.problems(region)
    if problems or config is None:
        raise ConfigurationError(sorted(set(problems)), stack, config)
    return config


def _refuse_depth(values: Mapping[str, object], stack: str) -> None:
    """Refuse a file that is nested deeper than Python can recurse."""
    for key, value in values.items():
        level = [value]
        for _ in range(_MOST_LEVELS):
            level = [inner for outer in level for inner in _inside(outer)]
        if level:
            message = f"nests without end: {_MOST_LEVELS} levels and more"
            raise ConfigurationError([Problem(_path([key]), message)], stack)


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list | tuple):
        yield from value


def _text_problems(value: object, path: str) -> Iterator[Problem]:
    """Yield keys and values that Azure or Pulumi cannot accept.

    A value with a control character may be a secret, so only the character is shown.
    """
    if isinstance(value, str):
        if match := CONTROL.search(value):
            yield Problem(path, f"has the character {shown(match[0])}: remove it")
    elif isinstance(value, float) and not math.isfinite(value):
        yield Problem(path, f"{value} is not a number")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            name = str(key) if isinstance(key, str | int | float | bool) else "?"
            key_path = f"{path}.{name}" if path else name.removeprefix("sparehub:")
            if CONTROL.search(name):
                key_path = f"{path}.{shown(name)}" if path else shown(name)
                yield Problem(key_path, "is not a key: it has a control character")
            yield from _text_problems(inner, key_path)
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for number, inner in enumerate(value):
            yield from _text_problems(inner, f"{path}[{number}]")


def _pair_problems(paired: object, stack: str) -> Iterator[Problem]:
    if paired and paired == stack:
        yield Problem(
            "pairedStack", f"{paired!r} is this stack itself; name the stack of the other region"
        )
    if isinstance(paired, str) and "/" in paired:
        name = paired.split("/")[-1]
        message = f"{shown(paired)} has a slash; write only the name of the stack: {shown(name)}"
        yield Problem("pairedStack", message)
    elif isinstance(paired, str) and paired and not is_stack_name(paired):
        yield Problem("pairedStack", f"{shown(paired)} is not a stack name: {STACK_NAME_FORM}")


def _provider_problems(values: Mapping[str, object], *, secret: bool) -> Iterator[Problem]:
    """Yield problems of the values that Pulumi's provider puts into every URL."""
    expected: dict[str, tuple[Callable[[str], object], str]] = {
        "subscriptionId": (is_subscription, "a subscription's id, which is a GUID"),
        "tenantId": (_TENANT.fullmatch, "a tenant: its GUID, or one of its domains"),
    }
    for key, (is_valid, form) in expected.items():
        path = f"azure-native:{key}"
        value = values.get(path, SECRET)
        if value not in (SECRET, "", None) and not (isinstance(value, str) and is_valid(value)):
            text = "the value" if secret else shown(value)
            yield Problem(path, f"{text} is not {form}")


def _problem(error: ErrorDetails, *, secret: bool) -> Problem:
    location = [
        part
        for before, part in zip([None, *error["loc"]], error["loc"], strict=False)
        if not (before == "circuit" and part in _CIRCUIT_TAGS)
    ]
    path = _path(location)
    if error["type"] == "extra_forbidden":
        return Problem(path, _unknown_key(location))
    message = _PLAIN.get(error["type"], error["msg"].replace("Input should be", "must be"))
    if _RULE.fullmatch(error["type"]) or error["type"] == "CONFIG":
        # Fields of ``config`` show the value; it may be a secret under a wrong key.
        if secret and not _ADDRESS.fullmatch(shown(error["input"])):
            message = "not a valid value here"
        return Problem(path, message, error["type"])
    rule = "GWY-01" if path.endswith("gateway.sku") else _RULE_OF_FIELD.get(str(location[-1]))
    missing = error["type"] == "missing"
    message += _shown(error["input"], path, secret=secret)
    return Problem(path, message, "CONFIG" if missing or not rule else rule)


def _path(location: Sequence[int | str]) -> str:
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part != "[key]":
            path += f".{part}" if path else part.removeprefix("sparehub:")
    return path


def _shown(value: object, path: str, *, secret: bool) -> str:
    """Return a value for the end of a message; empty where it may be a secret or is a mapping."""
    if secret or path.endswith("authorizationKey") or not isinstance(value, str | int | float):
        return ""
    return f"; it is {shown(value)}"


def _unknown_key(location: Sequence[int | str]) -> str:
    key = str(location[-1])
    known = sorted(name.split(":")[-1] for name in _keys_at(StackConfig, location[:-1]))
    if key == "activation":
        return "unknown key; write sparehub:activation, next to sparehub:region"
    near = difflib.get_close_matches(key.lower(), [name.lower() for name in known], n=1, cutoff=0.5)
    nearest = [name for name in known if name.lower() in near]
    if nearest:
        return f"unknown key; did you mean {nearest[0]!r}?"
    return f"unknown key; known keys: {', '.join(known)}"


def _keys_at(model: type[BaseModel], location: Sequence[int | str]) -> set[str]:
    """Return the keys that are known at a location; of a circuit those of both kinds."""
    models = [model]
    for part in location:
        inner: list[type[BaseModel]] = []
        for outer in models:
            for field_name, field in outer.model_fields.items():
                if part in (field.alias, field_name):
                    inner += _models_in(field.annotation)
        models = inner or models  # an index, or the name of a spoke: one level of the file
    return {field.alias or name for m in models for name, field in m.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - annotations have no common type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
