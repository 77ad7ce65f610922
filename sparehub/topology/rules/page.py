"""The catalogue as a page for people."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sparehub.topology.rules.checks import CATALOGUE
from sparehub.topology.rules.out_of_scope import OUT_OF_SCOPE
from sparehub.topology.rules.rule import Description

_GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "CONFIG": "The file itself",
        "INTENT": "Reachability that is wanted (only `check` and `verify` ask this)",
        "VN": "Virtual networks and subnets",
        "PE": "Peerings",
        "ER": "ExpressRoute circuits and connections",
        "GWY": "Gateways",
        "RT": "Routes",
        "SR": "Site Recovery",
        "RG": "Regions and peering locations",
    }
)
_HEAD = """# The rules

Written by `python -m engine.rules_page` from the code; edit that, not this.

`sparehub check` holds both stack files to these rules, `pulumi preview` and `pulumi up` the stack
that they run on, before its first resource. An *error* is refused; of a *warning* one reads, acts,
or says in the stack file why not, and every report shows that reason:

```yaml
sparehub:ignoredRules:
  ER-02: the provider keeps 1 Gbps free for us, contract 4711
```

What is wrong with the other stack is warned of at preview and refused at its own, so that a change
of both can be deployed: the secondary first where something is added, the primary first where
something goes. `overrideInterlock` turns the errors of a pair into warnings: that region is lost.
"""


def page() -> str:
    """Return the whole page, in Markdown."""
    parts = [_HEAD]
    for prefix, title in _GROUPS.items():
        rows = [row for row in CATALOGUE if row.id.split("-")[0] == prefix]
        parts.append(f"## {title}\n\n{_table(sorted(rows, key=_order))}\n")
    lines = [f"| {each.id} | {each.what} | {each.reason} |" for each in OUT_OF_SCOPE]
    head = "| id | what | why not |\n| --- | --- | --- |\n"
    parts.append("## Not checked here\n\n" + head + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _order(row: Description) -> tuple[int, str, str, str]:
    return (int(re.sub(r"\D", "", row.id) or 0), row.id, row.severity, row.title)


def _table(rows: Iterable[Description]) -> str:
    head = ["| id | severity | what | why | source |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *map(_line, rows)])


def _line(row: Description) -> str:
    name = row.source.rstrip("/").split("/")[-1]
    return f"| {row.id} | {row.severity} | {row.title} | {row.why} | [{name}]({row.source}) |"
