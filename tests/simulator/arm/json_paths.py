"""Paths of the values in JSON, and JSON with one value changed: for fuzzing."""

from typing import Any


def leaves(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Return the paths of all members and items of a body, inner ones too."""
    found: list[tuple[object, ...]] = []
    items: list[tuple[object, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for name, inner in items:
        found += [(*path, name), *leaves(inner, (*path, name))]
    return found


def changed(body: Any, path: tuple[object, ...], junk: object) -> Any:
    """Return a body with one member or item replaced."""
    if not path:
        return junk
    name, *rest = path
    if isinstance(body, dict):
        return body | {name: changed(body[name], tuple(rest), junk)}
    return [
        changed(item, tuple(rest), junk) if index == name else item
        for index, item in enumerate(body)
    ]


def without(body: Any, path: tuple[object, ...]) -> Any:
    """Return a body without one member or item."""
    name, *rest = path
    items = body.items() if isinstance(body, dict) else enumerate(body)
    kept = [
        (key, without(value, tuple(rest)) if key == name else value)
        for key, value in items
        if key != name or rest
    ]
    return dict(kept) if isinstance(body, dict) else [value for _, value in kept]
