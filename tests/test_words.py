"""The project's text uses the words of networking, Azure, Pulumi and software.

``BANNED`` has the words that a reader would not search for, or that meant two things, with what to
write in their place. The glossary (``docs/glossary.md``) has the words that remain.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

import pytest

from tests.configurations import ROOT
from tests.test_repository import tracked

BANNED = {
    r"ow(?:e|es|ed|ing)": "open item; must",
    r"debts?": "open item (the JSON key stays `debts`)",
    r"(?:un)?settl(?:e|es|ed|ing)": "reconcile; wait until provisioned",
    r"told|tells?|telling": "report, notify, say, show",
    r"strays?": "orphan",
    r"pa(?:y|ys|id|ying)": "remove the fence; cost; name what is done",
    r"past (?:the|an|any|every|its|that|this) nva": "through the NVA, or bypassing the NVA",
    r"doom(?:s|ed)?": "will fail",
    r"mishaps?": "transport fault",
    r"ledgers?": "journal state",
    r"workplaces?": "session",
    r"wish(?:es|ed)?": "request",
    r"deeds?": "operation record",
    r"st(?:an|oo)ds? in|standing in": "replacement; simulator; is in",
    r"stands? there|stood there": "exists; is deployed",
    r"shut in": "isolated",
    r"nobody (?:knows|can know)": "unknown",
    r"whatever": "name what is meant",
    r"of before": "previous",
    r"by now": "name the time, or nothing",
    r"hence": "so",
    r"(?<!there )is no(?= (?!longer\b|more\b|other\b)\w)": "is not a ...",
}
"""Patterns over lower-case text in which identifiers are split into words, and what to write."""

ALLOWED = {
    r'"debts"|`debts`': "a key of `sparehub status --json`, which scripts read",
    r'"settling"|"debt"|:debt:': "events of journals that are on disk",
    r'"unsettled"': "a value of an event of journals that are on disk",
    r"\bpay-as-you-go\b": "the name of an Azure offer",
    r"https?://\S+": "an address",
}
"""Patterns over the text as it is, and why each may stay."""

CHECKED = (
    ".py",
    ".md",
    ".j2",
    ".js",
    ".css",
    ".yaml",
    ".yml",
    ".toml",
    "Makefile",
    ".importlinter",
)
OWN = "tests/test_words.py"


def problems(text: str) -> Iterator[str]:
    """Yield each banned word of a text with its line and what to write in its place."""
    for allowed in ALLOWED:
        text = re.sub(allowed, lambda match: " " * len(match[0]), text)
    starts = [0]
    words: list[str] = []
    for line in text.splitlines():
        split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", line)
        split = re.sub(r"[\s_#*>/|-]+", " ", split).strip().lower() + " "
        words.append(split)
        starts.append(starts[-1] + len(split))
    joined = "".join(words)
    for pattern, replacement in BANNED.items():
        for match in re.finditer(rf"\b(?:{pattern})(?!\w)", joined):
            number = bisect_right(starts, match.start())
            yield f"line {number}: '{match[0].strip()}' -> {replacement}"


def checked() -> list[str]:
    """Return the tracked files whose text is checked."""
    return [path for path in tracked() if path.endswith(CHECKED) and path != OWN]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the region is owed", ["owed"]),
        ("settle_pending = 1", ["settle"]),
        ("class StrayResource:", ["stray"]),
        ("traffic goes past\n# the NVA", ["past the nva"]),
        ("a stand-in for Azure", ["stand in"]),
        ("a name that is no region", ["is no"]),
        ("there is no region; it is no longer live", []),
        ('state["debts"], https://example.com/pay', []),
        ("flowed, payload, deeds-free? shows", ["deeds"]),
    ],
)
def test_a_banned_word_is_found_in_prose_and_identifiers(text: str, words: list[str]) -> None:
    """Over line ends, in camel case and in snake case; a contract's key is allowed."""
    assert [re.findall("'(.*)'", problem)[0] for problem in problems(text)] == words


def test_text_has_no_banned_word() -> None:
    """Identifiers, comments, messages, documents and templates."""
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in checked()}
    found = [f"{path}: {problem}" for path, text in texts.items() for problem in problems(text)]

    assert not found, "\n".join(found)
