"""The shipped stack files as mappings, and small changes to them."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sparehub.topology.config.schema import StackConfig
from sparehub.topology.model.build import build
from sparehub.topology.model.resources import Region
from sparehub.topology.rules.stack_file.parse import parse_stack

ROOT = Path(__file__).parent.parent
OURS = "/subscriptions/00000000-0000-0000-0000-00000000000a"
THEIRS = "/subscriptions/00000000-0000-0000-0000-00000000000b"


def shipped(stack: str) -> dict[str, Any]:
    """Return the keys of ``Pulumi.<stack>.yaml``, a copy to be changed at will."""
    return deepcopy(_keys(stack))


@cache
def _keys(stack: str) -> dict[str, Any]:
    values: dict[str, Any] = YAML(typ="safe").load((ROOT / f"Pulumi.{stack}.yaml").read_text())
    return dict(values["config"])


def recorded_inside(region: dict[str, Any]) -> None:
    """Put the records of a region's own circuits into the region itself, as by default."""
    for connection in region["expressRoute"]["connections"].values():
        del connection["circuit"]["location"]


def with_spokes(values: dict[str, Any], count: int) -> dict[str, Any]:
    """Return the keys with ``count`` spokes of one /24 each."""
    values["sparehub:region"]["spokes"] = {
        f"spoke{n}": {
            "addressSpace": [f"10.{100 + n // 250}.{n % 250}.0/24"],
            "subnets": {"app": {"addressPrefix": f"10.{100 + n // 250}.{n % 250}.0/24"}},
        }
        for n in range(1, count + 1)
    }
    return values


def region_of(values: dict[str, Any], activation: str = "", depth: str = "") -> Region:
    """Return the region that the keys describe, with the switch and the depth where given."""
    return build(stack_of(values, activation, depth))


def stack_of(values: dict[str, Any], activation: str = "", depth: str = "") -> StackConfig:
    """Return the configuration that the keys describe; switch and depth where given."""
    changed = deepcopy(values)
    if activation:
        changed["sparehub:activation"] = activation
    if depth:
        changed["sparehub:region"]["standby"] = {"depth": depth}
    return parse_stack(changed)
