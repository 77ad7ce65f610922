"""The syntax tree of a text, by the grammar of tree-sitter, and whether it is in the subset."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sparehub.simulator.automation.powershell.errors import PowerShellError

if TYPE_CHECKING:
    from tree_sitter import Node

SUBSET = frozenset(
    """
    additive_expression argument_list array_literal_expression assignement_operator
    assignment_expression attribute attribute_argument attribute_arguments attribute_list
    attribute_name bitwise_expression block_name braced_variable cast_expression catch_clause
    catch_clauses command command_argument_sep command_elements command_name command_parameter
    comment comparison_expression comparison_operator decimal_integer_literal element_access
    else_clause elseif_clause elseif_clauses empty_statement expandable_string_literal
    expression_with_unary_operator finally_clause flow_control_statement for_condition
    for_initializer for_iterator for_statement foreach_statement format_expression generic_token
    hash_entry hash_literal_body hash_literal_expression if_statement integer_literal
    key_expression left_assignment_expression logical_expression member_access member_name
    multiplicative_expression param_block parameter_list parenthesized_expression pipeline
    pipeline_chain post_increment_expression program range_expression script_block
    script_block_body script_block_expression script_parameter script_parameter_default
    simple_name statement_block statement_list string_literal sub_expression try_statement
    type_identifier type_literal type_name type_spec unary_expression variable
    verbatim_string_characters while_condition while_statement
    """.split()  # noqa: SIM905 - a list in quotation marks would fill three pages
)
"""Types of nodes that the interpreter knows."""
_MISSING = (
    "no PowerShell runbook can be run here: the packages tree-sitter and tree-sitter-powershell "
    "are missing; install them"
)


def parse(text: str) -> "Node":
    """Return the tree of a text, all of which is in the subset.

    Raises:
        PowerShellError: The grammar is not installed, the text is not PowerShell, or it uses what
            the interpreter does not know.

    """
    try:
        import tree_sitter  # noqa: PLC0415 - optional: only PowerShell needs it
        import tree_sitter_powershell  # noqa: PLC0415
    except ImportError:
        raise PowerShellError(_MISSING) from None
    language = tree_sitter.Language(tree_sitter_powershell.language())
    root = tree_sitter.Parser(language).parse(text.encode()).root_node
    for node in walk(root):
        if node.type == "ERROR" or node.is_missing:
            raise PowerShellError(f"{place(node)}: this is not PowerShell: {words(node)}")
        if node.is_named and node.type not in SUBSET:
            raise unknown(node)
        if node.type == "member_access" and words(node.children[1]) != ".":
            raise unknown(node)  # of a type, not of a value
    return root


def walk(node: "Node") -> Iterator["Node"]:
    """Yield a node and all nodes below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def unknown(node: "Node") -> PowerShellError:
    """Return the error of what the interpreter does not know."""
    return PowerShellError(f"{place(node)}: the local Azure does not interpret {words(node)!r}")


def words(node: "Node") -> str:
    """Return the text of a node."""
    return (node.text or b"").decode()


def place(node: "Node") -> str:
    """Return where a node is."""
    return f"line {node.start_point[0] + 1}"


def named(node: "Node") -> list["Node"]:
    """Return the named nodes below a node, without separators and comments."""
    return [
        child
        for child in node.named_children
        if child.type not in ("comment", "command_argument_sep", "empty_statement")
    ]


def child(node: "Node", *types: str) -> "Node | None":
    """Return the first node of some types right below a node."""
    return next((found for found in node.children if found.type in types), None)


def required(node: "Node", *types: str) -> "Node":
    """Return the same, which has to be there."""
    found = child(node, *types)
    if found is None:
        raise unknown(node)
    return found
