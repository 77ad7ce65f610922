"""``sparehub derive``: the second region's stack file from the first's, as a diff or written."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from sparehub.files.replace_file import create_file, replace_file
from sparehub.output import Output
from sparehub.stacks.stack_document import StackDocument, values_of
from sparehub.stacks.stack_files import read_stack_file, stack_file
from sparehub.topology.config.secrets import SECRET, is_secret, without_secrets
from sparehub.topology.derivation.derive import REGION, Derivation, DeriveRequest, derive
from sparehub.topology.derivation.notes import Note, NoteKind
from sparehub.topology.errors import OptionsError, SparehubError

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def derive_stack(directory: Path, wanted: DeriveRequest, output: Output, *, write: bool) -> None:
    """Print what would change in the second region's stack file, or change it.

    Raises:
        SparehubError: where an option, a file, or what would come of them is wrong, or the file
            cannot be written.
    """
    if wanted.primary == wanted.secondary:
        message = f"--from and --to: both are {wanted.primary!r}; name two stacks"
        raise OptionsError(message)
    primary = StackDocument(read_stack_file(directory, wanted.primary), wanted.primary)
    path = stack_file(directory, wanted.secondary)
    before = read_stack_file(directory, wanted.secondary) if path.exists() else None
    existing = StackDocument(_with_config(before or ""), wanted.secondary)
    there = existing.values or None
    first = primary.values
    derivation = derive(first, wanted, there)
    if there == derivation.values:
        after = before or ""
    else:
        after = _written(primary, existing, derivation, wanted)
    changes = list(_changes(without_secrets(there or {}), without_secrets(derivation.values)))
    diff = list(_diff(path.name, before or "", after, [first, there]))
    if write and diff:
        _write(path, after)
    _report(output, wanted, derivation.notes, changes, diff, written=path if write else None)


def _written(
    primary: StackDocument, existing: StackDocument, derivation: Derivation, wanted: DeriveRequest
) -> str:
    """Return the text of the second region's file: its own with the new values, or a new one."""
    document = existing if existing.config else primary
    _model_connections(document, primary, derivation)
    document.update(derivation.values, primary.config)
    if document is primary:
        beside = {key: value for key, value in existing.content.items() if key != "config"}
        document.begin_anew(_heading(derivation.values, wanted), beside)
        depths = "network | gateway | connection: how much of it exists before the disaster"
        document.comment((REGION, "standby"), depths)
    for note in derivation.notes:
        if note.kind is NoteKind.CONFIRM:
            document.comment((REGION, *note.keys[1:]), "to be confirmed")
    text = document.text()
    if not document.values == derivation.values == values_of(text, wanted.secondary):
        message = (
            "the file shares parts by YAML anchors, which cannot be told apart here: write them out"
        )
        raise SparehubError(message)
    return text


def _with_config(text: str) -> str:
    """Return the text of a stack file that Pulumi may have begun: salt, and no keys yet."""
    begun = re.search(r"^config:", text, re.MULTILINE) is None
    return f"{text}\nconfig: {{}}\n" if begun and (":" in text or not text.strip()) else text


def _model_connections(
    document: StackDocument, primary: StackDocument, derivation: Derivation
) -> None:
    """Give new connections the looks and the comments of those they were made after."""
    parent = document.config[REGION]["expressRoute"].get("connections")
    if not parent:
        return
    models = primary.config[REGION]["expressRoute"]["connections"]
    made = derivation.values[REGION]["expressRoute"]["connections"]
    for key, model in derivation.made_after.items():
        alike = ("id" in models[model]["circuit"]) == ("id" in made[key]["circuit"])
        document.model(parent, key, models[model] if alike else None)


def _heading(values: Mapping[str, Any], wanted: DeriveRequest) -> str:
    addresses = (
        "Addresses are moved as region.remap says"
        if "remap" in values[REGION]
        else "Addresses are retained, so replicated machines keep theirs"
    )
    name = stack_file(Path(), wanted.primary).name
    return f"The recovery region, derived from {name} by `sparehub derive`.\n{addresses}."


def _diff(
    name: str, before: str, after: str, documents: Sequence[Mapping[str, Any] | None]
) -> Iterator[str]:
    """Yield the lines of a unified diff; what a secret was encrypted to is not shown."""
    hidden = {
        part for values in documents for secret in _secrets(values) for part in secret.split()
    }

    def shown(text: str) -> list[str]:
        for part in hidden:
            text = text.replace(part, SECRET)
        return text.splitlines()

    old = name if before else "/dev/null"
    yield from difflib.unified_diff(shown(before), shown(after), old, name, lineterm="")


def _secrets(value: object) -> Iterator[str]:
    if isinstance(value, Mapping) and is_secret(value):
        yield str(value["secure"])
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _secrets(each)
    elif isinstance(value, list):
        for each in value:
            yield from _secrets(each)


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    try:
        if path.exists():
            replace_file(path, text)
        else:
            create_file(path, text)
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}); nothing was changed"
        raise SparehubError(message) from None


def _report(  # noqa: PLR0913 - what there is to say
    output: Output,
    wanted: DeriveRequest,
    notes: Sequence[Note],
    changes: Sequence[Mapping[str, Any]],
    diff: Sequence[str],
    *,
    written: Path | None,
) -> None:
    if output.as_json:
        document = {
            "from": wanted.primary,
            "to": wanted.secondary,
            "changes": changes,
            "diff": "".join(f"{line}\n" for line in diff),
            "notes": [
                {"kind": note.kind, "path": note.path, "message": note.message} for note in notes
            ],
            "written": bool(written and diff),
        }
        output.document(document)
        return
    if diff and not written:
        output.results.print(Text("\n").join(map(_coloured, diff)))
    for note in notes:
        output.note(str(note))
    name = stack_file(Path(), wanted.secondary).name
    if not diff:
        output.note(f"{name} says what would be derived: nothing changes")
    elif written:
        output.note(
            f"wrote {written}; next: confirm what is to be confirmed, then `sparehub check`"
        )
    else:
        output.note(f"nothing was written: --write writes {name}")


def _coloured(line: str) -> Text:
    return Text(line, "bold" if line.startswith(("---", "+++")) else _COLOURS.get(line[:1], ""))


def _changes(before: object, after: object, path: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Yield every value that differs: its place, what was there and what comes; None for none."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {**after, **before}:
            yield from _changes(before.get(key), after.get(key), (*path, key))
    elif before != after:
        place = ".".join(path).removeprefix("sparehub:")
        yield {"path": place, "before": before, "after": after}
