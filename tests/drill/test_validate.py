"""``sparehub drill validate``: by a script on each test machine, or by what a person answers."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sparehub.azure.answers import Account, Answer
from sparehub.drill import validate as command
from sparehub.drill.validation_script import ScriptResult, read_script, run_script
from sparehub.failover.journal.drill_record import Validation
from sparehub.failover.session import Session
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import OptionsError, PreflightError, UnknownNameError
from tests.drill.conftest import QUESTION, DrillEstate, files

Validate = Callable[..., int]
VM = ResourceId.of(
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v"
)


class Answering:
    """An Azure that answers every Run Command in the same way, and keeps what it was asked."""

    name = "memory"

    def __init__(self, *messages: tuple[str, str], status: int = 200) -> None:
        values = [{"code": code, "message": message} for code, message in messages]
        error = {"error": {"message": "the machine does not run"}}
        self.answer = Answer(status=status, body={"value": values} if status == 200 else error)
        self.asked: list[tuple[str, Any]] = []

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        timeout: float = 60.0,
        etag: str = "",
    ) -> Answer:
        raise AssertionError(method, path, body, timeout, etag)

    def act(self, path: str, body: Any = None) -> Answer:
        self.asked.append((path, body))
        return self.answer

    def wait(self, seconds: float) -> None:
        raise AssertionError(seconds)

    def account(self, subscription: str) -> Account:
        raise AssertionError(subscription)


def linux(output: str, errors: str = "") -> Answering:
    message = f"Enable succeeded: \n[stdout]\n{output}\n[stderr]\n{errors}"
    return Answering(("ProvisioningState/succeeded", message))


def windows(output: str, errors: str = "") -> Answering:
    out, error = "ComponentStatus/StdOut/succeeded", "ComponentStatus/StdErr/succeeded"
    return Answering((out, output), (error, errors))


@pytest.mark.parametrize(
    ("azure", "result"),
    [
        (linux("up\nsparehub: exit status 0\n"), (True, "up")),
        (linux("sparehub: exit status 0\n"), (True, "exit status 0")),
        (linux("sparehub: exit status 3\n", "no samba"), (False, "no samba")),
        # A script that says it of itself, and then fails.
        (linux("sparehub: exit status 0\nsparehub: exit status 1\n"), (False, "exit status 1")),
        # Azure calls a script that was cut off succeeded, too.
        (linux("half of it"), (False, "half of it\nthe script did not run to its end")),
        (linux(""), (False, "the script did not run to its end")),
        (windows("up\r\nsparehub: exit status 0\r\n"), (True, "up")),
        (
            windows("", "At line 1: not a cmdlet"),
            (False, "At line 1: not a cmdlet\nthe script did not run to its end"),
        ),
        (Answering(status=409), (False, "Run Command: the machine does not run")),
    ],
)
def test_only_a_script_that_ends_with_0_has_passed(
    azure: Answering, result: tuple[bool, str]
) -> None:
    """Run Command succeeds when the script fails: its exit status is printed after it."""
    passed, output = result

    assert run_script(azure, VM, "x.sh", "true") == ScriptResult(passed=passed, output=output)


def test_a_script_is_run_by_the_shell_of_its_name() -> None:
    """In a shell of its own, so that `exit` does not end what prints the status."""
    azure = linux("")
    run_script(azure, VM, "x.sh", "exit 1\r\n# comment")
    run_script(azure, VM, "x.PS1", "exit 1")

    (path, shell), (_, powershell) = azure.asked
    assert path == f"{VM}/runCommand"
    assert shell == {
        "commandId": "RunShellScript",
        "script": ["(", "exit 1", "# comment", ")", 'echo "sparehub: exit status $?"'],
    }
    assert powershell["commandId"] == "RunPowerShellScript"
    assert powershell["script"][-1] == 'Write-Output "sparehub: exit status $code"'
    assert any("-File $file" in line for line in powershell["script"])


def test_the_last_ten_lines_of_a_script_are_kept() -> None:
    """Control characters of a machine do not reach the terminal."""
    lines = "\n".join(f"line {number}" for number in range(20))

    result = run_script(linux(f"{lines}\n\x1b[2J\nsparehub: exit status 0"), VM, "x", "true")

    assert result.output.splitlines() == [*(f"line {each}" for each in range(11, 20)), "\\x1b[2J"]


def test_a_script_is_in_the_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "ok.sh").write_text("true")
    (project / "binary.sh").write_bytes(b"\xff")
    (tmp_path / "other.sh").write_text("true")

    assert read_script(project, "./ok.sh") == "true"
    for name, why in {
        "../other.sh": "is outside the project",
        "/etc/passwd": "is outside the project",
        "gone.sh": r"cannot be read \(No such file",
        "binary.sh": r"cannot be read \(is not UTF-8",
    }.items():
        with pytest.raises(PreflightError, match=why):
            read_script(project, name)


@pytest.fixture
def validate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[DrillEstate], Validate]:
    """Return what runs the command on an estate."""

    def of(drill: DrillEstate) -> Validate:
        @contextmanager
        def opened(_directory: Path, _output: Output, *, exclusive: bool) -> Iterator[Session]:
            assert exclusive
            yield drill.machines().session

        monkeypatch.setattr(command, "open_session", opened)

        def run(*answers: str, output: Output | None = None, **more: Any) -> int:
            return command.validate(
                tmp_path, output or Output(as_json=True), answers=answers, **more
            )

        return run

    return of


@pytest.fixture
def tested(drill: DrillEstate) -> DrillEstate:
    """Return a pair whose machines run in the test networks."""
    drill.machines().test()
    return drill


def results(drill: DrillEstate) -> dict[int, str]:
    return {group: each.result.value for group, each in drill.record.validations.items()}


def test_a_drill_passes_by_a_script_and_by_a_person(
    tested: DrillEstate,
    validate: Callable[[DrillEstate], Validate],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Result, last lines and who answered are in the journal."""
    control.answer_commands(tested.estate.directory, "dc1-test", "active")
    run = validate(tested)

    assert run("2=yes, two users signed in", approver="A. Chan") == 0

    document = json.loads(capsys.readouterr().out)
    assert document["outcome"] == "passed"
    script = tested.record.validations[1]
    assert script.digest
    assert tested.record.validations == {
        1: Validation(
            group=1,
            result=script.result,
            by="A. Chan",
            how="script",
            output="dc1: passed\n  active",
            digest=script.digest,
        ),
        2: Validation(
            group=2,
            result=script.result,
            by="A. Chan",
            how="manual",
            output="yes, two users signed in",
        ),
    }


def test_a_group_that_nobody_answers_for_is_not_validated(
    tested: DrillEstate, validate: Callable[[DrillEstate], Validate]
) -> None:
    """Exit code 3; without --approver it is the account that is signed in."""
    assert validate(tested)() == 3

    assert results(tested) == {1: "passed"}
    assert tested.record.validations[1].by
    assert tested.posted_commands() == ["dc1-test"]
    assert validate(tested)("2=no: port 443 is closed") == 1  # the group that passed is kept
    assert tested.posted_commands() == ["dc1-test"]
    assert results(tested) == {1: "passed", 2: "failed"}
    assert validate(tested)("2=yes") == 0  # the last answer counts
    assert validate(tested)(groups=(1,)) == 0  # on request, once more
    assert tested.posted_commands() == ["dc1-test", "dc1-test"]


def test_a_script_that_fails_fails_the_drill(
    tested: DrillEstate, validate: Callable[[DrillEstate], Validate]
) -> None:
    control.answer_commands(tested.estate.directory, "dc1-test", "inactive", 3)

    assert validate(tested)("2=yes") == 1

    assert results(tested) == {1: "failed", 2: "passed"}
    assert tested.record.validations[1].output == "dc1: failed\n  inactive"


def test_machines_that_run_are_not_validated_by_that(
    make: Callable[..., DrillEstate],
    validate: Callable[[DrillEstate], Validate],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A group without a validation keeps the drill from passing."""
    primary, secondary = files()
    del secondary["sparehub:region"]["siteRecovery"]["recoveryPlan"]["groups"]["2"]
    drill = make(primary, secondary).make_networks()
    drill.machines().test()

    assert validate(drill)(output=Output()) == 3

    printed = capsys.readouterr().out
    assert "no validation in siteRecovery.recoveryPlan.groups.2: its machines run, no more" in (
        printed
    )
    assert printed.endswith("the drill so far: not validated\n")


@pytest.mark.parametrize(
    ("answers", "more", "said"),
    [
        (["2"], {}, "--answer takes GROUP=yes or GROUP=no and what was seen, not '2'"),
        (["2=perhaps"], {}, "--answer takes GROUP=yes"),
        (["1=yes"], {}, "group 1 has no manual validation"),
        (["7=yes"], {}, "group 7 has no manual validation"),
        ([], {"groups": (3,)}, "there is no group with a validation '3'; there are: 1, 2"),
    ],
)
def test_an_answer_to_no_question_validates_nothing(
    tested: DrillEstate,
    validate: Callable[[DrillEstate], Validate],
    answers: list[str],
    more: dict[str, Any],
    said: str,
) -> None:
    with pytest.raises((OptionsError, UnknownNameError)) as refused:
        validate(tested)(*answers, **more)

    assert said in str(refused.value)
    assert tested.record.validations == {}


def test_without_a_drill_there_is_nothing_to_validate(
    drill: DrillEstate, validate: Callable[[DrillEstate], Validate]
) -> None:
    """Networks alone are none: no machine was tested."""
    with pytest.raises(PreflightError, match="there is no drill with machines"):
        validate(drill)()


def test_a_question_is_put_at_a_terminal(
    tested: DrillEstate,
    validate: Callable[[DrillEstate], Validate],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until the answer is yes, no or nothing."""
    asked: list[str] = []
    answers = iter(["well", "yes: two users"])

    def prompt(text: str, **_how: Any) -> str:
        asked.append(text)
        return next(answers)

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", prompt)

    assert validate(tested)() == 0

    question = f"group 2: {QUESTION} yes or no, and what was seen (nothing: not validated)"
    assert asked == [question, question]
    assert tested.record.validations[2].output == "yes: two users"
