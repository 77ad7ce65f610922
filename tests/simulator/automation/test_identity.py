"""A runbook's managed identity: its token, and what its role assignments permit."""

import json
from collections.abc import Iterator

import pytest

from sparehub.simulator.arm.pipeline.callers import issue_token
from tests.simulator.arm.bodies import GROUP
from tests.simulator.automation import jobs
from tests.simulator.http.http_front import Front, serving

_ASK = """
import json, os, sys, time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

def ask(address, data=None, method=None, **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urlopen(Request(address, data, sent, method=method)) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except HTTPError as problem:
        return problem.code, json.loads(problem.read())

SECRET = os.environ["IDENTITY_HEADER"]
ENDPOINT = os.environ["IDENTITY_ENDPOINT"]
RESOURCE = "https://management.azure.com/"

def token():
    address = f"{ENDPOINT}?resource={RESOURCE}&api-version=2019-08-01"
    return ask(address, X_IDENTITY_HEADER=SECRET, Metadata="true")[1]["access_token"]
"""
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/spoke"
TABLE = f"{GROUP}/providers/Microsoft.Network/routeTables/table"


@pytest.fixture
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with serving(tmp_path_factory.mktemp("azure")) as front:
        yield front


def asked(front: Front, code: str) -> list[object]:
    """Run code after the helpers; return the JSON that it printed."""
    jobs.publish(front, "asks", _ASK + code)
    status, output = jobs.run(front, "asks")
    assert status == "Completed"
    found: list[object] = json.loads(output)
    return found


def test_the_endpoint_gives_a_token_to_a_running_job_alone(front: Front) -> None:
    """With both headers and a resource, by GET or by a form."""
    jobs.account(front)
    code = """
shown = []
for given in (
    {"X_IDENTITY_HEADER": SECRET, "Metadata": "True"},
    {"X_IDENTITY_HEADER": SECRET},
    {"X_IDENTITY_HEADER": "other", "Metadata": "true"},
    {"Metadata": "true"},
    {"X_IDENTITY_HEADER": SECRET, "Metadata": "true", "X_Forwarded_For": "10.0.0.1"},
):
    shown.append(ask(f"{ENDPOINT}?resource={RESOURCE}", **given)[0])
given = {"X_IDENTITY_HEADER": SECRET, "Metadata": "true"}
shown.append(ask(ENDPOINT, **given)[0])
status, body = ask(ENDPOINT, f"resource={RESOURCE}".encode(), **given)
shown += [status, sorted(body), body["token_type"], int(body["expires_on"]) > time.time() + 3600]
print(json.dumps([*shown, SECRET]))
"""
    *shown, secret = asked(front, code)

    names = ["access_token", "client_id", "expires_on", "resource", "token_type"]
    assert shown == [200, 400, 403, 403, 400, 400, 200, names, "Bearer", True]
    late = front.send(
        "GET",
        "/sparehub/automation/identity",
        headers={"x-identity-header": str(secret), "metadata": "true"},
        query="resource=https://management.azure.com/",
    )
    assert late[0] == 403


def test_an_account_without_identity_gets_no_token(front: Front) -> None:
    """It could do nothing with one."""
    jobs.account(front)
    front.send("PATCH", jobs.ACCOUNT, {"identity": {"type": "None"}})
    code = """
given = {"X_IDENTITY_HEADER": SECRET, "Metadata": "true"}
print(json.dumps(ask(f"{ENDPOINT}?resource={RESOURCE}", **given)))
"""
    status, body = asked(front, code)

    assert status == 400
    assert isinstance(body, dict)
    assert body["message"] == "the account account has no system-assigned identity"


def test_an_identity_may_do_what_its_roles_permit(front: Front) -> None:
    """Nothing at first; reads as a Reader; networks and no rights as a Network Contributor."""
    principal = jobs.account(front)
    body = {
        "location": "eastasia",
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/24"]}},
    }
    front.send("PUT", NETWORK, body)
    code = f"""
base = ENDPOINT.partition("/sparehub/")[0]
given = {{"Authorization": "Bearer " + token(), "Content_Type": "application/json"}}
shown = []
for method, path, body in (
    ("GET", {NETWORK!r}, None),
    ("PUT", {TABLE!r}, {{"location": "eastasia", "properties": {{}}}}),
    ("DELETE", {jobs.ACCOUNT!r}, None),
):
    data = json.dumps(body).encode() if body else None
    status, answer = ask(f"{{base}}{{path}}?api-version=2024-05-01", data, method, **given)
    shown.append([status, (answer or {{}}).get("error", {{}}).get("code")])
print(json.dumps(shown))
"""
    no = [403, "AuthorizationFailed"]
    nothing = asked(front, code)
    jobs.assign(front, principal, jobs.READER)
    reads = asked(front, code)
    jobs.assign(front, principal, jobs.NETWORK_CONTRIBUTOR)
    writes = asked(front, code)

    assert nothing == [no, no, no]
    assert reads == [[200, None], no, no]
    assert writes == [[200, None], [201, None], no]
    assert front.send("GET", jobs.ACCOUNT)[0] == 200


def test_a_join_of_what_is_out_of_the_role_is_refused(front: Front) -> None:
    """The subnet is in the role's scope, the route table that it names is not."""
    principal = jobs.account(front)
    table = TABLE.replace("/rg/", "/other/")
    front.send("PUT", GROUP.replace("/rg", "/other"), {"location": "eastasia"})
    front.send("PUT", table, {"location": "eastasia", "properties": {}})
    body = {
        "location": "eastasia",
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/24"]}},
    }
    front.send("PUT", NETWORK, body)
    jobs.assign(front, principal, jobs.NETWORK_CONTRIBUTOR)
    subnet = {"properties": {"addressPrefix": "10.0.0.0/26", "routeTable": {"id": table}}}
    code = f"""
base = ENDPOINT.partition("/sparehub/")[0]
given = {{"Authorization": "Bearer " + token(), "Content_Type": "application/json"}}
address = f"{{base}}{NETWORK}/subnets/app?api-version=2024-05-01"
status, answer = ask(address, {json.dumps(subnet).encode()!r}, "PUT", **given)
print(json.dumps([status, answer["error"]["code"], answer["error"]["message"]]))
"""
    status, error, message = asked(front, code)

    assert (status, error) == (403, "LinkedAuthorizationFailed")
    assert f"with object id '{principal}'" in str(message)


def test_an_old_token_is_refused(front: Front) -> None:
    """Managed identities' tokens are good for a day; other tokens are not looked into."""
    principal = jobs.account(front)
    jobs.assign(front, principal, jobs.READER)
    path, resource = jobs.ACCOUNT, "https://management.azure.com/"
    tokens = [issue_token(principal, path, resource, 0, ends) for ends in (1_000, 4_000_000_000)]
    answers = [
        front.send("GET", path, headers={"authorization": f"Bearer {token}"}) for token in tokens
    ]

    assert [status for status, _, _ in answers] == [401, 200]
    assert answers[0][2]["error"]["code"] == "ExpiredAuthenticationToken"
