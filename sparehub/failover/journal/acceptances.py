"""What somebody accepted for an operation: a reason for each, kept in the journal."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """Each is empty where nobody accepted it."""

    reason: str = ""
    """Why the region may stay unfenced (``--accept-unfenced``)."""
    cut: str = ""
    """Why a fence may cut others, too (``--accept-cut``)."""
    ticket: str = ""
    """By what on-premises routers filter the region (``--fenced-on-premises``)."""
    unreached: str = ""
    """Why the region that took over need not reach on-premises yet (``--accept-unreached``)."""
    loss: str = ""
    """Why data or a machine may be lost (``--accept-loss``)."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Return what a record of the journal holds."""
        return cls(**{name: str(data.get(name) or "") for name in asdict(cls())})

    def after(self, before: Self) -> Self:
        """Return this together with what was accepted before."""
        reasons = {name: value for name, value in asdict(self).items() if value}
        return type(self)(**{**asdict(before), **reasons})

    def document(self) -> dict[str, str]:
        """Return it for the journal."""
        return asdict(self)


NOTHING = Accepted()
