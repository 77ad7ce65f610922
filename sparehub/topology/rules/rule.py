"""What a rule is: an id, how grave it is, why it is there, and the function that finds faults."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from sparehub.topology.azure.sources import SOURCES
from sparehub.topology.errors import Problem
from sparehub.topology.rules.findings import Severity

Subject = TypeVar("Subject")
_SHORT: Mapping[str, str] = MappingProxyType(
    {"asn": "ASN", "azure": "Azure", "dns": "DNS", "microsoft": "Microsoft", "nva": "NVA"}
)


class RuleFault(NamedTuple):
    """Where a rule is broken, and how, with what to do; of a pair also in which stack."""

    path: str
    message: str
    stack: str = ""


@dataclass(frozen=True, kw_only=True)
class Description:
    """A row of the catalogue."""

    id: str  # of azure-rules; CONFIG for the shape of a file and for names
    severity: Severity
    title: str
    why: str  # one sentence

    @property
    def source(self) -> str:
        """Where it was read."""
        return SOURCES[self.id]


@dataclass(frozen=True, kw_only=True)
class Rule(Description, Generic[Subject]):
    """A rule that a function of ours holds a subject to."""

    find: Callable[[Subject], Iterable[RuleFault]]

    def problem(self, fault: RuleFault) -> Problem:
        """Return a fault as a problem that names the rule."""
        return Problem(fault.path, fault.message, self.id)

    def problems(self, subject: Subject) -> Iterator[Problem]:
        """Yield every fault as a problem that names the rule."""
        yield from map(self.problem, self.find(subject))


def rule(
    identity: str, *, why: str, severity: Severity = "error"
) -> Callable[[Callable[[Subject], Iterable[RuleFault]]], Rule[Subject]]:
    """Make a rule of a function that is named after what it checks."""

    def make(find: Callable[[Subject], Iterable[RuleFault]]) -> Rule[Subject]:
        words = (_SHORT.get(word, word) for word in find.__name__.split("_"))
        text = " ".join(words)
        title = text[0].upper() + text[1:]
        return Rule(id=identity, severity=severity, title=title, why=why, find=find)

    return make
