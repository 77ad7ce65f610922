"""Findings of a check: a problem, its severity, and its stack."""

from dataclasses import dataclass
from typing import Literal, Self

from sparehub.topology.azure.sources import SOURCES
from sparehub.topology.errors import Problem

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Finding:
    """One line of ``sparehub check``; the field names are its JSON keys."""

    severity: Severity
    stack: str
    path: str
    message: str
    rule: str
    source: str

    @classmethod
    def of(cls, problem: Problem, stack: str, severity: Severity = "error") -> Self:
        """Return a problem of a stack as a finding, with the source of its rule."""
        source = SOURCES[problem.rule]
        return cls(severity, stack, problem.path, problem.message, problem.rule, source)
