"""The catalogue of refusals by name, and which entry an answer of the local Azure is."""

import re
from string import Formatter
from typing import Any

from sparehub.simulator.arm.refusals import (
    access,
    common,
    compute_and_lb,
    express_route,
    network,
    private_dns,
    replicated_machines,
    site_recovery,
)
from sparehub.simulator.arm.refusals.template import ErrorTemplate

MODULES = (
    common,
    access,
    compute_and_lb,
    express_route,
    network,
    private_dns,
    replicated_machines,
    site_recovery,
)
ENTRIES = [
    (name, entry)
    for module in MODULES
    for name, entry in vars(module).items()
    if isinstance(entry, ErrorTemplate)
]
CATALOGUE = dict(ENTRIES)


def fits(template: str, text: str) -> bool:
    """Return whether a text is a template with values in its fields."""
    parts = [
        re.escape(literal) + ("" if field is None else ".*")
        for literal, field, _, _ in Formatter().parse(template)
    ]
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def entry_of(status: int, error: dict[str, Any]) -> str:
    """Return the name of the one entry that a refusal is, by status, code, message and details."""
    details = [(detail["code"], detail["message"]) for detail in error["details"]]
    names = [
        name
        for name, entry in CATALOGUE.items()
        if (entry.status, entry.code) == (status, error["code"])
        and fits(entry.message, error["message"])
        and all(
            any(code == sent and fits(text, message) for sent, message in details)
            for code, text in entry.details
        )
    ]
    assert len(names) == 1, f"{status} {error} is {' or '.join(names) or 'not in the catalogue'}"
    return names[0]
