"""A rule: its id, severity, reason, and the function that finds faults."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from sparehub.topology.azure.sources import SOURCES
from sparehub.topology.errors import Problem
from sparehub.topology.rules.findings import Severity

Subject = TypeVar("Subject")
_SHORT: Mapping[str, str] = MappingProxyType(
    {
        "asn": "ASN",
        "azure": "Azure",
        "bastion": "Bastion",
        "bgp": "BGP",
        "dns": "DNS",
        "microsoft": "Microsoft",
        "nat": "NAT",
        "nva": "NVA",
        "recovery": "Recovery",
        "site": "Site",
    }
)


class RuleFault(NamedTuple):
    """A broken rule: the key, what is wrong and what to do; in a pair also the stack."""

    path: str
    message: str
    stack: str = ""


@dataclass(frozen=True, kw_only=True)
class Description:
    """A row of the catalogue.

    Attributes:
        id: of Azure's rules, such as VN-12; CONFIG for the form of a file and for names.
        why: one sentence.
    """

    id: str
    severity: Severity
    title: str
    why: str

    @property
    def source(self) -> str:
        """The page that the rule was read on."""
        return SOURCES[self.id]


@dataclass(frozen=True, kw_only=True)
class Rule(Description, Generic[Subject]):
    """A rule that a function checks on a subject: a file, a region, or a pair."""

    find: Callable[[Subject], Iterable[RuleFault]]

    def problem(self, fault: RuleFault) -> Problem:
        """Return a fault as a problem with the id of the rule."""
        return Problem(fault.path, fault.message, self.id)

    def problems(self, subject: Subject) -> Iterator[Problem]:
        """Yield every fault of a subject as a problem with the id of the rule."""
        yield from map(self.problem, self.find(subject))


def rule(
    identity: str, *, why: str, severity: Severity = "error"
) -> Callable[[Callable[[Subject], Iterable[RuleFault]]], Rule[Subject]]:
    """Make a rule of a function whose name states the rule: the name becomes the title."""

    def make(find: Callable[[Subject], Iterable[RuleFault]]) -> Rule[Subject]:
        words = (_SHORT.get(word, word) for word in find.__name__.split("_"))
        text = " ".join(words)
        title = text[0].upper() + text[1:]
        return Rule(id=identity, severity=severity, title=title, why=why, find=find)

    return make
