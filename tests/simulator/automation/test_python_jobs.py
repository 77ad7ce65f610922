"""Python runbooks are run by `simulate serve`, as Azure Automation would run them."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sparehub.simulator import control
from tests.simulator.automation import jobs
from tests.simulator.http.http_front import Front, serving


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with serving(tmp_path_factory.mktemp("azure")) as front:
        jobs.account(front)
        yield front


def test_a_job_is_run_and_shows_what_it_wrote(front: Front) -> None:
    """New, then Completed with its times; output is text, and each line is in its stream."""
    jobs.publish(front, "hello", 'print("a")\nprint("WARNING: b")\nprint("c")')

    job = jobs.start(front, "hello")
    shown = jobs.until(front, job)

    assert (shown["status"], shown["provisioningState"]) == ("Completed", "Succeeded")
    assert shown["startTime"] <= shown["endTime"]
    assert shown["exception"] is None
    assert front.text(f"{job}/output") == "a\nc"
    records = front.send("GET", f"{job}/streams")[2]["value"]
    written = [
        (each["properties"]["streamType"], each["properties"]["summary"]) for each in records
    ]
    assert written == [("Output", "a"), ("Warning", "b"), ("Output", "c")]
    name = records[1]["properties"]["jobStreamId"]
    assert front.send("GET", f"{job}/streams/{name}")[2] == records[1]
    assert front.send("GET", f"{job}/streams/none")[0] == 404
    assert front.text(f"{jobs.ACCOUNT}/runbooks/hello/content").startswith("print")


def test_parameters_come_by_position(front: Front) -> None:
    """Each value is JSON text; those that the cmdlet numbers come by their number."""
    jobs.publish(front, "arguments", "import sys; print(sys.argv[1:])")
    named = {"b": '"x y"', "a": "2", "c": "plain"}
    numbered = {f"[Parameter {number}]": f'"{number}"' for number in (10, 2, 1)}

    assert jobs.run(front, "arguments", named) == ("Completed", "['x y', '2', 'plain']")
    assert jobs.run(front, "arguments", numbered) == ("Completed", "['1', '2', '10']")


def test_a_job_that_raises_or_exits_is_failed(front: Front) -> None:
    """The exception is the last line of the traceback; what was written before it stays."""
    jobs.publish(front, "raises", 'print("before")\nraise ValueError("no gateway")')
    jobs.publish(front, "exits", "raise SystemExit(3)")
    jobs.publish(front, "empty", "")

    job = jobs.start(front, "raises")
    failed = jobs.until(front, job)
    exited = jobs.until(front, jobs.start(front, "exits"))

    assert (failed["status"], failed["exception"]) == ("Failed", "ValueError: no gateway")
    assert front.text(f"{job}/output") == "before"
    kinds = [
        each["properties"]["streamType"] for each in front.send("GET", f"{job}/streams")[2]["value"]
    ]
    assert kinds == ["Output", "Error"]
    assert (exited["status"], exited["exception"]) == ("Failed", "exit code 3")
    assert jobs.run(front, "empty") == ("Completed", "")


def test_only_the_standard_library_is_there(front: Front) -> None:
    """No package of the local Azure, and nothing of its environment."""
    jobs.publish(front, "bare", "import os, json\nprint(sorted(os.environ))\nimport starlette")

    job = jobs.start(front, "bare")

    assert jobs.until(front, job)["exception"] == "ModuleNotFoundError: No module named 'starlette'"
    names = front.text(f"{job}/output")
    assert "IDENTITY_ENDPOINT" in names
    assert "PYTHONPATH" not in names


def test_variables_are_read_by_automationassets(front: Front) -> None:
    """An encrypted one too; one that is not there has the exception of its own."""
    for name, encrypted in (("plain", False), ("secret", True)):
        properties = {"value": f'"value of {name}"', "isEncrypted": encrypted}
        front.send("PUT", f"{jobs.ACCOUNT}/variables/{name}", {"properties": properties})
    text = """
import automationassets
from automationassets import AutomationAssetNotFound
print(automationassets.get_automation_variable("plain"))
print(automationassets.get_automation_variable("secret"))
try:
    automationassets.get_automation_variable("a/b")
except AutomationAssetNotFound as problem:
    print(problem)
"""
    jobs.publish(front, "variables", text)

    status, output = jobs.run(front, "variables")

    assert status == "Completed"
    assert output.splitlines() == ["value of plain", "value of secret", "no variable 'a/b'"]


def test_a_running_job_can_be_stopped(front: Front) -> None:
    """With the process that it started; one that has ended cannot be."""
    marker = Path(front.directory, "marker")
    child = f"import time; time.sleep(30); open({str(marker)!r}, 'w')"
    text = f"import subprocess, sys; subprocess.run([{sys.executable!r}, '-c', {child!r}])"
    jobs.publish(front, "long", text)
    job = jobs.start(front, "long")
    jobs.until(front, job, "Running")

    assert front.send("POST", f"{job}/stop")[0] == 200

    assert jobs.until(front, job)["status"] == "Stopped"
    refused = front.send("POST", f"{job}/stop")
    assert (refused[0], refused[2]["error"]["code"]) == (400, "SimulatorJobState")


def test_the_language_is_that_of_the_runtime_environment(front: Front) -> None:
    """A runbook of a type that is not simulated is Failed, and not Completed without a run."""
    environment = f"{jobs.ACCOUNT}/runtimeEnvironments/python310"
    runtime = {"language": "Python", "version": "3.10"}
    body = {"location": "eastasia", "properties": {"runtime": runtime}}
    front.send("PUT", environment, body)
    jobs.publish(front, "modern", "print(1)", "Python", runtimeEnvironment="python310")
    jobs.publish(front, "graph", "{}", "GraphPowerShell")

    assert jobs.run(front, "modern") == ("Completed", "1")
    failed = jobs.until(front, jobs.start(front, "graph"))
    assert (failed["status"], failed["exception"]) == (
        "Failed",
        "the local Azure runs runbooks of Python and PowerShell alone",
    )


def test_a_job_is_stopped_after_its_fair_share(front: Front) -> None:
    """SR-65: three hours, here of simulated time."""
    jobs.publish(front, "endless", "import time; time.sleep(30)")
    job = jobs.start(front, "endless")
    jobs.until(front, job, "Running")

    control.advance_clock(front.directory, 4 * 3600)

    shown = jobs.until(front, job)
    assert (shown["status"], shown["exception"]) == (
        "Stopped",
        "The job was stopped because it reached the limit of 3 hours.",
    )
