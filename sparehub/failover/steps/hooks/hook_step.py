"""Runs a hook as a step: a command, an HTTP request, or the question whether a person is done.

The journal says before that the step begins and afterwards how it ended. A run that dies in between
runs the hook again, so a hook has to bear that.
"""

import os
from collections.abc import Mapping
from typing import Any

from sparehub.failover.steps.hooks.command import LAST_LINES, run_command
from sparehub.failover.steps.hooks.confirmation import UnconfirmedError, confirmed
from sparehub.failover.steps.hooks.secrets import hidden
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.topology.config.enums import HttpMethod
from sparehub.topology.config.hooks import HookConfig, HttpHookConfig
from sparehub.topology.errors import SparehubError
from sparehub.topology.planning.plan import PlanStep
from sparehub.topology.planning.steps.hooks import halts

_WITH_BODY = (HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH)


class HookError(SparehubError):
    """A hook failed, or its time ran out."""


def run_hook(context: StepContext, step: PlanStep) -> dict[str, Any]:
    """Run the hook of a step; return what the journal records of its outcome.

    On the local Azure it is only said, unless ``--run-hooks`` was given. What somebody confirmed
    by ``--confirm`` is not run.

    Raises:
        HookError: where it fails and the operation has to stop.
        UnconfirmedError: where a person has not done it and the operation has to stop.
    """
    hook = step.hook
    if hook is None:
        raise AssertionError(f"{step.id} has no hook")
    if context.session.simulated and not context.run_hooks:
        context.note(f"{hook.name}: simulated, since this is the local Azure (--run-hooks runs it)")
        return {"simulated": True}
    try:
        if hook.manual or hook.name in context.operation.confirmed:
            question = hook.manual or step.title
            return {
                "confirmed": dict(confirmed(context, hook.name, question, hook.timeout_in_seconds))
            }
        if hook.http:
            return {"status": _call(hook, hook.http, variables(context, step))}
        return {"code": _run(context, hook, variables(context, step))}
    except (HookError, UnconfirmedError) as error:
        if halts(hook, context.plan.mode):
            raise
        context.note(f"warning: the operation goes on without a hook: {error}")
        return {"failed": str(error)}


def variables(context: StepContext, step: PlanStep) -> dict[str, str]:
    """Return what a hook gets to know of the operation."""
    plan = context.plan
    return {
        "SPAREHUB_OPERATION": context.identity,
        "SPAREHUB_KIND": plan.kind.value,
        "SPAREHUB_MODE": plan.mode.value,
        "SPAREHUB_SOURCE": plan.source,
        "SPAREHUB_TARGET": plan.target,
        "SPAREHUB_STEP": step.id,
    }


def _run(context: StepContext, hook: HookConfig, given: Mapping[str, str]) -> int:
    command, environment = hook.command or (), {**os.environ, **given}

    def report(line: str) -> None:
        context.note(f"  {hook.name}: {hidden(line, environment)}")

    try:
        result = run_command(
            command, context.session.directory, environment, hook.timeout_in_seconds, report
        )
    except OSError as error:
        problem = f"{command[0]} cannot be started ({error.strerror})"
        raise _failed(hook, problem, ()) from None
    if result.code == 0:
        return result.code
    lines = tuple(hidden(line, environment) for line in result.last_lines)
    raise _failed(hook, f"{command[0]} {_ending(hook, result.code)}", lines)


def _ending(hook: HookConfig, code: int | None) -> str:
    if code is None:
        return f"took more than {hook.timeout_in_seconds} s, and was ended with its children"
    return f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"


def _call(hook: HookConfig, http: HttpHookConfig, given: Mapping[str, str]) -> int:
    # Microsoft's packages take half a second to load; only a hook that needs them loads them.
    from sparehub.azure.web_call import call  # noqa: PLC0415

    names = {name.removeprefix("SPAREHUB_").lower(): value for name, value in given.items()}
    body = names if http.method in _WITH_BODY else None
    answer = call(http.method, http.url, body, hook.timeout_in_seconds)
    if answer.status in http.expect:
        return answer.status
    what = f"answered {answer.status}" if answer.status else "did not answer"
    expected = " or ".join(map(str, http.expect))
    lines = tuple(hidden(answer.text, os.environ).splitlines()[-LAST_LINES:])
    raise _failed(hook, f"{http.method} {http.url} {what}, and not {expected}", lines)


def _failed(hook: HookConfig, problem: str, lines: tuple[str, ...]) -> HookError:
    """Return the error of a hook: what failed, what it printed last, what to do."""
    printed = "".join(f"\n  {line}" for line in lines)
    said = f"; its last lines:{printed}\n" if lines else "; "
    return HookError(
        f"hook {hook.name}: {problem}{said}put that right, and `sparehub resume` runs it again; or "
        f"do it by hand: `sparehub resume --confirm {hook.name}=NOTE`"
    )
