"""What is asked of Azure directly: through `az rest`, whose words are all that tells a refusal."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from simulator import control
from sparehub.failover import probe
from sparehub.failover.azure import (
    NOT_FOUND,
    SUBSCRIPTION,
    Account,
    Answer,
    AzureCli,
    SimulatedAzure,
    azure_of,
    read,
)
from sparehub.failover.snapshot import Snapshot

OTHER = "00000000-0000-0000-0000-000000000001"
REFUSED = 'ERROR: Bad Request({"error":{"code":"InvalidParameter","message":"no"}})'
MISSING = 'ERROR: Not Found({"error":{"code":"ResourceNotFound","message":"gone"}})'
BUSY = 'ERROR: Too Many Requests({"error":{"code":"AnotherOperationInProgress"}})'
DOWN = "ERROR: Service Unavailable({})"
UNREACHED = "ERROR: HTTPSConnectionPool: Max retries exceeded"


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where an `az` is looked for first."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def says(az: Path, out: str, error: str, code: int) -> None:
    """Let `az` say something, and write down what it was asked."""
    for name, text in (("out", out), ("error", error)):
        (az / name).write_text(text)
    script = f'#!/bin/sh\necho "$@" > {az}/asked\ncat {az}/out\ncat {az}/error >&2\nexit {code}\n'
    (az / "az").write_text(script)
    (az / "az").chmod(0o755)


def test_an_answer_is_read(az: Path) -> None:
    """The path, the version and the body are handed over."""
    says(az, '{"properties": {"state": "Enabled"}}', "", 0)
    answer = AzureCli("s").send("PUT", "/subscriptions/s/x", {"a": 1})

    assert (answer.accepted, answer.body) == (True, {"properties": {"state": "Enabled"}})
    asked = (az / "asked").read_text().split()
    assert asked[:4] == ["rest", "--method", "PUT", "--url"]
    assert asked[4].endswith("/subscriptions/s/x?api-version=2024-05-01")
    assert json.loads("".join(asked[6:])) == {"a": 1}


@pytest.mark.parametrize(
    ("error", "came", "status"),
    [
        (REFUSED, True, 400),
        (MISSING, True, NOT_FOUND),
        (BUSY, True, 429),
        (DOWN, False, 503),
        (UNREACHED, False, 0),
    ],
)
def test_a_refusal_is_an_answer_and_silence_is_none(
    az: Path, error: str, *, came: bool, status: int
) -> None:
    """A region that refuses is there; one that does not answer may be lost."""
    says(az, "", error, 1)
    answer = AzureCli("s").send("GET", "/subscriptions/s/x")

    assert (answer.came, answer.accepted, answer.status) == (came, False, status)


def test_silence_is_bounded(az: Path) -> None:
    """A request that hangs is given up, and so is a machine without `az`."""
    says(az, "", "", 0)
    (az / "az").write_text("#!/bin/sh\nexec sleep 60\n")

    assert AzureCli("s").send("GET", "/x", timeout=0.2).status == 0


def test_half_an_answer_is_none(az: Path) -> None:
    """It broke off, and `az` did not mind."""
    says(az, '{"properties": {"sta', "", 0)
    assert AzureCli("s").send("GET", "/x").passing


@dataclass
class Script:
    """An Azure that gives answers in turn, the last one for ever."""

    statuses: list[int]
    message: str = ""
    asked: int = 0
    waited: list[float] = field(default_factory=list)
    name = "a script"

    def send(self, method: str, path: str, body: object = None, timeout: float = 60.0) -> Answer:
        del method, path, body, timeout
        status = self.statuses[min(self.asked, len(self.statuses) - 1)]
        self.asked += 1
        return Answer(status=status, body={"error": {"message": self.message}})

    def account(self, subscription: str) -> Account:
        return Account(subscription=subscription)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)


@pytest.mark.parametrize(
    ("statuses", "message", "status", "waited"),
    [
        ([200], "", 200, []),
        ([503, 200], "", 200, [1]),
        ([0, 429, 200], "please retry in 14 seconds", 200, [14, 14]),
        ([504, 500, 502, 200], "", 200, [1, 3, 6]),
        ([503], "", 503, [1, 3, 6]),
        ([429], "try again after '900' seconds", 429, []),
        ([403, 200], "not yours", 403, []),
        ([404, 200], "gone", 404, []),
    ],
)
def test_a_reading_that_failed_is_done_again(
    statuses: list[int], message: str, status: int, waited: list[float]
) -> None:
    """A few times and as late as Azure says, within a minute; a refusal is an answer."""
    azure = Script(statuses, message)
    assert read(azure, "/x").status == status
    assert (azure.waited, azure.asked) == (waited, len(waited) + 1)


def test_a_probe_keeps_its_own_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region that is lost is found lost by as many requests as ever."""
    monkeypatch.setattr(probe, "_TRIES", (0.0, 0.0, 0.0))
    group = {"urn": "a::region/group", "type": "t", "custom": True, "id": "/subscriptions/s"}
    azure = Script([503])
    assert not probe.answers(azure, Snapshot.of({"resources": [group]}))
    assert (azure.asked, azure.waited) == (3, [])


def test_at_an_instant_clock_nothing_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 100 a hundredth of it is."""
    slept: list[float] = []
    monkeypatch.setattr("sparehub.failover.azure.time.sleep", slept.append)
    control.reset(tmp_path)
    azure = SimulatedAzure(tmp_path)
    azure.wait(14.0)
    control.set_clock(tmp_path, "100")
    azure.wait(14.0)
    AzureCli("s").wait(14.0)
    assert slept == [0.14, 14.0]


def test_the_environment_says_which_azure_it_is() -> None:
    """The same that Pulumi's provider writes to."""
    local = azure_of({"SPAREHUB_SIMULATOR": "/home/simulator"}, "s")
    assert local == SimulatedAzure(Path("/home/simulator"))
    assert azure_of({}, "s").name == "subscription s"


def test_az_says_who_is_signed_in(az: Path) -> None:
    """To the subscription that is asked about, so that a login may see more than one."""
    says(az, f'{{"id": "{OTHER}", "tenantId": "t", "user": {{"name": "me@x"}}}}', "", 0)
    found = AzureCli("s").account(OTHER)

    assert found == Account(subscription=OTHER, tenant="t", user="me@x")
    assert (az / "asked").read_text().split() == (
        ["account", "show", "--output", "json", "--subscription", OTHER]
    )
    AzureCli("s").account("")
    assert (az / "asked").read_text().split() == ["account", "show", "--output", "json"]


@pytest.mark.parametrize(
    ("out", "error", "code", "problem"),
    [
        ("", "ERROR: Please run 'az login'", 1, "ERROR: Please run 'az login'"),
        ('{"id": "', "", 0, "az account show: half an answer"),
        ("[]", "", 0, "az account show: half an answer"),
    ],
)
def test_a_login_that_az_does_not_know_is_none(
    az: Path, out: str, error: str, code: int, problem: str
) -> None:
    """What it says is what a person needs."""
    says(az, out, error, code)
    assert AzureCli("s").account("") == Account(problem=problem)


def test_any_guid_is_a_subscription_of_the_local_azure() -> None:
    """The one that the environment names, unless a stack file names another."""
    store = {"SPAREHUB_SIMULATOR": "/home/simulator"}
    assert azure_of(store, "").account("").subscription == SUBSCRIPTION
    named = azure_of({**store, "ARM_SUBSCRIPTION_ID": OTHER}, "")
    assert named == SimulatedAzure(Path("/home/simulator"), OTHER)
    assert (named.account("").subscription, named.account("s").subscription) == (OTHER, "s")
