"""Shapes of a picture: boxes and links with coordinates, in CSS pixels of its view box."""

from collections.abc import Sequence
from dataclasses import dataclass

from sparehub.report.drawing.frames import LinkState

_NARROW, _WIDE = frozenset(" !'(),-./:;I[]fijlrt|"), frozenset("%@MW_mw…")
_PADDING = 6.0  # of a box, both sides together
_PREFIXES_NAMED = 2
_SIGN = 0.4  # of the first stretch of a link


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle with lines of text; ``contexts`` are the subnets whose routes it shows."""

    kind: str  # the class in the style sheet
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    title: str  # the full text of lines that may be cut
    state: str = ""
    mark: str = ""
    contexts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Line:
    """A link between two boxes, labelled with its state."""

    points: tuple[tuple[float, float], ...]
    state: LinkState
    title: str
    label: str = ""
    mark: str = ""

    @property
    def path(self) -> str:
        """The points as an SVG path."""
        return "M" + " L".join(f"{x:g} {y:g}" for x, y in self.points)

    @property
    def sign(self) -> tuple[float, float]:
        """Position of cross, mark and label: near the start, where links are apart."""
        (x1, y1), (x2, y2) = self.points[:2]
        return x1 + (x2 - x1) * _SIGN, y1 + (y2 - y1) * _SIGN


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A drawing of the pair for SVG output."""

    title: str
    summary: tuple[str, ...]  # one sentence for each region
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def named(prefixes: Sequence[object]) -> str:
    """Return the first prefixes, and the number of others."""
    more = len(prefixes) - _PREFIXES_NAMED
    listed = ", ".join(map(str, prefixes[:_PREFIXES_NAMED]))
    return f"{listed} and {more} more" if more > 0 else listed


def fitting(text: str, width: float, *, bold: bool = False) -> str:
    """Return a text cut to the width of a box, with an ellipsis where it is cut."""
    room = width - _PADDING
    if _extent(text, bold=bold) <= room:
        return text
    while text and _extent(f"{text}…", bold=bold) > room:
        text = text[:-1]
    return f"{text}…"


def _extent(text: str, *, bold: bool) -> float:
    """Return the greatest width of a text in any of the style's fonts, in pixels."""
    size = 12 * 1.1 if bold else 11
    ems = (0.4 if char in _NARROW else 1.0 if char in _WIDE else 0.65 for char in text)
    return size * sum(ems)
