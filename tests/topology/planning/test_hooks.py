"""Hooks in a plan: their order, their time, and the steps that they may name."""

from typing import Any

import pytest

from sparehub.topology.azure.durations import Duration
from sparehub.topology.errors import ConfigurationError
from sparehub.topology.planning.hook_places import misplaced_hooks
from sparehub.topology.planning.plan import Mode, Plan, PlanKind, StepAction
from sparehub.topology.planning.steps.hooks import confirmable, halts
from tests.topology.planning.test_failover import planned, stack, values

PLANNED = Mode.PLANNED
FAILBACK = "fence-secondary, activate-primary, probe-secondary"


def hook(name: str, **more: Any) -> dict[str, Any]:
    """Return a hook of a stack file that runs a command of its name."""
    side = {} if {"after", "before"} & set(more) else {"before": "fence-primary"}
    task = {} if "manual" in more or "http" in more else {"command": [f"./{name}"]}
    return {"name": name, **side, **task, "timeoutInSeconds": 300, **more}


def hooked(
    *primary: dict[str, Any], secondary: tuple[dict[str, Any], ...] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the shipped pair with hooks."""
    pair = values()
    for each, hooks in zip(pair, (primary, secondary), strict=True):
        each["sparehub:region"]["hooks"] = [*hooks]
    return pair


def order(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    return [(step.id, step.after) for step in plan.steps]


def test_hooks_stand_before_and_after_their_steps() -> None:
    """In one chain: the region that is left first, each in the order of its file."""
    pair = hooked(
        hook("one"),
        hook("two"),
        hook("three", after="fence-primary"),
        hook("dns", after="activate-secondary"),
        secondary=(hook("four"), hook("licences", before="activate-secondary", manual="Valid?")),
    )

    assert order(planned(pair)) == [
        ("hook-one", ()),
        ("hook-two", ("hook-one",)),
        ("hook-four", ("hook-two",)),
        ("fence-primary", ("hook-four",)),
        ("hook-three", ("fence-primary",)),
        ("hook-licences", ("hook-three",)),
        ("activate-secondary", ("hook-licences",)),
        ("hook-dns", ("activate-secondary",)),
    ]
    assert confirmable(planned(pair)) == ("one", "two", "four", "three", "licences", "dns")


def test_a_plan_without_hooks_is_what_it_was() -> None:
    """And so is one whose hooks are all of another operation."""
    plain, empty = planned(values()), planned(hooked())
    others = planned(hooked(hook("a", before="activate-primary"), hook("b", when=["unplanned"])))

    assert order(plain) == order(empty) == order(others)
    assert plain.recovery == empty.recovery == others.recovery
    assert all("hook" not in step.document() for step in plain.steps)


def test_hooks_count_in_the_recovery_time() -> None:
    """Those up to the last one after the activation; the worst is the time-out."""
    plain = planned(values()).recovery
    found = planned(
        hooked(
            hook("stop", expectedInSeconds=100),
            hook("dns", after="activate-secondary", timeoutInSeconds=20),
            hook("later", before="fence-primary", when=["failback"]),
        )
    ).recovery

    assert found.seconds == plain.seconds + Duration(typical=100 + 20, worst=300 + 20)
    assert found.warm == plain.warm + Duration(typical=120, worst=320)
    assert found.cold == plain.cold + Duration(typical=120, worst=320)
    assert found.critical_path == (
        "hook-stop",
        "fence-primary",
        "activate-secondary",
        "hook-dns",
    )


def test_a_guessed_duration_is_said() -> None:
    """A minute for a command, five for a person, never more than the time-out."""
    plan = planned(
        hooked(
            hook("stop"), hook("ask", manual="Done?"), hook("short", timeoutInSeconds=5),
            hook("known", expectedInSeconds=7),
        )
    )  # fmt: skip

    typical = [step.seconds.typical for step in plan.steps if step.act is StepAction.HOOK]
    assert typical == [60, 300, 5, 7]
    assert "the duration of stop, ask, short is a guess: say expectedInSeconds" in plan.assumptions


def test_the_effect_of_a_fence_lasts_through_the_hooks_after_it() -> None:
    """The time without on-premises, which the table names, grows with them."""
    found = planned(hooked(hook("move", after="fence-primary", expectedInSeconds=100)))
    before, after = (planned(values()).step("fence-primary"), found.step("fence-primary"))
    (seconds,) = (int(word) for word in before.effect.split() if word.isdecimal())

    assert after.effect == before.effect.replace(str(seconds), str(seconds + 100))


def test_a_hook_is_in_the_plan_as_json_and_in_its_id() -> None:
    """Whoever confirms an id confirms these commands."""
    first, second = planned(hooked(hook("stop"))), planned(hooked(hook("stop", command=["rm"])))

    assert first.id != second.id
    step = first.step("hook-stop").document()
    assert (step["act"], step["needs"], step["change"]) == ("hook", [], None)
    assert step["hook"] == {
        "name": "stop",
        "before": "fence-primary",
        "command": ["./stop"],
        "timeoutInSeconds": 300,
    }
    assert step["title"] == "stop, before fence-primary: run ./stop"
    assert first.step("hook-stop").writes == "its own"


def test_a_request_and_a_question_say_what_they_are() -> None:
    """In the table of the plan."""
    request = {"method": "PUT", "url": "https://dns.example.com/x", "expect": [200, 409]}
    plan = planned(hooked(hook("dns", http=request), hook("ask", manual="Are licences valid?")))

    dns, ask = plan.step("hook-dns"), plan.step("hook-ask")
    assert dns.action == "PUT https://dns.example.com/x"
    assert dns.postcondition == "the answer had status 200 or 409"
    assert ask.action == "a person confirms: Are licences valid?"
    assert ask.postcondition == "it is confirmed, and the journal says by whom"


@pytest.mark.parametrize(
    ("said", "halting"),
    [({}, [PLANNED]), ({"onFailure": "halt"}, [*Mode]), ({"onFailure": "continue"}, [])],
)
def test_a_failure_halts_a_planned_operation_unless_the_file_says_otherwise(
    said: dict[str, str], halting: list[Mode]
) -> None:
    """An unplanned one is to restore what is lost, so it goes on."""
    (found,) = stack("primary", hooked(hook("stop", **said))[0]).config.region.hooks

    assert [mode for mode in Mode if halts(found, mode)] == halting


def test_a_name_of_both_files_is_refused() -> None:
    """The journal would take one hook for the other, and not run it."""
    with pytest.raises(ConfigurationError, match="'stop' is a hook of primary and of secondary"):
        planned(hooked(hook("stop"), secondary=(hook("stop"),)))


def misplaced(*primary: dict[str, Any], secondary: tuple[dict[str, Any], ...] = ()) -> list[Any]:
    pair = hooked(*primary, secondary=secondary)
    found = misplaced_hooks(stack("primary", pair[0]), stack("secondary", pair[1]))
    return [(each.name, problem.path, problem.message) for each, problem in found]


def test_an_unknown_step_is_an_error_that_lists_the_steps() -> None:
    """Only those of operations that the hook is for."""
    assert misplaced(hook("good"), secondary=(hook("bad", after="fence", when=["failback"]),)) == [
        (
            "secondary",
            "region.hooks[0].after",
            "bad would never run: no plan that it is for has a step 'fence'; there are " + FAILBACK,
        )
    ]


def test_steps_of_any_operation_and_option_may_be_named() -> None:
    """A step of failback, one of an unplanned failover, and one of --raise-bandwidth."""
    assert misplaced(
        hook("a", before="activate-primary"),
        hook("b", before="probe-primary"),
        hook("c", after="raise-bandwidth-singapore"),
    ) == []  # fmt: skip
    assert misplaced() == []


def test_a_hook_of_a_step_that_no_operation_of_its_kind_has_is_misplaced() -> None:
    """The probe is of unplanned operations."""
    ((_, path, message),) = misplaced(hook("a", before="probe-primary", when=["planned"]))

    assert path == "region.hooks[0].before"
    assert "'probe-primary'" in message


def test_hooks_of_a_failback_name_the_other_steps() -> None:
    """Both files may say something of either direction."""
    plan = planned(hooked(hook("dns", after="activate-primary")), PlanKind.FAILBACK)

    assert [step.id for step in plan.steps][-1] == "hook-dns"
