"""Request bodies: bytes to JSON, as strictly as Azure Resource Manager reads them."""

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from sparehub.simulator.arm.data.geography import canonical_region
from sparehub.simulator.arm.refusals import common as refusals

_MOST_BYTES = 4 * 1024 * 1024
_MOST_LEVELS = 64
"""Of Newtonsoft.Json since 13.0.1: https://github.com/JamesNK/Newtonsoft.Json/pull/2462"""
_MOST_DIGITS = 20
_HALF = re.compile("[\ud800-\udfff]")


def read_body(content: bytes) -> Any:  # noqa: ANN401  JSON
    """Return a body as JSON.

    Raises:
        Refusal: It is too large or not JSON, or an object in it has two members of one name.

    """
    if len(content) > _MOST_BYTES:
        raise refusals.CONTENT_TOO_LARGE()  # noqa: RSE102  an entry of the catalogue is called
    try:
        body = json.loads(
            content,
            object_pairs_hook=_members,
            parse_constant=_no_number,
            parse_float=_number,
            parse_int=_whole,
        )
        _refuse_unstorable(body)
    except (ValueError, RecursionError) as problem:
        raise refusals.CONTENT_INVALID(problem=problem) from None
    return body


def region_in(content: bytes) -> str:
    """Return the region that a body names, or nothing."""
    location = _object_in(content).get("location")
    return canonical_region(location) if isinstance(location, str) else ""


def properties_in(content: bytes) -> dict[str, Any]:
    """Return the properties in a body; empty if there are none."""
    properties = _object_in(content).get("properties")
    return properties if isinstance(properties, dict) else {}


def _object_in(content: bytes) -> dict[str, Any]:
    """Return a body that is an object, else an empty one; an invalid body is not refused here."""
    try:
        body = json.loads(content) if len(content) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of an object; ARM adds them one by one, and a name only once."""
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(
                f"Can not add property {name} to Newtonsoft.Json.Linq.JObject. Property with the "
                "same name already exists on object."
            )
        members[name] = value
    return members


def _refuse_unstorable(body: object) -> None:
    """Refuse what cannot be stored or answered: half surrogate pairs, too many levels.

    Raises:
        ValueError: In Newtonsoft's words, as far as its sources show them.
    """
    values = [body]
    for _ in range(_MOST_LEVELS):
        texts = [value for value in values if isinstance(value, str)]
        texts += [name for value in values if isinstance(value, dict) for name in value]
        if any(_HALF.search(text) for text in texts):
            raise ValueError("Invalid Unicode surrogate pair in a string.")
        values = [inner for value in values for inner in _inside(value)]
        if not values:
            return
    raise ValueError(f"The reader's MaxDepth of {_MOST_LEVELS} has been exceeded.")


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS or not -(1 << 63) <= int(text) < 1 << 63:
        raise ValueError("JSON integer is too large or small for an Int64.")
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("Input string is not a valid number.")
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"Unexpected character encountered while parsing value: {text}.")
