"""Request bodies: bytes to JSON, as strictly as Azure Resource Manager reads them."""

import json
from typing import Any, NoReturn

from simulator.arm import refusals
from simulator.arm.geography import canonical_region

_MOST_BYTES = 4 * 1024 * 1024


def read_body(content: bytes) -> Any:  # noqa: ANN401  JSON
    """Return a body as JSON.

    Raises:
        Refusal: It is too large, no JSON, or an object in it has two members of one name.

    """
    if len(content) > _MOST_BYTES:
        raise refusals.CONTENT_TOO_LARGE()  # noqa: RSE102  an entry of the catalogue is called
    try:
        return json.loads(content, object_pairs_hook=_members, parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        raise refusals.CONTENT_INVALID(problem=problem) from None


def region_in(content: bytes) -> str:
    """Return the region that a body names, or nothing."""
    location = _object_in(content).get("location")
    return canonical_region(location) if isinstance(location, str) else ""


def properties_in(content: bytes) -> dict[str, Any]:
    """Return the properties that a body holds, or none."""
    properties = _object_in(content).get("properties")
    return properties if isinstance(properties, dict) else {}


def _object_in(content: bytes) -> dict[str, Any]:
    """Return a body that is an object, else an empty one; what is wrong with it is not asked."""
    try:
        body = json.loads(content) if len(content) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of an object; ARM adds them one by one, and a name only once."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(
                f"Can not add property {name} to Newtonsoft.Json.Linq.JObject. Property with the "
                "same name already exists on object."
            )
        found[name] = value
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"Unexpected character encountered while parsing value: {text}.")
