"""What Check fills in or requires: automatic names, the API version, required inputs."""

from hashlib import sha256

from sparehub.simulator.provider.diffing import CREATE_BEFORE_DELETE
from sparehub.simulator.provider.schemas.base import Schema
from sparehub.simulator.provider.struct_codec import Properties

_SUFFIX = 8  # hexadecimal digits


def auto_name(schema: Schema, logical_name: str, seed: bytes) -> str:
    """Return the automatic name: a child's is the logical name, others get a suffix."""
    if not schema.random_name:
        return logical_name
    return logical_name + sha256(seed + logical_name.encode()).hexdigest()[:_SUFFIX]


def fill_name(schema: Schema, news: Properties, olds: Properties, name: str | None) -> None:
    """Give a nameless resource the name it had, or ``name``; None leaves it without."""
    if schema.name in news:
        return
    if schema.name in olds:
        news[schema.name] = olds[schema.name]
        if CREATE_BEFORE_DELETE in olds:
            news[CREATE_BEFORE_DELETE] = olds[CREATE_BEFORE_DELETE]
    elif name is not None:
        news[schema.name] = name
        if schema.random_name:
            news[CREATE_BEFORE_DELETE] = True


def missing(schema: Schema, news: Properties) -> list[str]:
    """Return the required inputs that are missing."""
    location = ("location",) if schema.located else ()
    needed = (*schema.path_parameters, *schema.required, *location)
    return [name for name in needed if name not in news]
