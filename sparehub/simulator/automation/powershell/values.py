"""Values of PowerShell, as Python has them, and how PowerShell reads and compares them.

``$null`` is None; an array is a list; a hashtable, and an object with properties, is a
:class:`Record`. https://learn.microsoft.com/powershell/scripting/lang-spec/chapter-06
"""

from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from types import MappingProxyType
from typing import Any

from sparehub.simulator.automation.powershell.errors import PowerShellError


class Record(dict[str, Any]):
    """Named values, in order; names are compared without case."""

    def find(self, name: str) -> Any:  # noqa: ANN401 - a value of PowerShell
        """Return a value; None where there is no such name."""
        return next((value for key, value in self.items() if key.lower() == name.lower()), None)


def of_json(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON value as a value of PowerShell."""
    if isinstance(value, dict):
        return Record({key: of_json(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return [of_json(inner) for inner in value]
    return value


def text_of(value: Any) -> str:  # noqa: ANN401 - a value of PowerShell
    """Return a value as a string shows it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(text_of(inner) for inner in value)
    if isinstance(value, Record):
        raise PowerShellError("the local Azure does not show a whole object as text")
    return str(value)


def is_true(value: Any) -> bool:  # noqa: ANN401 - a value of PowerShell
    """Return whether a value is true in a condition."""
    if isinstance(value, list):
        return is_true(value[0]) if len(value) == 1 else bool(value)
    return True if isinstance(value, Record) else bool(value)


def equal(left: Any, right: Any) -> bool:  # noqa: ANN401 - values of PowerShell
    """Return whether two values are equal: text without case, the right one as the left one is."""
    compound = (list, Record)
    if isinstance(left, compound) or isinstance(right, compound):
        raise PowerShellError("the local Azure does not compare arrays or objects")
    if left is None or right is None:
        return left is right
    left, right = _alike(left, right)
    if isinstance(left, str):
        return bool(left.lower() == right.lower())
    return bool(left == right)


_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"-lt": lt, "-le": le, "-gt": gt, "-ge": ge}
)
_TYPES: Mapping[str, type | tuple[type, ...]] = MappingProxyType(
    {"string": str, "int": int, "bool": bool, "hashtable": Record, "array": list}
)


def compare(operator: str, left: Any, right: Any) -> bool:  # noqa: ANN401 - values of PowerShell
    """Return the result of a comparison.

    Raises:
        PowerShellError: The operator is not known, or not for such values.

    """
    if operator in ("-eq", "-ne"):
        return equal(left, right) is (operator == "-eq")
    if operator in _ORDERS:
        left, right = _alike(left, right)
        if isinstance(left, str):
            left, right = left.lower(), right.lower()
        return _ORDERS[operator](left, right)
    if operator in ("-contains", "-notcontains"):
        left, right = right, left
        operator = {"-contains": "-in", "-notcontains": "-notin"}[operator]
    if operator in ("-in", "-notin"):
        items = right if isinstance(right, list) else [right]
        return any(equal(left, item) for item in items) is (operator == "-in")
    raise PowerShellError(f"the local Azure does not interpret the operator {operator}")


def is_of_type(value: Any, name: str) -> bool:  # noqa: ANN401 - a value of PowerShell
    """Return whether a value is of a type, such as ``string``."""
    known = _TYPES.get(name.lower())
    if known is None:
        raise PowerShellError(f"the local Azure does not know the type [{name}]")
    return isinstance(value, known) and not (known is int and isinstance(value, bool))


def cast(value: Any, name: str) -> Any:  # noqa: ANN401 - values of PowerShell
    """Return a value as one of a type."""
    match name.lower():
        case "object" | "ordered" | "hashtable":
            return value
        case "string":
            return text_of(value)
        case "bool":
            return is_true(value)
        case "int":
            return number(value)
    raise PowerShellError(f"the local Azure does not know the type [{name}]")


def number(value: Any) -> int:  # noqa: ANN401 - a value of PowerShell
    """Return a value as a whole number."""
    try:
        return int(0 if value is None else value)
    except (TypeError, ValueError):
        raise PowerShellError(f"{value!r} is not a whole number") from None


def add(left: Any, right: Any) -> Any:  # noqa: ANN401 - values of PowerShell
    """Return the sum of numbers, or two texts or arrays one after the other."""
    if isinstance(left, str):
        return left + text_of(right)
    if isinstance(left, list):
        return [*left, *(right if isinstance(right, list) else [right])]
    return number(left) + number(right)


def _alike(left: Any, right: Any) -> tuple[Any, Any]:  # noqa: ANN401 - values of PowerShell
    """Return two values of which the right one is made what the left one is."""
    if isinstance(left, str):
        return left, text_of(right)
    if isinstance(left, bool):
        return left, is_true(right)
    if isinstance(right, str):
        return text_of(left), right
    return left, right
