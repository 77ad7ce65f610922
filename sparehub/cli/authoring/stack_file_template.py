"""The text of a new stack file, from a template and the answers to `sparehub init`."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from sparehub.cli.authoring.replicated_machines import Replicated
from sparehub.files.bounded_loading import LoadingError, load_yaml


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The answers to ``sparehub init``; prefixes are text, and checked in the finished file."""

    location: str
    hub_address_space: str
    nva_subnet: str
    gateway_subnet: str
    nva_ip_address: str
    spokes: Mapping[str, str]  # address prefix by name; its one subnet `app` has the same prefix
    gateway_sku: str
    connection: str
    peering_location: str
    service_provider: str
    bandwidth: int
    tier: str
    family: str
    peer_asn: int
    vlan_id: int
    primary_link: str
    secondary_link: str
    on_premises: tuple[str, ...]
    circuit_location: str  # region of the circuit's record; empty for the region's own
    replicated: Replicated | None  # what Site Recovery replicates; None for nothing


def stack_file_text(numbers: Numbers) -> str:
    """Return the primary's stack file, with a comment for its keys."""
    return templates().get_template("stack.yaml.j2").render(numbers=numbers)


def templates() -> Environment:
    """Return the templates of the files that ``sparehub init`` writes."""
    environment = Environment(
        loader=PackageLoader("sparehub.cli.authoring"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - YAML and Python, not HTML
    )
    environment.filters["yaml"] = _yaml
    return environment


def _yaml(text: str) -> str:
    """Return a text as YAML: plain where YAML reads it as the same text, else quoted."""
    bare = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ./_-]*", text) is not None
    return text if bare and _is_plain(text) else json.dumps(text)


def _is_plain(text: str) -> bool:
    try:
        return bool(load_yaml(text) == text)
    except LoadingError:
        return False
