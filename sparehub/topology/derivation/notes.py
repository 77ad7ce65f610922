"""What a person has to know of a derived stack file, as data."""

from dataclasses import dataclass
from enum import StrEnum


class NoteKind(StrEnum):
    """What a note asks of its reader."""

    CONFIRM = "to be confirmed"  # a value that the first region does not show
    DO = "to do"
    KEPT = "kept"  # what the file said already, though the first region's keys say otherwise
    FOLLOWED = "followed"  # what the file said and says no longer: the first region decides
    LEFT_OUT = "left out"  # what serves the first region alone


@dataclass(frozen=True)
class Note:
    """One remark on one place of the stack file."""

    kind: NoteKind
    keys: tuple[str, ...]  # the place, from the top: ("region", "hub", "nva", "ipAddress")
    message: str

    @property
    def path(self) -> str:
        """The place in the words of every other message: ``region.hub.nva.ipAddress``."""
        return ".".join(self.keys)

    def __str__(self) -> str:
        return f"{self.kind}: {self.path}: {self.message}"
