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


def derive_stack(directory: Path, request: DeriveRequest, output: Output, *, write: bool) -> None:
    """Print the changes to the second region's stack file, or write them.

    Raises:
        SparehubError: An option or a file is invalid, the result would be, or the file
            cannot be written.
    """
    if request.primary == request.secondary:
        message = f"--from and --to: both are {request.primary!r}; name two stacks"
        raise OptionsError(message)
    primary = StackDocument(read_stack_file(directory, request.primary), request.primary)
    path = stack_file(directory, request.secondary)
    before = read_stack_file(directory, request.secondary) if path.exists() else None
    existing = StackDocument(_with_config(before or ""), request.secondary)
    old = existing.values or None
    first = primary.values
    derivation = derive(first, request, old)
    if old == derivation.values:
        after = before or ""
    else:
        after = _written(primary, existing, derivation, request)
    changes = list(_changes(without_secrets(old or {}), without_secrets(derivation.values)))
    diff = list(_diff(path.name, before or "", after, [first, old]))
    if write and diff:
        _write(path, after)
    _report(output, request, derivation.notes, changes, diff, written=path if write else None)


def _written(
    primary: StackDocument, existing: StackDocument, derivation: Derivation, request: DeriveRequest
) -> str:
    """Return the text of the second region's file: the existing one merged, or a new one."""
    document = existing if existing.config else primary
    _add_connections(document, primary, derivation)
    document.update(derivation.values, primary.config)
    if document is primary:
        other_keys = {key: value for key, value in existing.content.items() if key != "config"}
        document.restart(_heading(derivation.values, request), other_keys)
        depths = "network | gateway | connection: how much of it exists before the disaster"
        document.comment((REGION, "standby"), depths)
    for note in derivation.notes:
        if note.kind is NoteKind.CONFIRM:
            document.comment((REGION, *note.keys[1:]), "to be confirmed")
    text = document.text()
    if not document.values == derivation.values == values_of(text, request.secondary):
        message = "the file shares values by YAML anchors, and they would differ: write them out"
        raise SparehubError(message)
    return text


def _with_config(text: str) -> str:
    """Return the text of a stack file with ``config:``; Pulumi may have written the salt alone."""
    missing = re.search(r"^config:", text, re.MULTILINE) is None
    return f"{text}\nconfig: {{}}\n" if missing and (":" in text or not text.strip()) else text


def _add_connections(
    document: StackDocument, primary: StackDocument, derivation: Derivation
) -> None:
    """Add new connections with the format and comments of those they are derived from."""
    parent = document.config[REGION]["expressRoute"].get("connections")
    if not parent:
        return
    models = primary.config[REGION]["expressRoute"]["connections"]
    derived = derivation.values[REGION]["expressRoute"]["connections"]
    for key, model in derivation.made_after.items():
        alike = ("id" in models[model]["circuit"]) == ("id" in derived[key]["circuit"])
        document.add_key(parent, key, models[model] if alike else None)


def _heading(values: Mapping[str, Any], request: DeriveRequest) -> str:
    addresses = (
        "Addresses are moved as region.remap says"
        if "remap" in values[REGION]
        else "Addresses are retained, so replicated machines keep theirs"
    )
    name = stack_file(Path(), request.primary).name
    return f"The recovery region, derived from {name} by `sparehub derive`.\n{addresses}."


def _diff(
    name: str, before: str, after: str, documents: Sequence[Mapping[str, Any] | None]
) -> Iterator[str]:
    """Yield the lines of a unified diff, without the ciphertext of secrets."""
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
        for item in value.values():
            yield from _secrets(item)
    elif isinstance(value, list):
        for item in value:
            yield from _secrets(item)


def _write(path: Path, text: str) -> None:
    """Write a file atomically."""
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
    request: DeriveRequest,
    notes: Sequence[Note],
    changes: Sequence[Mapping[str, Any]],
    diff: Sequence[str],
    *,
    written: Path | None,
) -> None:
    if output.as_json:
        document = {
            "from": request.primary,
            "to": request.secondary,
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
    name = stack_file(Path(), request.secondary).name
    if not diff:
        output.note(f"{name} has every derived value: nothing changes")
    elif written:
        output.note(f"wrote {written}; next: confirm the marked values, then run `sparehub check`")
    else:
        output.note(f"nothing was written: --write writes {name}")


def _coloured(line: str) -> Text:
    return Text(line, "bold" if line.startswith(("---", "+++")) else _COLOURS.get(line[:1], ""))


def _changes(before: object, after: object, path: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Yield every changed value with its path, old and new value; None where there is none."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {**after, **before}:
            yield from _changes(before.get(key), after.get(key), (*path, key))
    elif before != after:
        name = ".".join(path).removeprefix("sparehub:")
        yield {"path": name, "before": before, "after": after}
