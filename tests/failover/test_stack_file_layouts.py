"""Stack files in every layout that YAML knows: edited right, or refused by `check` beforehand.

Pulumi itself folds long values, adds ``encryptionsalt`` and secret objects; people write the rest.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sparehub.stacks.stack_file_edit import (
    ACTIVATION,
    DISCONNECTED,
    GENERATION,
    OVERRIDE,
    editing_problems,
    set_values,
)
from sparehub.stacks.stack_files import StackText
from sparehub.topology.errors import PreflightError

REASON = "East Asia is lost: 'ticket' # 42"
EDITS: list[dict[str, str | int | bool | None]] = [
    {ACTIVATION: "standby"},
    {ACTIVATION: "active"},
    {OVERRIDE: REASON},
    {OVERRIDE: None},
    {DISCONNECTED: True},
    {DISCONNECTED: None},
    {GENERATION: 7},
    {GENERATION: None},
    {ACTIVATION: "standby", GENERATION: 8, OVERRIDE: None, DISCONNECTED: None},
    {ACTIVATION: "standby", GENERATION: 9, OVERRIDE: REASON, DISCONNECTED: True},
]
HEAD = "# c0\nconfig:\n  azure-native:location: eastasia # c1\n"
TAIL = "  sparehub:pairedStack: secondary # c8\n# c9\n"


def within(*lines: str) -> str:
    """Return a stack file with some lines among its keys."""
    return HEAD + "".join(f"  {line}\n" for line in lines) + TAIL


LAYOUTS = {
    # what stands behind, before and around the value
    "plain": within("sparehub:activation: active"),
    "comment behind": within("sparehub:activation: active # c2"),
    "comment far behind": within("sparehub:activation: active      # c2"),
    "comments above": within("# c2", "", "# c3", "sparehub:activation: active"),
    "comments below": within("sparehub:activation: active", "# c2", "", "# c3"),
    "comment without indent": within("sparehub:activation: active") + "# c3\n",
    "comment on the line of config": "config: # c1\n  sparehub:activation: active\n  a:b: 1\n",
    "blanks behind": within("sparehub:activation: active   "),
    "blanks before": within("sparehub:activation:    active"),
    "blank before the colon": within("sparehub:activation : active # c2"),
    "value on the next line": within("sparehub:activation:", "  active # c2"),
    "comment between key and value": within("sparehub:activation: # c2", "  active # c3"),
    "no activation": within("sparehub:ignoredRules: {ER-24: why}"),
    "empty value": within("sparehub:activation:"),
    "empty value with a comment": within("sparehub:activation: # c2"),
    "null": within("sparehub:activation: null # c2"),
    "tilde": within("sparehub:overrideInterlock: ~ # c2"),
    # quotes
    "single quotes": within("sparehub:activation: 'active' # c2"),
    "double quotes": within('sparehub:activation: "active" # c2'),
    "hash within quotes": within("sparehub:overrideInterlock: 'is # lost' # c2"),
    "hash within a word": within("sparehub:overrideInterlock: lost#42 # c2"),
    "quotes within quotes": within("sparehub:overrideInterlock: 'it''s \"lost\"' # c2"),
    "escapes": within('sparehub:overrideInterlock: "a\\n\\"b\\" \\x41 \\u2028" # c2'),
    "quoted key": within('"sparehub:activation": active # c2'),
    "key in single quotes": within("'sparehub:activation': active # c2"),
    "escaped key": within('"sparehub:\\x61ctivation": active # c2'),
    # several lines
    "folded plain": within("sparehub:overrideInterlock: East Asia is lost,", "  ticket 42 # c2"),
    "folded plain with a blank line": within("sparehub:overrideInterlock: a", "", "  b # c2"),
    "folded in single quotes": within("sparehub:overrideInterlock: 'a", "  # no comment'"),
    "folded in double quotes": within('sparehub:overrideInterlock: "a\\', '  # no comment"'),
    "folded block": within("sparehub:overrideInterlock: >-", "  East Asia", "  is lost"),
    "folded block with a comment": within("sparehub:overrideInterlock: > # c2", "  lost"),
    "literal block": within("sparehub:overrideInterlock: |", "  a", "", "  # no comment", ""),
    "literal block, kept": within("sparehub:overrideInterlock: |+", "  a", "", ""),
    "literal block, indented": within("sparehub:overrideInterlock: |2-", "     a"),
    "literal block and comments": within("sparehub:overrideInterlock: |", "  a", "", "# c2"),
    "activation in a block": within("sparehub:activation: >-", "  active"),
    "literal block last": HEAD + "  sparehub:overrideInterlock: |\n    a\n",
    "folded last without newline": HEAD + "  sparehub:overrideInterlock: 'a\n    b'",
    # flow style
    "config in one line": "config: {azure-native:location: a, sparehub:activation: active} # c1\n",
    "config in braces": "config: {\n  a:b: 1, # c1\n  sparehub:activation: active, # c2\n}\n# c3\n",
    "config in braces, last": "config: {sparehub:activation: active, a:b: {c: [1, {d: e}]}} # c1\n",
    "config in braces, alone": "config: {sparehub:activation: active} # c1\n",
    "quoted in braces": 'config: {"sparehub:activation": "active", \'a:b\': [1]} # c1\n',
    "no blank in braces": 'config: {"sparehub:activation":"active","a:b":1} # c1\n',
    "no value in braces": "config: {sparehub:activation: , a:b: 1} # c1\n",
    "empty config": "# c0\nconfig: {} # c1\n",
    "empty config over lines": "config: {\n}\n",
    "everything in braces": "{config: {sparehub:activation: active, a:b: 1}, encryptionsalt: v1}\n",
    "JSON": '{"config": {"sparehub:activation": "active", "sparehub:generation": 3}}\n',
    "comments within braces": "config: { # c1\n  # c2\n  sparehub:activation: active # c3\n}\n",
    # line ends and the ends of the file
    "carriage returns": within("sparehub:activation: active # c2").replace("\n", "\r\n"),
    "carriage returns, folded": within("sparehub:overrideInterlock: a", "  b").replace(
        "\n", "\r\n"
    ),
    "mixed line ends": within("sparehub:activation: active # c2").replace("c1\n", "c1\r\n"),
    "no newline at the end": within("sparehub:activation: active").removesuffix("# c9\n").rstrip(),
    "activation last, no newline": HEAD + "  sparehub:activation: active",
    "override last, no newline": HEAD + "  sparehub:overrideInterlock: lost",
    "blank lines at the end": within("sparehub:activation: active") + "\n\n",
    "byte order mark": "\ufeff" + within("sparehub:activation: active # c2"),
    # documents
    "document marker": "---\n" + within("sparehub:activation: active # c2"),
    "document markers": "--- # c7\n" + within("sparehub:activation: active") + "...\n",
    "directive": "%YAML 1.1\n---\n" + within("sparehub:activation: active # c2"),
    "directive of 1.2": "%YAML 1.2\n---\n" + within("sparehub:activation: active # c2"),
    # indentation and order
    "one blank": "config:\n a:b: 1 # c1\n sparehub:activation: active # c2\n",
    "eight blanks": "config:\n        a:b: 1 # c1\n        sparehub:activation: active # c2\n",
    "activation first": "config:\n  sparehub:activation: active # c1\n  a:b: 1\n",
    "activation alone": "config:\n  sparehub:activation: active # c1\n",
    "override alone": "config:\n  sparehub:overrideInterlock: lost\nencryptionsalt: v1 # c1\n",
    "salt before": "encryptionsalt: v1:a:b # c1\nconfig:\n  sparehub:activation: active\n",
    "salt behind": within("sparehub:activation: active") + "encryptionsalt: v1:a:b= # c2\n",
    "list below": within("a:b:", "- x # c2", "- y", "sparehub:activation: active # c3"),
    "secret object": within("a:b:", "  secure: v1:a:b= # c2", "sparehub:activation: active"),
    "numbers and dates": within("a:b: [1, 1.0, .nan, 2026-11-30, 0x1f, 1_000, yes, on]"),
    "long value": within(f"a:b: {'word ' * 100}", "sparehub:activation: active"),
    "all keys": within(
        "sparehub:activation: active # c2",
        "sparehub:disconnected: true # c3",
        "sparehub:generation: 3 # c4",
        "sparehub:overrideInterlock: lost # c5",
    ),
    "generation as text": within("sparehub:generation: '3' # c2"),
    "unicode": within("a:b: 東アジア \U0001f600 # c2", "sparehub:activation: active # c3"),
    # what is shared
    "anchor elsewhere": within("a:b: &x {c: 1}", "d:e: *x", "sparehub:activation: active # c2"),
    "alias": "word: &x active\n" + within("sparehub:activation: *x # c2"),
    "unused anchor": within("sparehub:activation: &x active # c2"),
    "tag": within("sparehub:activation: !!str active # c2"),
    "merge": "base: &x {sparehub:activation: active}\n" + within("<<: *x"),
    "merge in block": "base: &x\n  sparehub:activation: active\n" + within("<<: *x # c2"),
    "anchor on config": "config: &x\n  a:b: 1\n  sparehub:activation: active # c1\n",
    "explicit key": within("? sparehub:activation", ": active # c2"),
    "explicit key of another": within("? a:b", ": 1", "sparehub:activation: active # c2"),
}
REFUSED = {
    "shared value": within("sparehub:activation: &x active", "a:b: *x"),
    "override by merge": "base: &x {sparehub:overrideInterlock: lost}\n" + within("<<: *x"),
    "config is an alias": "base: &x {a:b: 1}\nconfig: *x\n",
    "config is shared": "config: &x {a:b: 1, sparehub:activation: active}\nother: *x\n",
    "a mapping": within("sparehub:activation: {word: active}"),
    "a list": within("sparehub:overrideInterlock: [a, b]"),
    "a secret": within("sparehub:overrideInterlock:", "  secure: v1:a:b"),
    "every key explicit": "config:\n  ? sparehub:activation\n  : active\n  ? a:b\n  : 1\n",
    "explicit key of the override": within("? sparehub:overrideInterlock", ": lost"),
    "key by alias": "key: &x sparehub:overrideInterlock\n" + within("*x : lost"),
    "comments would go": "config: {\n  # c1\n  sparehub:overrideInterlock: lost # c2\n  , a: 1}\n",
}
NO_STACK_FILES = {
    "duplicate key": within("sparehub:activation: active", "sparehub:activation: standby"),
    "duplicate key in quotes": within("a:b: 1", "'a:b': 2"),
    "two documents": "config: {a: 1}\n---\nconfig: {b: 2}\n",
    "tab before a comment": within("sparehub:activation: active\t# c2"),
    "tab as indent": "config:\n\tsparehub:activation: active\n",
    "open bracket": within("a:b: [1"),
    "no config": "encryptionsalt: v1\n",
    "config without keys": "config:\n",
    "a list of keys": "config:\n  - sparehub:activation: active\n",
}


ENTRY = r"^( *)['\"]?{}['\"]?:[^\n]*(?:\n(?: *\r?\n)*\1 +[^\n]*)*"
"""A key and what is indented below it."""


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_bytes().decode())


def exactly(value: Any) -> Any:
    """Return a value as text: 1, 1.0 and true differ, the order of keys is free."""
    if isinstance(value, dict):
        return sorted((repr(key), exactly(each)) for key, each in value.items())
    return repr(value)


def comments(path: Path) -> list[str]:
    return re.findall(r"# c\d", path.read_text())


def write(directory: Path, text: str) -> Path:
    path = directory / "Pulumi.primary.yaml"
    path.write_bytes(text.encode())
    return path


def problems(directory: Path) -> list[str]:
    return [each.message for each in editing_problems(StackText.read(directory, "primary"))]


def hold_to(path: Path, before: str, values: dict[str, str | int | bool | None]) -> None:
    """Edit a file and compare what it says, and its comments, with what it said."""
    expected = read(path)
    for key, value in values.items():
        if value is None:
            expected["config"].pop(key, None)
        else:
            expected["config"][key] = value
    gone = [  # the lines of keys that are removed
        comment
        for key, value in values.items()
        if value is None
        for entry in re.finditer(ENTRY.format(key), before, re.MULTILINE)
        for comment in re.findall(r"# c\d", entry[0])
    ]
    kept = [comment for comment in comments(path) if comment not in gone]
    set_values(path.parent, "primary", values)

    assert exactly(read(path)) == exactly(expected)
    assert comments(path) == kept
    assert ("\r\n" in before) == (b"\r\n" in path.read_bytes())


@pytest.mark.parametrize("values", EDITS, ids=str)
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_edited_right(
    tmp_path: Path, name: str, values: dict[str, str | int | bool | None]
) -> None:
    """Exactly the wanted keys change, with their types; every comment and line end stays."""
    path = write(tmp_path, LAYOUTS[name])

    assert problems(tmp_path) == []
    hold_to(path, LAYOUTS[name], values)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_bears_a_whole_failover(tmp_path: Path, name: str) -> None:
    """One edit after the other, as a failover and its end make them."""
    path = write(tmp_path, LAYOUTS[name])
    for values in EDITS:
        hold_to(path, path.read_bytes().decode(), values)


@pytest.mark.parametrize("name", REFUSED)
def test_a_layout_that_cannot_be_edited_is_refused_beforehand(tmp_path: Path, name: str) -> None:
    """By `check`, with the line and what to do; and by the edit itself, which changes nothing."""
    path = write(tmp_path, REFUSED[name])
    found = problems(tmp_path)
    assert found
    assert all(re.match(r"line \d+: .* cannot be changed there: .* Write", each) for each in found)
    refused = []
    for values in EDITS:
        try:
            hold_to(path, REFUSED[name], values)
        except PreflightError as error:
            refused.append(str(error))
            assert path.read_bytes().decode() == REFUSED[name]
        write(tmp_path, REFUSED[name])
    assert refused
    assert all("; nothing was changed" in each for each in refused)


@pytest.mark.parametrize("name", NO_STACK_FILES)
def test_a_file_that_is_not_a_stack_file_is_not_changed(tmp_path: Path, name: str) -> None:
    """It is refused with its own problem."""
    path = write(tmp_path, NO_STACK_FILES[name])
    with pytest.raises(Exception, match=r"Pulumi\.primary\.yaml"):
        set_values(tmp_path, "primary", {ACTIVATION: "standby"})
    assert path.read_bytes().decode() == NO_STACK_FILES[name]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)


@st.composite
def scalars(draw: st.DrawFn) -> str:
    """Return a text as somebody may have written it behind a key at an indent of two."""
    text = draw(st.text("ab #:'\"\\,{}[]&*!|>-?\n", max_size=12))
    style = draw(st.sampled_from(["plain", "'", '"', "|", ">", "|-", ">+"]))
    if style == "'":
        written = "'" + text.replace("'", "''").replace("\n", "\n    ") + "'"
    elif style == '"':
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        written = f'"{escaped}"'.replace("\n", "\n    ")
    elif style == "plain":
        written = text.replace("\n", "\n    ")
    else:
        written = style + "\n" + "".join(f"    {line}\n" for line in text.split("\n"))
        return written.removesuffix("\n")
    return written + draw(st.sampled_from(["", " # c2", "   # c3", "\t# c4", " "]))


@st.composite
def layouts(draw: st.DrawFn) -> str:
    """Return a text that is a stack file, in most cases."""
    keys = draw(st.permutations([ACTIVATION, OVERRIDE, GENERATION, "a:b", "c:d"]))
    lines = []
    for key in keys[: draw(st.integers(1, 5))]:
        lines += draw(st.lists(st.sampled_from(["", "  # c1", "# c1", "    # c1"]), max_size=2))
        quote = draw(st.sampled_from(["", "", "'", '"']))
        anchor = draw(st.sampled_from(["", "", "", "&x ", "*x ", "!!str "]))
        colon = draw(st.sampled_from([": ", ":   ", " : ", ":\t", ": # c5\n    "]))
        lines.append(f"  {quote}{key}{quote}{colon}{anchor}{draw(scalars())}")
    head = draw(
        st.sampled_from(["config:\n", "---\nconfig: # c0\n", "config: &y\n", "x: &x 1\nconfig:\n"])
    )
    tail = draw(st.sampled_from(["", "\n", "\n# c9\n", "\nencryptionsalt: v1\n", "\n\n  # c8\n"]))
    text = head + "\n".join(lines) + tail
    return text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"])))


@pytest.mark.filterwarnings("ignore::ruamel.yaml.error.ReusedAnchorWarning")
@given(
    text=layouts(),
    reason=TEXTS,
    edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=3),
)
def test_any_layout_is_edited_right_or_refused_beforehand(
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    reason: str,
    edits: list[dict[str, str | int | bool | None]],
) -> None:
    """What `check` accepts is never refused later, and never edited wrong."""
    path = write(tmp_path_factory.mktemp("layout"), text)
    try:
        said = read(path)
    except YAMLError:
        return
    if not isinstance(said, dict) or not isinstance(said.get("config"), dict):
        return
    if problems(path.parent):
        return
    for edit in edits:
        values = {**edit, OVERRIDE: reason} if edit.get(OVERRIDE) else edit
        changed = {**said["config"], **values}
        gone = {key for key, value in values.items() if value is None}
        said = {**said, "config": {k: v for k, v in changed.items() if k not in gone}}
        set_values(path.parent, "primary", values)

        assert exactly(read(path)) == exactly(said)
