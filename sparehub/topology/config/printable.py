"""Text that came from somewhere else, made safe to show: on a terminal, in a message, in a file.

A terminal obeys escape characters, and orders text anew by characters that nobody sees. Both are
shown as Python escapes them. https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
"""

import re

_LONGEST = 200
"""Characters of a value in a message."""
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no text needs: control characters but for tab and line ends, and halves of a character."""
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but for tab and line feed, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they turn the direction of text
    "\u2028\u2029"  # they end a line for some, and not for others
    "\ud800-\udfff]"  # halves of a character, which no stream can write
)


def printable(text: str) -> str:
    """Return a text that a terminal shows as it is: lines and tabs stay, all else is escaped."""
    return _UNSAFE.sub(lambda found: _escaped(found[0]), text.replace("\r\n", "\n"))


def shown(value: object) -> str:
    """Return a value for a message: quoted, escaped, and cut where it is long."""
    if isinstance(value, str):
        count = len(value)
        quoted = repr(value[:_LONGEST])
        return quoted if count <= _LONGEST else f"{quoted}... ({count} characters)"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**_DIGITS:
        return f"a number of more than {_DIGITS} digits"
    return repr(value)[:_LONGEST]


_DIGITS = 40
"""Digits of a number in a message; Python itself refuses to write one of thousands."""


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
