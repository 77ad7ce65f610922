"""``sparehub adopt``: writes a stack file and an import file for an existing network."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

from sparehub.cli.authoring.new_file import refuse_existing, write_new_file
from sparehub.files.bounded_loading import (
    MOST_JSON_BYTES,
    LoadingError,
    load_json,
    read_bounded,
    yaml_loader,
)
from sparehub.output import Output
from sparehub.topology.adoption.adopt import Adopted, NotUnderstood, adopt
from sparehub.topology.config.printable import shown
from sparehub.topology.config.resource_ids import is_group_name, is_subscription
from sparehub.topology.errors import ExitCode, OptionsError, UnreadableError
from sparehub.topology.model.names import resource_group_name
from sparehub.topology.state.resources import ArmResource, arm_resources
from sparehub.topology.state.template import Template

_HEADER = """\
# Written by `sparehub adopt` from existing Azure resources; read its list before you import.
"""
_OTHER = """\
# Site Recovery in the other region's stack file, as `sparehub adopt` found it: keys of `config`.
"""
_WIDE = 4096  # columns, so that no id is wrapped
_UNKNOWN_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
_IDENTITY = re.compile(r"/subscriptions/([^/\"']+)/resourceGroups/([^/\"']+)", re.IGNORECASE)


def adopt_file(  # noqa: PLR0913 - one option each
    source: Path,
    out: Path,
    output: Output,
    *,
    subscription: str | None,
    resource_group: str | None,
    other_out: Path | None = None,
) -> int:
    """Write both new files and print what they leave out; return the exit code.

    Raises:
        OptionsError: The subscription or the resource group is not a valid one.
        SparehubError: The source cannot be read or has no region, or a file exists.
    """
    if subscription is not None and not is_subscription(subscription):
        raise OptionsError(
            f"--subscription: {shown(subscription)} is not a subscription id (a GUID)"
        )
    if resource_group is not None and not is_group_name(resource_group):
        raise OptionsError(
            f"--resource-group: {shown(resource_group)} is not the name of a resource group"
        )
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
    texts = {out: _yaml({"config": dict(adopted.values)}, _HEADER)}
    texts[imports] = json.dumps(adopted.imports, indent=2)
    if other_out and adopted.other:
        texts[other_out] = _yaml({"sparehub:region": dict(adopted.other)}, _OTHER)
    refuse_existing(*texts)
    for path, text in texts.items():
        write_new_file(path, f"{text.rstrip()}\n")
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
    """Return the resources of a template, and the assumptions about its subscription and group.

    Resources outside the template are named by full ids; if these have one subscription alone, it
    is taken for that of the template.
    """
    subscriptions = {
        match[0].lower(): match[0] for match in _IDENTITY.findall(json.dumps(document))
    }
    assumed = []
    if subscription is None:
        only = len(subscriptions) == 1
        subscription = next(iter(subscriptions.values())) if only else _UNKNOWN_SUBSCRIPTION
        reason = "assumed, because a template has no subscription id: give --subscription"
        assumed.append(NotUnderstood(f"/subscriptions/{subscription}", reason))
    if resource_group is None:
        resource_group = resource_group_name(_location(document))
        group = f"/subscriptions/{subscription}/resourceGroups/{resource_group}"
        reason = "assumed, because a template has no resource group: give --resource-group"
        assumed.append(NotUnderstood(group, reason))
    template = Template(document, subscription, resource_group)
    resources = arm_resources(template.resources())
    assumed += [
        NotUnderstood(expression, "an expression of the template that was not evaluated")
        for expression in template.unknown
    ]
    return resources, assumed


def _location(document: Mapping[str, Any]) -> str:
    """Return the location of the template's first virtual network."""
    resources = document.get("resources") or ()
    networks = [
        resource.get("location")
        for resource in (resources.values() if isinstance(resources, Mapping) else resources)
        if isinstance(resource, Mapping) and str(resource.get("type")).endswith("/virtualNetworks")
    ]
    return str(next(filter(None, networks), "unknown")).replace(" ", "").lower()


def _yaml(document: Mapping[str, Any], header: str) -> str:
    yaml = yaml_loader("rt")
    yaml.width = _WIDE
    text = StringIO()
    yaml.dump(document, text)
    return header + text.getvalue()


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
            "other": dict(adopted.other),
            "notUnderstood": [asdict(item) for item in listed],
            "problems": list(adopted.problems),
        }
        output.document(document)
        return
    for item in listed:  # a table would cut the ids
        output.results.print(item.id, style="yellow", end="")
        output.results.print(f": {item.reason}")
    for problem in adopted.problems:
        output.results.print("check will refuse ", style="red", end="")
        output.results.print(problem)
    if adopted.other:
        text = _yaml({"sparehub:region": dict(adopted.other)}, _OTHER)
        output.results.print(text.rstrip(), markup=False, highlight=False, soft_wrap=True)
    output.note(
        f"wrote {out} and {imports} ({count} entries); next: `pulumi import -f {imports} --yes "
        "--skip-preview --generate-code=false`, then `pulumi preview`"
    )
