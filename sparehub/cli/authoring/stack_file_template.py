"""The text of a new stack file, from the numbers that a person gave."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from sparehub.files.bounded_loading import LoadingError, load_yaml


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What ``sparehub init`` asks for; prefixes as text, checked once the file is written out."""

    location: str
    hub_address_space: str
    nva_subnet: str
    gateway_subnet: str
    nva_ip_address: str
    spokes: Mapping[str, str]  # address prefix by name; one subnet `app` over the whole of it
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
    circuit_location: str  # of its record; empty: the region's own


def stack_file_text(numbers: Numbers) -> str:
    """Return the primary's stack file, its keys explained."""
    environment = Environment(
        loader=PackageLoader("sparehub.cli.authoring"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - YAML, not HTML
    )
    environment.filters["yaml"] = _yaml
    return environment.get_template("stack.yaml.j2").render(numbers=numbers)


def _yaml(text: str) -> str:
    """Return a text as YAML: bare where that means the same, also inside brackets; else quoted."""
    bare = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ./_-]*", text) is not None
    return text if bare and _means_itself(text) else json.dumps(text)


def _means_itself(text: str) -> bool:
    try:
        return bool(load_yaml(text) == text)
    except LoadingError:
        return False
