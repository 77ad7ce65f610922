"""PowerShell runbooks: the subset that is interpreted, and what is refused."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.automation.powershell_sandbox import run_powershell
from sparehub.simulator.automation.running_job import STOPPED, Outcome, RunningJob
from tests.simulator.arm.bodies import GROUP
from tests.simulator.automation import jobs
from tests.simulator.http.http_front import Front, serving

pytest.importorskip("tree_sitter_powershell")


@dataclass
class Control:
    """Lets a job go on for some checks, and does not wait."""

    checks: int = 10_000
    slept: list[float] = field(default_factory=list)

    def ended(self) -> Outcome | None:
        self.checks -= 1
        return Outcome(status=STOPPED) if self.checks < 0 else None

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def outcome(text: str, control: Control | None = None, /, **parameters: str) -> Outcome:
    job = RunningJob(
        id=ResourceId(f"{jobs.ACCOUNT}/jobs/1"),
        language="PowerShell",
        text=text,
        parameters=parameters,
        secret="secret",  # noqa: S106 - opens nothing
        endpoint="http://127.0.0.1:9",
    )
    return run_powershell(job, control or Control())


def output(text: str, **parameters: str) -> list[str]:
    """Return what a text that completes wrote."""
    ended = outcome(text, None, **parameters)
    assert ended.exception is None
    return [record for stream, record in ended.records if stream == "Output"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("'it''s'", ["it's"]),
        ('$a = 2; "a $a ${a}b $($a + 1) `$a ""q"""', ['a 2 2b 3 $a "q"']),
        ("$h = @{ A = 1; b = 'x' }; $h.a; $h['B']; \"$($h.none)|\"", ["1", "x", "|"]),
        ("if ('X' -eq 'x') { 'same' } elseif (1) { 'no' } else { 'other' }", ["same"]),
        ("if (-not $none -and 'a' -notin 'b', 'c') { 'yes' }", ["yes"]),
        ("foreach ($i in 1, 2, 3) { if ($i -eq 2) { continue }; $i }", ["1", "3"]),
        ("for ($n = 0; $n -lt 5; $n++) { if ($n -ge 2) { break }; $n }", ["0", "1"]),
        ("$n = 0; while ($n -lt 2) { $n += 1; $n }", ["1", "2"]),
        ("$x = if ($true) { 'a' } else { 'b' }; \"$x\"", ["a"]),
        ("try { throw 'no' } catch { \"caught $_\" } finally { 'last' }", ["caught no", "last"]),
        ("'a', 'b' | ForEach-Object { \"<$_>\" }", ["<a>", "<b>"]),
        ("'a' | Out-Null; Write-Output 'b'", ["b"]),
        ('\'{"a": {"B": [1, true]}}\' | ConvertFrom-Json | ForEach-Object { $_.A.b[1] }', ["True"]),
        ("'a' -is [string]; $null -is [string]; 3 -gt 2", ["True", "False", "True"]),
        ("$a = [ordered]@{ z = 1; a = 2 }; $a.z; return; 'never'", ["1"]),
        ("'before'; exit; 'after'", ["before"]),
        ("@{ a = @{ b = 1 } } | ConvertTo-Json -Compress", ['{"a": {"b": 1}}']),
        ('"$(New-Guid)".Length', ["36"]),
    ],
)
def test_what_the_subset_writes(text: str, written: list[str]) -> None:
    """As PowerShell 7.4 does."""
    assert output(text) == written


@pytest.mark.parametrize(
    ("text", "exception"),
    [
        ("Get-Process", "line 1: the local Azure does not interpret 'Get-Process'"),
        (
            "if ($false) { Remove-Item x }",
            "line 1: the local Azure does not interpret 'Remove-Item'",
        ),
        ("'a'\n[DateTime]::Now", "line 2: the local Azure does not interpret '[DateTime]::Now'"),
        ("'a'.ToUpper()", "line 1: the local Azure does not interpret \"'a'.ToUpper()\""),
        ("'x' > file", "line 1: the local Azure does not interpret '> file'"),
        ("function f { 1 }; f", "line 1: the local Azure does not interpret 'function f { 1 }'"),
        ("if ($a { 1 }", "line 1: this is not PowerShell: if ($a { 1 }"),
        ("'a' -match 'b'", "the local Azure does not interpret the operator -match"),
        (
            "Start-Sleep -Milliseconds 3",
            "line 1: the local Azure does not know -Milliseconds of this cmdlet",
        ),
        ("Start-Sleep -Seconds", "line 1: -seconds has no value"),
        (
            "'{' | ConvertFrom-Json",
            (
                "Conversion from JSON failed with error: Expecting property name enclosed in "
                "double quotes: line 1 column 2 (char 1)"
            ),
        ),
        (
            "@{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json",
            "the value is deeper than -Depth: ConvertTo-Json would cut it off",
        ),
        ("throw 'no way'", "no way"),
        ("exit 3", "exit code 3"),
        (
            "Get-AzAutomationJob -Id 1 -ResourceGroupName g -AutomationAccountName a",
            "Run Connect-AzAccount to login.",
        ),
    ],
)
def test_what_is_not_in_the_subset_fails(text: str, exception: str) -> None:
    """Before anything runs where the tree shows it; nothing is ignored."""
    ended = outcome(f"$ErrorActionPreference = 'Stop'; {text}")

    assert (ended.status, ended.exception) == ("Failed", exception)
    assert [stream for stream, _ in ended.records] == ["Error"]


def test_a_cmdlet_that_fails_ends_the_job_only_if_it_is_to_stop() -> None:
    """Without the preference the error is written, and the text goes on."""
    ended = outcome("'{' | ConvertFrom-Json\n'after'")

    assert ended.status == "Completed"
    assert [stream for stream, _ in ended.records] == ["Error", "Output"]


def test_parameters_are_decoded_and_bound() -> None:
    """SR-64: the context is an object, or a string where JSON was sent as a string."""
    text = "param([Object] $Context, [string] $Name = 'x', [int] $Count)\n"
    text += "if ($Context -is [string]) { 'text' } else { $Context.Type }\n\"$Name $($Count + 1)\""
    context = json.dumps({"Type": "Test"})

    assert output(text, Context=context, count="2") == ["Test", "x 3"]
    assert output(text, context=json.dumps(context), NAME='"y"') == ["text", "y 1"]
    assert outcome(text, other="1").exception == (
        "A parameter cannot be found that matches parameter name other."
    )
    mandatory = "param([Parameter(Mandatory)] [Object] $Context)\n'a'"
    assert outcome(mandatory).exception == "the mandatory parameter context is missing"


def test_a_loop_ends_by_the_time() -> None:
    """What is slept counts; the text of the time is read as a number."""
    control = Control()
    text = "$ends = 60 + (Get-Date -UFormat '%s')\n"
    text += "while ($ends -gt (Get-Date -UFormat '%s')) { Start-Sleep -Seconds 15 }"

    assert outcome(text, control).status == "Completed"
    assert control.slept == [15, 15, 15, 15]
    assert outcome("Get-Date").exception is None
    assert [stream for stream, _ in outcome("Get-Date").records] == ["Error"]


def test_sleep_is_simulated_and_a_job_can_be_ended() -> None:
    """A loop without an end is ended by its control."""
    control = Control()
    assert outcome("Start-Sleep -Seconds 15; Start-Sleep 2", control).status == "Completed"
    assert control.slept == [15, 2]
    assert outcome("while ($true) { 'x' | Out-Null }", Control(checks=50)).status == "Stopped"


# -- with the local Azure --------------------------------------------------------------------------

START = """
param([Object] $RecoveryPlanContext)
$ErrorActionPreference = 'Stop'
Connect-AzAccount -Identity -Subscription '{subscription}' | Out-Null
$account = @{{ ResourceGroupName = 'rg'; AutomationAccountName = 'account' }}
$endpoint = (Get-AzContext).Environment.ResourceManagerUrl
$parameters = [ordered]@{{ first = "endpoint=$endpoint"; second = 'b c' }}
$job = Start-AzAutomationRunbook @account -Name 'child' -Parameters $parameters
for ($n = 0; $n -lt 100 -and $job.Status -notin 'Completed', 'Failed'; $n++) {{
    Start-Sleep -Seconds 15
    $job = Get-AzAutomationJob @account -Id $job.JobId
}}
Get-AzAutomationJobOutput @account -Id $job.JobId -Stream Output | ForEach-Object {{ $_.Summary }}
if ($job.Status -ne 'Completed') {{ throw "the job is $($job.Status). $($job.Exception)" }}
""".format(subscription=jobs.ACCOUNT.split("/")[2])


@pytest.fixture
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with serving(tmp_path_factory.mktemp("azure")) as front:
        principal = jobs.account(front)
        for role in (jobs.JOB_OPERATOR, jobs.RUNBOOK_OPERATOR):
            jobs.assign(front, principal, role)
        yield front


def test_a_runbook_starts_another_and_waits_for_it(front: Front) -> None:
    """With the identity's own rights; the other's output is its own."""
    jobs.publish(front, "child", "import sys; print(sys.argv[1:])")
    jobs.publish(front, "parent", START, "PowerShell")

    status, written = jobs.run(front, "parent")

    assert (status, written) == ("Completed", f"['endpoint={front.address}/', 'b c']")
    jobs.publish(front, "child", "raise ValueError('half done')")
    failed = jobs.run(front, "parent")[0]
    assert failed == "the job is Failed. ValueError: half done"


def test_the_cmdlet_passes_no_parameters_to_the_type_python(front: Front) -> None:
    """Az.Automation knows Python2 and Python3; of any other it wants named parameters."""
    jobs.publish(front, "child", "print(1)", "Python")
    jobs.publish(front, "parent", START, "PowerShell")

    assert jobs.run(front, "parent")[0].startswith("Invalid runbook parameters.")


def test_without_rights_the_runbook_fails(front: Front) -> None:
    """Its message names the action and the identity."""
    jobs.publish(front, "child", "print(1)")
    jobs.publish(front, "parent", START, "PowerShell")
    assignments = front.send("GET", f"{GROUP}/providers/Microsoft.Authorization/roleAssignments")[
        2
    ]["value"]
    for each in assignments:
        front.send("DELETE", each["id"])

    failed, written = jobs.run(front, "parent")

    assert "'Microsoft.Automation/automationAccounts/runbooks/read'" in failed
    assert written == ""


@pytest.mark.parametrize(("packages", "has_az"), [({}, False), ({"Az": "12.3.0"}, True)])
def test_cmdlets_of_az_are_there_only_with_the_default_package(
    front: Front, packages: dict[str, str], *, has_az: bool
) -> None:
    """A runtime environment has nothing of Azure that it does not name."""
    runtime = {"language": "PowerShell", "version": "7.4"}
    properties = {"runtime": runtime, "defaultPackages": packages}
    path = f"{jobs.ACCOUNT}/runtimeEnvironments/ps74"
    front.send("PUT", path, {"location": "eastasia", "properties": properties})
    text = "$ErrorActionPreference = 'Stop'\nConnect-AzAccount -Identity | Out-Null\n'signed in'"
    jobs.publish(front, "asks", text, "PowerShell", runtimeEnvironment="ps74")

    missing = (
        "The term 'connect-azaccount' is not recognized as a name of a cmdlet, function, script "
        "file, or executable program. (CommandNotFoundException)"
    )
    expected = ("Completed", "signed in") if has_az else (missing, "")
    assert jobs.run(front, "asks") == expected


def test_variables_and_requests(front: Front) -> None:
    """Get-AutomationVariable reads an encrypted one; Invoke-AzRestMethod shows the status."""
    properties = {"value": '"hidden"', "isEncrypted": True}
    front.send("PUT", f"{jobs.ACCOUNT}/variables/v", {"properties": properties})
    text = f"""
$ErrorActionPreference = 'Stop'
Connect-AzAccount -Identity | Out-Null
Get-AutomationVariable -Name 'v'
$path = '{jobs.ACCOUNT}/runbooks/asks?api-version=2023-11-01'
$answer = Invoke-AzRestMethod -Method GET -Path $path
$answer.StatusCode
($answer.Content | ConvertFrom-Json).name
"""
    jobs.publish(front, "asks", text, "PowerShell72")

    assert jobs.run(front, "asks") == ("Completed", "hidden\n200\nasks")
