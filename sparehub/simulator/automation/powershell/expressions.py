"""Expressions: operators, variables, strings, hashtables, members.

https://learn.microsoft.com/powershell/scripting/lang-spec/chapter-07
"""

from typing import TYPE_CHECKING, Any, Protocol

from sparehub.simulator.automation.powershell import syntax, values
from sparehub.simulator.automation.powershell.errors import PowerShellError
from sparehub.simulator.automation.powershell.values import Record

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_BINARY = (
    "additive_expression",
    "bitwise_expression",
    "comparison_expression",
    "format_expression",
    "logical_expression",
    "multiplicative_expression",
    "range_expression",
)


class Scope(Protocol):
    """What an expression is evaluated in."""

    variables: dict[str, Any]

    def value(self, node: "Node") -> Any:  # noqa: ANN401 - a value of PowerShell
        """Return what a statement outputs."""

    def block_value(self, node: "Node") -> Any:  # noqa: ANN401 - a value of PowerShell
        """Return what a list of statements outputs."""

    def emit(self, value: Any) -> None:  # noqa: ANN401 - a value of PowerShell
        """Write a value to the output."""


class Expressions:
    """Evaluates expressions in a scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def value(self, node: "Node") -> Any:  # noqa: ANN401, C901, PLR0911, PLR0912 - one case for each kind of node
        """Return the value of an expression."""
        inner = syntax.named(node)
        if node.type in _BINARY:
            return self.value(inner[0]) if len(node.children) == 1 else self._binary(node)
        match node.type:
            case "unary_expression" | "left_assignment_expression" | "integer_literal":
                return self.value(inner[0])
            case "string_literal":
                return self.value(inner[0])
            case "array_literal_expression":
                items = [self.value(item) for item in inner]
                return items if len(node.children) > 1 else items[0]
            case "parenthesized_expression":
                return self._scope.value(inner[0])
            case "sub_expression":
                return self._scope.block_value(inner[0]) if inner else None
            case "variable":
                return self._scope.variables.get(self.name(node))
            case "decimal_integer_literal":
                return int(syntax.words(node))
            case "verbatim_string_characters":
                return syntax.words(node)[1:-1].replace("''", "'")
            case "expandable_string_literal":
                return self._expanded(node)
            case "hash_literal_expression":
                return self._hash(node)
            case "expression_with_unary_operator":
                return self._unary(node)
            case "cast_expression":
                return values.cast(self.value(inner[1]), type_name(inner[0]))
            case "member_access":
                return self._member(node)
            case "element_access":
                return self._element(node)
            case "post_increment_expression":
                return self._increment(node)
            case "generic_token":
                return syntax.words(node)
        raise syntax.unknown(node)

    def discard(self, node: "Node") -> None:
        """Evaluate an expression that is a statement: an increment outputs nothing."""
        inner = node
        while len(inner.children) == 1 and inner.named_children:
            inner = inner.named_children[0]
        found = self.value(node)
        if inner.type != "post_increment_expression":
            self._scope.emit(found)

    def name(self, node: "Node") -> str:
        """Return the name of a variable, in lower case."""
        text = syntax.words(node)
        name = text[2:-1] if text.startswith("${") else text[1:]
        if not text.startswith("$") or ":" in name:
            raise syntax.unknown(node)
        return name.lower()

    def assign(self, node: "Node") -> None:
        """Set a variable."""
        left, operator, right = syntax.named(node)
        target = left
        while target.type != "variable":
            (target, *others) = syntax.named(target)
            if others:
                raise syntax.unknown(left)
        name, value = self.name(target), self._scope.value(right)
        if syntax.words(operator) == "+=":
            value = values.add(self._scope.variables.get(name), value)
        elif syntax.words(operator) != "=":
            raise syntax.unknown(operator)
        self._scope.variables[name] = value

    def _binary(self, node: "Node") -> Any:  # noqa: ANN401, PLR0911 - one return for each operator
        left, operator, right = (each for each in node.children if each.type != "comment")
        sign = syntax.words(operator).lower()
        before = self.value(left)
        if sign in ("-and", "-or"):
            if values.is_true(before) is (sign == "-or"):
                return sign == "-or"
            return values.is_true(self.value(right))
        if sign in ("-is", "-isnot"):
            types = [each for each in syntax.walk(right) if each.type == "type_literal"]
            if not types:
                raise syntax.unknown(right)
            return values.is_of_type(before, type_name(types[0])) is (sign == "-is")
        after = self.value(right)
        match sign:
            case "+":
                return values.add(before, after)
            case "-":
                return values.number(before) - values.number(after)
            case "*":
                return values.number(before) * values.number(after)
        if node.type == "comparison_expression":
            return values.compare(sign, before, after)
        raise syntax.unknown(node)

    def _unary(self, node: "Node") -> Any:  # noqa: ANN401 - a value of PowerShell
        first = node.children[0]
        if first.is_named:
            return self.value(first)
        sign = syntax.words(first).lower()
        found = self.value(syntax.named(node)[0])
        if sign in ("-not", "!"):
            return not values.is_true(found)
        if sign == "-":
            return -values.number(found)
        raise syntax.unknown(node)

    def _increment(self, node: "Node") -> int:
        name = self.name(syntax.required(node, "variable"))
        before = values.number(self._scope.variables.get(name))
        self._scope.variables[name] = before + 1
        return before

    def _member(self, node: "Node") -> Any:  # noqa: ANN401 - a value of PowerShell
        holder = self.value(node.children[0])
        (member,) = syntax.named(syntax.required(node, "member_name"))
        name = syntax.words(member)
        if member.type != "simple_name":
            name = values.text_of(self.value(member))
        if isinstance(holder, Record):
            return holder.find(name)
        if isinstance(holder, list | str) and name.lower() in ("count", "length"):
            return len(holder)
        if holder is None:
            return None
        raise syntax.unknown(node)

    def _element(self, node: "Node") -> Any:  # noqa: ANN401 - a value of PowerShell
        holder_node, place_node = syntax.named(node)
        holder, place = self.value(holder_node), self.value(place_node)
        if isinstance(holder, Record):
            return holder.find(values.text_of(place))
        if isinstance(holder, list):
            place = values.number(place)
            return holder[place] if -len(holder) <= place < len(holder) else None
        raise PowerShellError(f"{syntax.place(node)}: cannot index into what is not an array")

    def _hash(self, node: "Node") -> Record:
        found = Record()
        body = syntax.child(node, "hash_literal_body")
        for entry in syntax.named(body) if body else []:
            key_node, value_node = syntax.named(entry)
            (key,) = syntax.named(key_node)
            simple = key.type == "simple_name"
            name = syntax.words(key) if simple else values.text_of(self.value(key))
            if name.lower() in (each.lower() for each in found):
                raise PowerShellError(f"{syntax.place(entry)}: the key {name} is there twice")
            found[name] = self._scope.value(value_node)
        return found

    def _expanded(self, node: "Node") -> str:
        """Return a string in double quotes, with its variables and expressions evaluated."""
        source, begin = (node.text or b""), node.start_byte
        parts: list[str] = []
        at = 1
        for part in node.named_children:
            parts.append(_plain(source[at : part.start_byte - begin].decode()))
            parts.append(values.text_of(self.value(part)))
            at = part.end_byte - begin
        parts.append(_plain(source[at:-1].decode()))
        return "".join(parts)


def type_name(literal: "Node") -> str:
    """Return the name in a type such as ``[string]``."""
    return syntax.words(literal).strip("[]").strip()


def _plain(text: str) -> str:
    """Return the text of a string in double quotes, without its escapes."""
    found, characters = [], iter(text.replace('""', '"'))
    for character in characters:
        if character == "`":
            escaped = next(characters, "")
            found.append(_ESCAPES.get(escaped, escaped))
        else:
            found.append(character)
    return "".join(found)
