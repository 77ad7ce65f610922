"""``python -m engine.roles.page``: writes the files of the roles, and the tables of the page."""

from collections.abc import Iterator

from engine.paths import ROOT
from engine.roles.holders import HOLDERS
from engine.roles.writing import FILES, definition_texts
from sparehub.output import Output
from sparehub.topology.azure.role_definitions.additions import ADDITIONS
from sparehub.topology.azure.role_definitions.custom import ROLES

PAGE = ROOT / "docs" / "rights.md"
_ALONE = {"fence": "a fence at that circuit", "runbook": "the runbook that switches the network"}


def drawn(page: str) -> str:
    """Return the page with its tables as the roles are now."""
    for part, lines in (("roles", _roles()), ("additions", _additions())):
        start = f"<!-- begin {part}: written by `python -m engine.roles.page` -->"
        end = f"<!-- end {part} -->"
        head, _, rest = page.partition(start)
        page = "".join((head, "\n".join((start, *lines, end)), rest.partition(end)[2]))
    return page


def _roles() -> Iterator[str]:
    yield "| role | actions | needed by |"
    yield "| --- | --- | --- |"
    folder = FILES.relative_to(ROOT)
    for key, role in ROLES.items():
        commands = [f"`{command}`" for command, held in HOLDERS.items() if key in held]
        users = ", ".join(commands) or _ALONE[key]
        yield f"| [`{key}`](../{folder}/{key}.json) | {len(role.actions)} | {users} |"


def _additions() -> Iterator[str]:
    yield "| roles | actions | why |"
    yield "| --- | --- | --- |"
    for each in ADDITIONS:
        roles = ", ".join(f"`{role}`" for role in each.roles)
        actions = ", ".join(f"`{action}`" for action in each.actions)
        yield f"| {roles} | {actions} | {each.reason} ([source]({each.source})) |"


def main() -> None:
    """Write both."""
    FILES.mkdir(parents=True, exist_ok=True)
    for path, text in definition_texts().items():
        path.write_text(text, encoding="utf-8")
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    Output().note(f"written: {FILES.relative_to(ROOT)}, {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
