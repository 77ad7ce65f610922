"""The interpreter: statements, and pipelines of commands.

A text whose tree is not in the subset is not begun, so that nothing of it is ignored.
https://learn.microsoft.com/powershell/scripting/lang-spec/chapter-08
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sparehub.simulator.automation.powershell import syntax, values
from sparehub.simulator.automation.powershell.azure_session import Session
from sparehub.simulator.automation.powershell.binding import bind, bind_parameters
from sparehub.simulator.automation.powershell.cmdlets import CMDLETS
from sparehub.simulator.automation.powershell.errors import PowerShellError
from sparehub.simulator.automation.powershell.expressions import Expressions

if TYPE_CHECKING:
    from tree_sitter import Node


_NOT_FOUND = (
    "The term '{name}' is not recognized as a name of a cmdlet, function, script file, or "
    "executable program. (CommandNotFoundException)"
)


class _ReturnError(Exception):
    """The text ends here."""


class _BreakError(Exception):
    """A loop ends here."""


class _ContinueError(Exception):
    """The next pass of a loop begins."""


class Interpreter:
    """Runs one text."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.variables: dict[str, Any] = {"true": True, "false": False, "null": None}
        self._sinks: list[list[Any]] = []
        self._expressions = Expressions(self)

    def run(self, text: str, parameters: dict[str, Any]) -> None:
        """Run a text; what it outputs goes to the session.

        Raises:
            PowerShellError: It threw, a cmdlet failed, or it is not in the subset.

        """
        root = syntax.parse(text)
        for node in syntax.walk(root):
            if node.type == "command_name" and syntax.words(node).lower() not in CMDLETS:
                raise syntax.unknown(node)
        block = syntax.child(root, "param_block")
        self.variables |= bind_parameters(block, parameters, self.value)
        for child in syntax.named(root):
            if child.type not in ("param_block", "statement_list"):
                raise syntax.unknown(child)
        try:
            if statements := syntax.child(root, "statement_list"):
                self._block(statements)
        except _ReturnError:
            return
        except (_BreakError, _ContinueError):
            raise PowerShellError("break or continue stands outside of a loop") from None

    # -- output --------------------------------------------------------------------------------

    def emit(self, value: Any) -> None:  # noqa: ANN401 - a value of PowerShell
        """Write a value to the output of the block that runs; an array item by item."""
        for item in value if isinstance(value, list) else [value]:
            if item is None:
                continue
            if self._sinks:
                self._sinks[-1].append(item)
            else:
                self.session.write("Output", values.text_of(item))

    @contextmanager
    def collected(self) -> Iterator[list[Any]]:
        """Collect what a block outputs."""
        sink: list[Any] = []
        self._sinks.append(sink)
        try:
            yield sink
        finally:
            self._sinks.pop()

    def value(self, node: "Node") -> Any:  # noqa: ANN401 - a value of PowerShell
        """Return what a statement outputs: nothing is null, several values are an array."""
        with self.collected() as found:
            self.statement(node)
        return _one(found)

    def block_value(self, node: "Node") -> Any:  # noqa: ANN401 - a value of PowerShell
        """Return what a list of statements outputs."""
        with self.collected() as found:
            self._block(node)
        return _one(found)

    # -- statements ----------------------------------------------------------------------------

    def _block(self, statements: "Node") -> None:
        for node in syntax.named(statements):
            self.statement(node)

    def _body(self, node: "Node") -> None:
        """Run the statements in braces."""
        block = syntax.required(node, "statement_block")
        if statements := syntax.child(block, "statement_list"):
            self._block(statements)

    def statement(self, node: "Node") -> None:
        """Run a statement."""
        match node.type:
            case "pipeline":
                self._pipeline(node)
            case "if_statement":
                self._if(node)
            case "foreach_statement":
                self._foreach(node)
            case "for_statement":
                self._for(node)
            case "while_statement":
                condition = syntax.required(node, "while_condition")
                while values.is_true(self.value(syntax.required(condition, "pipeline"))):
                    if not self._pass(node):
                        break
            case "try_statement":
                self._try(node)
            case "flow_control_statement":
                self._flow(node)
            case _:
                self.emit(self._expressions.value(node))

    def _if(self, node: "Node") -> None:
        if values.is_true(self.value(syntax.required(node, "pipeline"))):
            self._body(node)
            return
        others = syntax.child(node, "elseif_clauses")
        for clause in syntax.named(others) if others else []:
            if values.is_true(self.value(syntax.required(clause, "pipeline"))):
                self._body(clause)
                return
        if otherwise := syntax.child(node, "else_clause"):
            self._body(otherwise)

    def _foreach(self, node: "Node") -> None:
        name = self._expressions.name(syntax.required(node, "variable"))
        found = self.value(syntax.required(node, "pipeline"))
        for item in found if isinstance(found, list) else [] if found is None else [found]:
            self.variables[name] = item
            if not self._pass(node):
                return

    def _for(self, node: "Node") -> None:
        begin, condition, step = (
            syntax.child(node, f"for_{part}") for part in ("initializer", "condition", "iterator")
        )
        if begin:
            self._block(begin)
        while condition is None or values.is_true(self.block_value(condition)):
            if not self._pass(node):
                return
            if step:
                with self.collected():
                    self._block(step)

    def _pass(self, node: "Node") -> bool:
        """Run the body of a loop once; return whether the loop goes on."""
        self.session.check()
        try:
            self._body(node)
        except _BreakError:
            return False
        except _ContinueError:
            return True
        return True

    def _try(self, node: "Node") -> None:
        try:
            self._body(node)
        except PowerShellError as problem:
            clauses = syntax.child(node, "catch_clauses")
            if clauses is None:
                raise
            (clause, *others) = syntax.named(clauses)
            if others or syntax.child(clause, "catch_type_list"):
                raise syntax.unknown(clauses) from None
            before = self.variables.get("_")
            self.variables["_"] = problem.message
            self._body(clause)
            self.variables["_"] = before
        finally:
            if last := syntax.child(node, "finally_clause"):
                self._body(last)

    def _flow(self, node: "Node") -> None:
        word = syntax.words(node.children[0]).lower()
        pipeline = syntax.child(node, "pipeline")
        value = self.value(pipeline) if pipeline else None
        match word:
            case "throw":
                raise PowerShellError(values.text_of(value) or "ScriptHalted")
            case "return":
                self.emit(value)
                raise _ReturnError
            case "exit":
                if value not in (None, 0):
                    raise PowerShellError(f"exit code {values.text_of(value)}")
                raise _ReturnError
            case "break":
                raise _BreakError
            case "continue":
                raise _ContinueError
        raise syntax.unknown(node)

    # -- pipelines -----------------------------------------------------------------------------

    def _pipeline(self, node: "Node") -> None:
        (inner, *others) = syntax.named(node)
        if others:
            raise syntax.unknown(node)
        if inner.type == "assignment_expression":
            self._expressions.assign(inner)
            return
        if inner.type != "pipeline_chain":
            self.statement(inner)
            return
        first, *commands = syntax.named(inner)
        if any(child.type != "|" for child in inner.children if not child.is_named):
            raise syntax.unknown(inner)
        if first.type != "command" and not commands:
            self._expressions.discard(first)
            return
        with self.collected() as found:
            if first.type == "command":
                self._command(first, [])
            else:
                self.emit(self._expressions.value(first))
        for command in commands:
            given = found
            with self.collected() as found:
                self._command(command, given)
        self.emit(found)

    def _command(self, node: "Node", given: list[Any]) -> None:
        self.session.check()
        name = syntax.words(syntax.required(node, "command_name")).lower()
        if name == "foreach-object":
            self._for_each(node, given)
            return
        if "-az" in name and not self.session.job.has_az:
            raise PowerShellError(_NOT_FOUND.format(name=name))
        cmdlet = CMDLETS[name]
        arguments = bind(node, cmdlet, self._expressions.value, self.variables)
        try:
            self.emit(cmdlet.run(self.session, arguments, given))
        except PowerShellError as problem:
            if values.text_of(self.variables.get("erroractionpreference")).lower() == "stop":
                raise
            self.session.write("Error", problem.message)

    def _for_each(self, node: "Node", given: list[Any]) -> None:
        """Run a block for each item of the pipeline, as ``$_``."""
        blocks = [each for each in syntax.walk(node) if each.type == "script_block_body"]
        if not blocks:
            raise syntax.unknown(node)
        before = self.variables.get("_")
        for item in given:
            self.variables["_"] = item
            if statements := syntax.child(blocks[0], "statement_list"):
                self._block(statements)
        self.variables["_"] = before


def _one(found: list[Any]) -> Any:  # noqa: ANN401 - a value of PowerShell
    if len(found) > 1:
        return found
    return found[0] if found else None
