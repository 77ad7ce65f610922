"""Values of a YAML document: how a scalar is written, and how two documents compare."""

import json
import re
from collections.abc import Mapping
from typing import Any

Value = str | int | bool | None
"""What a key can be set to; None removes it."""
Path = tuple[str, ...]
"""The keys that lead to a value, from the root of the document."""

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_WORDS = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)
"""Words that YAML 1.1 or 1.2 does not read as text."""
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Characters that JSON leaves as they are and YAML does not allow."""


def scalar_text(value: Value, quote: str = "") -> str:
    """Return a value as YAML; text is quoted as asked, or where it is more than a word."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    word = _BARE.fullmatch(text) and not _WORDS.fullmatch(text)
    if word and quote != '"':
        return f"'{text}'" if quote else text
    escaped = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", escaped)


def without_sharing(value: Any) -> Any:  # noqa: ANN401 - YAML
    """Return a copy in which no two parts are one object, as aliases make them."""
    if isinstance(value, dict):
        return {key: without_sharing(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_sharing(item) for item in value]
    return value


def has_value(document: Any, path: Path, value: Value) -> bool:  # noqa: ANN401 - YAML
    """Return whether a key has a value already; for None, whether the key is missing."""
    for name in path:
        key = key_of(document, name)
        if not isinstance(document, dict) or key not in document:
            return value is None
        document = document[key]
    return value is not None and same(document, value)


def with_values(document: Any, changes: Mapping[Path, Value]) -> Any:  # noqa: ANN401 - YAML
    """Return a copy of a document with other values."""
    document = without_sharing(document)
    for (*parents, key), value in changes.items():
        mapping = document
        for name in parents:
            mapping = mapping[key_of(mapping, name)]
        if value is None:
            del mapping[key_of(mapping, key)]
        else:
            mapping[key_of(mapping, key)] = value
    return document


def key_of(mapping: Any, name: str) -> Any:  # noqa: ANN401 - a key may be a number
    """Return the key of a mapping that is written as a name; the name itself where none is."""
    return next((key for key in mapping if str(key) == name), name) if mapping else name


def same(one: Any, other: Any) -> bool:  # noqa: ANN401 - YAML
    """Compare two values and their types: 1 differs from true and 1.0; key order is ignored."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)
