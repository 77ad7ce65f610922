"""``sparehub adopt``: a stack file and an import file for a network that exists."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

from sparehub.files.bounded_loading import (
    MOST_JSON_BYTES,
    LoadingError,
    load_json,
    read_bounded,
    yaml_loader,
)
from sparehub.files.replace_file import create_file
from sparehub.output import Output
from sparehub.topology.adoption.adopt import Adopted, NotUnderstood, adopt
from sparehub.topology.config.printable import shown
from sparehub.topology.config.resource_ids import is_group_name, is_subscription
from sparehub.topology.errors import ExitCode, OptionsError, SparehubError, UnreadableError
from sparehub.topology.state.resources import ArmResource, arm_resources
from sparehub.topology.state.template import Template

_HEADER = """\
# Written by `sparehub adopt` from what stands in Azure; read its list before you import anything.
"""
_WIDE = 4096  # columns: an id is never folded
_UNKNOWN_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
_IDENTITY = re.compile(r"/subscriptions/([^/\"']+)/resourceGroups/([^/\"']+)", re.IGNORECASE)


def adopt_file(
    source: Path,
    out: Path,
    output: Output,
    *,
    subscription: str | None,
    resource_group: str | None,
) -> int:
    """Write both files, never over others, and print what they leave out; return the exit code.

    Raises:
        OptionsError: where a subscription or a group can have no such name.
        SparehubError: where the source cannot be read, describes no region, or a file exists.
    """
    if subscription is not None and not is_subscription(subscription):
        raise OptionsError(f"--subscription: {shown(subscription)} is no subscription's id, a GUID")
    if resource_group is not None and not is_group_name(resource_group):
        raise OptionsError(f"--resource-group: {shown(resource_group)} is no resource group's name")
    document = _document(source)
    if isinstance(document, Mapping) and "$schema" in document:
        resources, assumed = _exported(document, subscription, resource_group)
    else:
        listed = (
            document.get("value", document.get("resources"))
            if isinstance(document, Mapping)
            else document
        )
        if not isinstance(listed, list):
            message = f"{source} is neither an exported template nor a list of resources"
            raise UnreadableError(message)
        resources, assumed = arm_resources(listed), []
    adopted = adopt(resources)
    imports = out.with_suffix(".import.json")
    for path in (out, imports):
        if path.exists():
            message = f"{path} exists already: name another with -o, or move it away first"
            raise SparehubError(message)
    for path, text in ((out, _yaml(adopted)), (imports, json.dumps(adopted.imports, indent=2))):
        _write(path, f"{text.rstrip()}\n")
    _report(output, out, imports, adopted, [*assumed, *adopted.not_understood])
    return ExitCode.REFUSED if adopted.problems else ExitCode.DONE


def _document(source: Path) -> Any:  # noqa: ANN401 - JSON
    try:
        return load_json(read_bounded(source, MOST_JSON_BYTES).removeprefix("\ufeff"))
    except OSError as error:
        message = f"{source} cannot be read ({error.strerror})"
        raise UnreadableError(message) from None
    except LoadingError as error:
        raise UnreadableError(f"{source} {error}") from None


def _exported(
    document: Mapping[str, Any], subscription: str | None, resource_group: str | None
) -> tuple[list[ArmResource], list[NotUnderstood]]:
    """Return the resources of a template, and what had to be assumed: it does not say where it is.

    What lies elsewhere is named by whole ids; they tell the subscription if it is one alone.
    """
    named = {each[0].lower(): each[0] for each in _IDENTITY.findall(json.dumps(document))}
    assumed = []
    if subscription is None:
        subscription = next(iter(named.values())) if len(named) == 1 else _UNKNOWN_SUBSCRIPTION
        reason = "a template does not say its subscription, this was assumed: give --subscription"
        assumed.append(NotUnderstood(f"/subscriptions/{subscription}", reason))
    if resource_group is None:
        resource_group = f"rg-sparehub-{_location(document)}"
        group = f"/subscriptions/{subscription}/resourceGroups/{resource_group}"
        reason = "a template does not say its group, this was assumed: give --resource-group"
        assumed.append(NotUnderstood(group, reason))
    template = Template(document, subscription, resource_group)
    resources = arm_resources(template.resources())
    assumed += [
        NotUnderstood(expression, "an expression of the template that was left as it is")
        for expression in template.unknown
    ]
    return resources, assumed


def _location(document: Mapping[str, Any]) -> str:
    """Return where the template's first network is."""
    resources = document.get("resources") or ()
    networks = [
        each.get("location")
        for each in (resources.values() if isinstance(resources, Mapping) else resources)
        if isinstance(each, Mapping) and str(each.get("type")).endswith("/virtualNetworks")
    ]
    return str(next(filter(None, networks), "unknown")).replace(" ", "").lower()


def _yaml(adopted: Adopted) -> str:
    yaml = yaml_loader("rt")
    yaml.width = _WIDE
    text = StringIO()
    yaml.dump({"config": dict(adopted.values)}, text)
    return _HEADER + text.getvalue()


def _write(path: Path, text: str) -> None:
    try:
        create_file(path, text)
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}): name another with -o"
        raise SparehubError(message) from None


def _report(
    output: Output,
    out: Path,
    imports: Path,
    adopted: Adopted,
    listed: list[NotUnderstood],
) -> None:
    count = len(adopted.imports["resources"])
    if output.as_json:
        document = {
            "configuration": str(out),
            "import": str(imports),
            "resources": count,
            "notUnderstood": [asdict(each) for each in listed],
            "problems": list(adopted.problems),
        }
        output.document(document)
        return
    for each in listed:  # no table: it would cut the ids
        output.results.print(each.id, style="yellow", end="")
        output.results.print(f": {each.reason}")
    for problem in adopted.problems:
        output.results.print("check will refuse ", style="red", end="")
        output.results.print(problem)
    output.note(
        f"wrote {out} and {imports} ({count} entries); next: `pulumi import -f {imports} --yes "
        "--skip-preview --generate-code=false`, then `pulumi preview`"
    )
