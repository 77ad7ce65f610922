"""``sparehub roles``: definitions for ``az role definition create``, and their assignments."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparehub.files.replace_file import replace_file
from sparehub.output import Output
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.topology.azure.role_definitions.custom import ROLES
from sparehub.topology.azure.role_definitions.role import Role
from sparehub.topology.config.resource_ids import ResourceId, is_subscription
from sparehub.topology.errors import ExitCode, OptionsError, SparehubError, UnknownNameError
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.rights.role_scopes import (
    Assignment,
    assignable_scopes,
    assignments,
)


@dataclass(frozen=True, kw_only=True)
class RoleRequest:
    """What was asked for; an empty name means every role."""

    name: str = ""
    scopes: tuple[str, ...] = ()
    subscription: str = ""
    out: Path | None = None


def show_roles(directory: Path, request: RoleRequest, output: Output) -> int:
    """Print or write definitions, and print the commands that assign them; return the exit code.

    Raises:
        OptionsError: a scope is none, or a stack's subscription is not known.
        UnknownNameError: there is no such role.
        ConfigurationError: a stack file has invalid values.
    """
    if request.name and request.name not in ROLES:
        raise UnknownNameError("role", request.name, ROLES)
    roles = [ROLES[request.name]] if request.name else [*ROLES.values()]
    wanted = _given(roles, request.scopes) or _of_files(directory, request.subscription)
    definitions = {role.key: _definition(role, wanted) for role in roles}
    if request.out:
        _write(request.out, definitions, output)
    if output.as_json:
        output.document(_document(definitions, wanted, single=bool(request.name)))
        return ExitCode.DONE
    shown = [each for each in wanted if each.role in definitions]
    unneeded = [key for key in definitions if key not in {each.role for each in shown}]
    if unneeded:
        output.note(f"not needed by these stack files: {', '.join(unneeded)}")
    if not shown:
        return ExitCode.DONE
    output.table(("role", "scope", "what is there"), [(r.role, r.scope, r.what) for r in shown])
    for line in _commands(shown):
        output.results.out(line)
    return ExitCode.DONE


def _given(roles: Sequence[Role], scopes: Sequence[str]) -> tuple[Assignment, ...]:
    """Return the assignments at scopes that were given."""
    parsed = []
    for scope in scopes:
        try:
            identity = ResourceId.parse(scope)
        except SparehubError as error:
            raise OptionsError(f"--scope {scope}: {error}") from None
        if not is_subscription(identity.subscription):
            raise OptionsError(f"--scope {scope}: an id begins with /subscriptions/<GUID>")
        parsed.append(str(identity))
    return tuple(Assignment(role.key, scope, "--scope") for role in roles for scope in parsed)


def _of_files(directory: Path, subscription: str) -> tuple[Assignment, ...]:
    pair = {name: read_stack(directory, name) for name in STACKS}
    return assignments(
        pair, {name: _subscription(stack, subscription) for name, stack in pair.items()}
    )


def _subscription(stack: Stack, given: str) -> str:
    """Return the subscription of a stack: its file's, else the one that was given."""
    found = stack.config.subscription or given
    if not is_subscription(found):
        message = (
            f"the file of {stack.name} names no subscription: give --subscription <id>, or "
            f"`pulumi config set azure-native:subscriptionId <id> --stack {stack.name}`"
        )
        raise OptionsError(message)
    return found


def _definition(role: Role, wanted: tuple[Assignment, ...]) -> dict[str, Any]:
    """Return a definition; one that nobody is given is assignable where the reader is."""
    scopes = assignable_scopes(role, wanted) or assignable_scopes(ROLES["reader"], wanted)
    return role.definition(scopes)


def _write(directory: Path, definitions: Mapping[str, Mapping[str, Any]], output: Output) -> None:
    """Write each definition to a file.

    Raises:
        SparehubError: the directory cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for key, definition in definitions.items():
            replace_file(directory / f"{key}.json", json.dumps(definition, indent=2) + "\n")
    except OSError as error:
        message = f"{directory} cannot be written ({error.strerror}): name another with -o"
        raise SparehubError(message) from None
    output.note(f"written: {len(definitions)} definitions in {directory}")


def _document(
    definitions: Mapping[str, Mapping[str, Any]], wanted: Sequence[Assignment], *, single: bool
) -> Mapping[str, Any]:
    """Return the definition itself where one is asked for, else all with their assignments."""
    if single:
        (definition,) = definitions.values()
        return definition
    return {
        "definitions": definitions,
        "assignments": [{"role": a.role, "scope": a.scope, "what": a.what} for a in wanted],
    }


def _commands(wanted: Sequence[Assignment]) -> list[str]:
    """Return the commands of Azure's command line, with a variable for whoever gets the role.

    https://learn.microsoft.com/cli/azure/role/assignment#az-role-assignment-create
    """
    return [
        f'az role assignment create --assignee-object-id "${each.role.upper()}" '
        f'--role "{ROLES[each.role].name}" --scope {shlex.quote(each.scope)}'
        for each in wanted
    ]
