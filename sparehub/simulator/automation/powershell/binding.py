"""Binding: the parameters of a text, and the arguments of a command."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sparehub.simulator.automation.powershell import syntax, values
from sparehub.simulator.automation.powershell.cmdlets import Cmdlet
from sparehub.simulator.automation.powershell.errors import PowerShellError
from sparehub.simulator.automation.powershell.expressions import type_name
from sparehub.simulator.automation.powershell.values import Record

if TYPE_CHECKING:
    from tree_sitter import Node

_Value = Callable[["Node"], Any]


def bind_parameters(block: "Node | None", given: dict[str, Any], value: _Value) -> dict[str, Any]:
    """Return the variables of the parameters of a text.

    Azure Automation decodes each value as JSON before it binds it, so that a recovery plan's
    context is an object, and JSON that is sent as a string is text:
    https://learn.microsoft.com/azure/automation/runbook-input-parameters

    Raises:
        PowerShellError: One is given that the text does not have, or one is missing.

    """
    sent = {name.lower(): _decoded(found) for name, found in given.items()}
    bound: dict[str, Any] = {}
    parameters = syntax.child(block, "parameter_list") if block else None
    for parameter in syntax.named(parameters) if parameters else []:
        name = syntax.words(syntax.required(parameter, "variable"))[1:].lower()
        kinds = [type_name(each) for each in syntax.walk(parameter) if each.type == "type_literal"]
        attributes = syntax.child(parameter, "attribute_list")
        mandatory = "mandatory" in (syntax.words(attributes) if attributes else "").lower()
        default = syntax.child(parameter, "script_parameter_default")
        if name in sent:
            found = sent.pop(name)
        elif mandatory:
            raise PowerShellError(f"the mandatory parameter {name} is missing")
        else:
            found = value(syntax.named(default)[0]) if default else None
        for kind in kinds[-1:]:
            found = values.cast(found, kind) if found is not None else None
        bound[name] = found
    if sent:
        names = ", ".join(sent)
        raise PowerShellError(f"A parameter cannot be found that matches parameter name {names}.")
    return bound


def _decoded(value: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, str):
        return values.of_json(value)
    try:
        return values.of_json(json.loads(value))
    except ValueError:
        return value


def bind(node: "Node", cmdlet: Cmdlet, value: _Value, variables: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a command, by parameter in lower case.

    Raises:
        PowerShellError: A parameter is not known, or given twice, or has no value.

    """
    bound: dict[str, Any] = {}
    positions = list(cmdlet.positions)
    waiting = ""
    elements = syntax.child(node, "command_elements")
    for element in syntax.named(elements) if elements else []:
        text = syntax.words(element)
        if element.type == "command_parameter":
            if waiting:
                raise PowerShellError(f"{syntax.place(node)}: -{waiting} has no value")
            waiting = _known(node, cmdlet, text[1:])
            if waiting in cmdlet.switches:
                _put(node, bound, waiting, found=True)
                waiting = ""
        elif text.startswith("@") and not waiting:
            splatted = variables.get(text[1:].lower())
            if not isinstance(splatted, Record):
                raise syntax.unknown(element)
            for name, found in splatted.items():
                _put(node, bound, _known(node, cmdlet, name), found=found)
        else:
            name = waiting or (positions.pop(0) if positions else "")
            if not name:
                raise syntax.unknown(element)
            _put(node, bound, name, found=value(element))
            waiting = ""
    if waiting:
        raise PowerShellError(f"{syntax.place(node)}: -{waiting} has no value")
    return bound


def _known(node: "Node", cmdlet: Cmdlet, name: str) -> str:
    lower = name.lower()
    if lower not in cmdlet.parameters + cmdlet.switches:
        raise PowerShellError(
            f"{syntax.place(node)}: the local Azure does not know -{name} of this cmdlet"
        )
    return lower


def _put(node: "Node", bound: dict[str, Any], name: str, *, found: Any) -> None:  # noqa: ANN401 - a value of PowerShell
    if name in bound:
        raise PowerShellError(f"{syntax.place(node)}: -{name} is given twice")
    bound[name] = found
