"""An Automation account with runbooks on a front that is served, and its jobs."""

import time
from typing import Any
from uuid import uuid4

from tests.simulator.arm.bodies import GROUP, Body, group
from tests.simulator.http.http_front import Front

ACCOUNT = f"{GROUP}/providers/Microsoft.Automation/automationAccounts/account"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
JOB_OPERATOR = "4fe576fe-1146-4730-92eb-48519fa6bf9f"
RUNBOOK_OPERATOR = "5fb5aef8-1081-4b8e-bb16-9d5d0385bab5"
FINAL = ("Completed", "Failed", "Stopped", "Suspended")
SECONDS = 60


def account(front: Front) -> str:
    """Make the account; return the object id of its identity."""
    front.send("PUT", *group())
    body = {
        "location": "eastasia",
        "identity": {"type": "SystemAssigned"},
        "properties": {"sku": {"name": "Basic"}},
    }
    _, _, made = front.send("PUT", ACCOUNT, body)
    return str(made["identity"]["principalId"])


def publish(front: Front, name: str, text: str, kind: str = "Python3", **more: Any) -> str:
    """Publish a runbook and return its path."""
    path = f"{ACCOUNT}/runbooks/{name}"
    properties = {"runbookType": kind} | more
    front.send("PUT", path, {"location": "eastasia", "properties": properties})
    front.send("PUT", f"{path}/draft/content", text.encode())
    front.send("POST", f"{path}/publish")
    return path


def start(front: Front, name: str, parameters: dict[str, str] | None = None) -> str:
    """Start a runbook and return the path of its job."""
    job = f"{ACCOUNT}/jobs/{uuid4()}"
    properties = {"runbook": {"name": name}, "parameters": parameters or {}}
    status, _, body = front.send("PUT", job, {"properties": properties})
    assert status == 201, body
    return job


def until(front: Front, job: str, *statuses: str) -> Body:
    """Read a job until it has one of some statuses, the final ones by default."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        properties: Body = front.send("GET", job)[2]["properties"]
        if properties["status"] in (statuses or FINAL):
            return properties
    raise AssertionError(properties)


def run(front: Front, name: str, parameters: dict[str, str] | None = None) -> tuple[str, str]:
    """Run a runbook; return the status of its job, and its output."""
    job = start(front, name, parameters)
    shown = until(front, job)
    return shown["exception"] or shown["status"], front.text(f"{job}/output")


def assign(front: Front, principal: str, role: str, scope: str = GROUP) -> None:
    """Give an identity a role."""
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid4()}"
    definition = f"/providers/Microsoft.Authorization/roleDefinitions/{role}"
    properties = {"principalId": principal, "roleDefinitionId": definition}
    status, _, body = front.send("PUT", path, {"properties": properties})
    assert status == 201, body
