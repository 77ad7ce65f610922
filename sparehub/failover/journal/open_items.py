"""Open items: regions that were left without being disconnected, and the fences that isolate them.

``sparehub finish-fence`` closes them. Journal and ``sparehub status --json`` call them ``debts``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from sparehub.failover.journal.acceptances import Accepted


@dataclass(frozen=True, kw_only=True)
class Fence:
    """One thing that keeps a region from being reached over one circuit."""

    how: Literal["privatePeering", "authorization"]
    id: str
    """What was disabled or revoked."""
    was: str = "Enabled"
    """The previous state of the peering: one that was disabled already is not enabled later."""
    cuts: tuple[str, ...] = ()
    """Who else is cut, which somebody accepted."""

    def document(self) -> dict[str, Any]:
        """Return the fence for the journal."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return a fence as the journal holds it; what a later version adds is ignored.

        Raises:
            KeyError: where the document is not one that a version of this program writes.
        """
        return cls(
            how=document["how"],
            id=document["id"],
            was=document.get("was", "Enabled"),
            cuts=tuple(document.get("cuts") or ()),
        )


@dataclass(frozen=True, kw_only=True)
class OpenItem:
    """A region that was left without being disconnected."""

    id: str
    stack: str
    """The stack of that region."""
    target: str
    """The stack that took over, whose file overrides the interlock meanwhile."""
    generation: int = 0
    """The generation of the switch; 0 in journals of older versions."""
    unfenced: bool
    """Whether nothing keeps the region from advertising."""
    prefixes: tuple[str, ...]
    """What it may still advertise."""
    accepted: Accepted
    fences: tuple[Fence, ...]
    machines: tuple[str, ...] = ()
    """The ids of the machines of the region that were failed over and may still run there."""
    operation: str = ""
    """The operation that left the region."""

    @property
    def is_connected(self) -> bool:
        """Whether the region has still to be disconnected; else only its machines may run."""
        return self.unfenced or bool(self.fences or self.prefixes)

    @classmethod
    def of(cls, data: Mapping[str, Any], operation: str) -> Self:
        """Return the item that a record of the journal opens.

        Raises:
            KeyError: where the record is not one that a version of this program writes.
        """
        return cls(
            id=data["id"],
            stack=data["stack"],
            target=data["target"],
            generation=data.get("generation", 0),
            unfenced=data["unfenced"],
            prefixes=tuple(data["prefixes"]),
            accepted=Accepted.of(data),
            fences=tuple(map(Fence.of, data["fences"])),
            machines=tuple(data.get("machines") or ()),
            operation=operation,
        )

    def data(self) -> dict[str, Any]:
        """Return the item as its record in the journal holds it."""
        return {
            "id": self.id,
            "stack": self.stack,
            "target": self.target,
            "generation": self.generation,
            "unfenced": self.unfenced,
            "prefixes": list(self.prefixes),
            **self.accepted.document(),
            "fences": [fence.document() for fence in self.fences],
            "machines": list(self.machines),
        }

    def document(self) -> dict[str, Any]:
        """Return the item under the keys of ``debts`` in ``sparehub status --json``."""
        return {**self.data(), "operation": self.operation}
