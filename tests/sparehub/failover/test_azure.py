"""What is asked of Azure directly: through `az rest`, whose words are all that tells a refusal."""

import json
import os
from pathlib import Path

import pytest

from sparehub.failover.azure import NOT_FOUND, AzureCli, SimulatedAzure, azure_of

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


def test_the_environment_says_which_azure_it_is() -> None:
    """The same that Pulumi's provider writes to."""
    local = azure_of({"SPAREHUB_SIMULATOR": "/home/simulator"}, "s")
    assert local == SimulatedAzure(Path("/home/simulator"))
    assert azure_of({}, "s").name == "subscription s"
