"""What is asked of Azure directly: through Microsoft's pipeline, understood by status."""

import json
import threading

import jwt
import pytest
from azure.core.exceptions import ServiceRequestError

from sparehub.azure.answers import Account, SignInError
from sparehub.azure.client import ArmClient
from sparehub.azure.reading import Listing, listed, settled
from sparehub.topology.errors import PreflightError, UnreadableError
from tests.azure.http_transport import NOT_SIGNED_IN, Said, Tokens, Transport, Wire, client

GONE = {"error": {"code": "ResourceNotFound", "message": "gone"}}
CIRCUIT = "/subscriptions/s/resourceGroups/rg-ä/providers/Microsoft.Network/expressRouteCircuits/c"


def slept(azure: ArmClient) -> list[float]:
    assert isinstance(azure.transport, Transport)
    return azure.transport.slept


def test_a_request_says_what_is_asked_of_which_version_as_whom() -> None:
    """Path, body, API version of the provider, token of the cloud, and the etag it depends on."""
    wire = Wire(Said(200, {"properties": {"state": "Enabled"}}))
    answer = client(wire).send("PUT", CIRCUIT, {"a": 1}, etag='W/"1"')

    assert (answer.status, answer.body) == (200, {"properties": {"state": "Enabled"}})
    (sent,) = wire.asked
    assert sent.method == "PUT"
    assert sent.url == (
        "https://management.azure.com/subscriptions/s/resourceGroups/rg-%C3%A4/providers/"
        "Microsoft.Network/expressRouteCircuits/c?api-version=2024-05-01"
    )
    assert json.loads(sent.body or b"") == {"a": 1}
    assert (sent.headers["If-Match"], sent.headers["Authorization"]) == ('W/"1"', "Bearer token-1")


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("/subscriptions/s", "2021-04-01"),
        (CIRCUIT, "2024-05-01"),
        (f"{CIRCUIT}/providers/Microsoft.Authorization/locks", "2020-05-01"),
        (f"{CIRCUIT}/providers/Microsoft.Authorization/permissions", "2022-04-01"),
        ("/providers/Microsoft.ResourceGraph/resources", "2022-10-01"),
    ],
)
def test_each_provider_has_its_version(path: str, version: str) -> None:
    """The last provider of a path counts: a lock on a circuit is no network resource."""
    wire = Wire(Said(200, {}))
    client(wire).send("GET", f"{path}?$filter=atScope()")
    assert wire.asked[0].url is not None
    assert wire.asked[0].url.endswith(f"?api-version={version}&$filter=atScope%28%29")


@pytest.mark.parametrize(
    ("said", "status", "came", "accepted", "passing"),
    [
        (Said(404, GONE), 404, True, False, False),
        (Said(409, GONE), 409, True, False, True),
        (Said(403, GONE), 403, True, False, False),
        (Said(503, GONE), 503, False, False, True),
        (Said(200, {"a": "b"}, cut=True), 0, False, False, True),
        (None, 0, False, False, True),
    ],
)
def test_a_refusal_is_an_answer_and_silence_is_none(
    said: Said | None, status: int, *, came: bool, accepted: bool, passing: bool
) -> None:
    """By the status, whatever is written beside it; a region that refuses is there."""
    answer = client(Wire(said)).send("GET", CIRCUIT)
    assert (answer.status, answer.came, answer.accepted, answer.passing) == (
        *(status, came, accepted),
        passing,
    )


@pytest.mark.parametrize("part", ["..", "a?b", "a?b=c", "a#b", "a%2fb", "a\nb", ""])
def test_an_id_that_would_lead_elsewhere_is_not_asked_for(part: str) -> None:
    """It may come from a state, a journal or an answer of Azure."""
    wire = Wire(Said(200, {}))
    path = f"/subscriptions/s/resourceGroups/{part}"
    with pytest.raises(UnreadableError, match="is no path in Azure, and is not asked for"):
        client(wire).send("GET", path)
    assert wire.asked == []


def test_a_bad_answer_is_asked_for_again_as_late_as_azure_says() -> None:
    """By azure-core's own policy, and never past the time that the request has."""
    wire = Wire(Said(429, GONE, {"Retry-After": "14"}), Said(502), None, Said(200, {}))
    azure = client(wire)
    assert azure.send("GET", CIRCUIT).status == 200
    assert (len(wire.asked), slept(azure)[0]) == (4, 14.0)

    hasty = client(Wire(Said(503, GONE, {"Retry-After": "900"})))
    hasty.send("GET", CIRCUIT, timeout=30)
    assert 29 < max(slept(hasty)) <= 30


def test_a_text_about_seconds_is_no_time_to_wait() -> None:
    """Only the header says when; our own time-out text was once read as one."""
    said = {"error": {"message": "timed out after 60 seconds"}}
    azure = client(Wire(Said(503, said), Said(200, {})))
    assert azure.send("GET", CIRCUIT).status == 200
    assert slept(azure) == []


def test_a_token_that_has_ended_is_renewed() -> None:
    """Once, in the middle of a step; what Azure then answers counts."""
    ended = Said(401, {"error": {"code": "ExpiredAuthenticationToken"}}, {"WWW-Authenticate": "x"})
    wire = Wire(ended, Said(200, {"a": 1}))
    assert client(wire).send("DELETE", CIRCUIT).status == 200
    assert [each.headers["Authorization"] for each in wire.asked] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_who_is_not_signed_in_is_told_so_and_no_region_is_called_silent() -> None:
    """A login that has ended, that never was, or that cannot be reached stops the step."""
    ended = {"code": "InvalidAuthenticationTokenTenant", "message": "wrong issuer"}
    refused = Wire(Said(401, {"error": ended}, {"WWW-Authenticate": "x"}))
    with pytest.raises(SignInError, match="nobody is signed in: wrong issuer; sign in again"):
        client(refused).send("GET", CIRCUIT)
    assert len(refused.asked) == 2

    wire = Wire(Said(200, {}))
    for problem in (NOT_SIGNED_IN, ServiceRequestError(message="login is unreachable")):
        with pytest.raises(SignInError, match=r"az login|login is unreachable"):
            client(wire, Tokens(problem)).send("GET", CIRCUIT)
    assert wire.asked == []


def test_an_action_is_followed_to_its_result() -> None:
    """Azure accepts a POST and says where its result will be."""
    where = "https://management.azure.com/subscriptions/s/operationResults/1"
    accepted = Said(202, None, {"Location": where, "Retry-After": "3"})
    wire = Wire(accepted, Said(202, None, {"Location": where}), Said(200, {"value": [1]}))
    answer = client(wire).act(f"{CIRCUIT}/routeTables/primary")
    assert (answer.status, answer.body) == (200, {"value": [1]})
    assert [each.method for each in wire.asked] == ["POST", "GET", "GET"]

    for done in (Said(200), Said(204)):
        empty = client(Wire(accepted, done)).act(f"{CIRCUIT}/start")
        assert (empty.accepted, empty.body) == (True, {})

    refused = client(Wire(Said(400, {"error": {"code": "No", "message": "no"}})))
    assert refused.act(f"{CIRCUIT}/routeTables/primary").problem == "no"


def test_an_action_that_does_not_end_has_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it shows until then is how far it is: an empty table is another thing."""
    monkeypatch.setattr("sparehub.azure.client._ACTION", 0.05)
    where = "https://management.azure.com/subscriptions/s/operations/1"
    accepted = Said(202, None, {"Azure-AsyncOperation": where, "Retry-After": "1"})
    azure = client(Wire(accepted, Said(200, {"status": "InProgress"})))
    assert isinstance(azure.transport, Transport)
    monkeypatch.setattr(azure.transport, "sleep", lambda _seconds: threading.Event().wait(0.01))
    answer = azure.act(f"{CIRCUIT}/routeTables/primary")
    assert (answer.status, answer.problem) == (0, "no result within 0 s")
    assert [each for each in threading.enumerate() if each.name.startswith("LROPoller")] == []


def test_a_list_that_leads_elsewhere_is_not_whole() -> None:
    """It is read as far as it goes, and the reason is kept."""
    first = Said(200, {"value": [{"id": "1"}], "nextLink": "https://x/subscriptions/../y"})
    found = listed(client(Wire(first)), "/subscriptions/s/x")
    assert (found.items, "is no path in Azure" in found.problem) == (({"id": "1"},), True)


def test_a_list_is_read_page_after_page() -> None:
    """One that breaks off is not taken for whole."""
    following = "https://management.azure.com/subscriptions/s/x?api-version=1&$skiptoken=a"
    first = Said(200, {"value": [{"id": "1"}], "nextLink": following})
    wire = Wire(first, Said(200, {"value": [{"id": "2"}]}))
    assert listed(client(wire), "/subscriptions/s/x") == Listing(items=({"id": "1"}, {"id": "2"}))
    assert wire.asked[1].url == (
        "https://management.azure.com/subscriptions/s/x?api-version=1&$skiptoken=a"
    )
    broken = listed(client(Wire(first, Said(403, GONE))), "/subscriptions/s/x")
    assert broken == Listing(items=({"id": "1"},), problem="gone", status=403)


def test_what_is_settled_shows_its_state() -> None:
    """A write that has ended, well or badly, or a resource that is gone."""
    done = Said(200, {"properties": {"provisioningState": "Failed"}})
    assert settled(client(Wire(done)), CIRCUIT, 60).properties == {"provisioningState": "Failed"}
    assert settled(client(Wire(Said(404, GONE))), CIRCUIT, 60).status == 404


@pytest.mark.parametrize(
    ("cloud", "endpoint"),
    [
        ("public", "https://management.azure.com"),
        ("usgovernment", "https://management.usgovcloudapi.net"),
        ("AzureChinaCloud", "https://management.chinacloudapi.cn"),
    ],
)
def test_a_cloud_has_its_own_endpoint_and_token(cloud: str, endpoint: str) -> None:
    """No token of one cloud is sent to another."""
    wire = Wire(Said(200, {}))
    azure = client(wire, cloud=cloud)
    azure.send("GET", CIRCUIT)
    assert str(wire.asked[0].url).startswith(f"{endpoint}/subscriptions/")
    assert azure.scope.endswith("/.default")


def test_a_cloud_that_nobody_knows_is_refused() -> None:
    """Germany's was closed in 2021; nothing is sent anywhere."""
    with pytest.raises(PreflightError, match="there is no Azure cloud 'german'"):
        client(Wire(Said(200, {})), cloud="german")


def test_the_account_is_the_token_and_the_subscription() -> None:
    """Who it was issued to, and whether that one sees the subscription."""
    text = jwt.encode({"tid": "t", "upn": "me@x"}, "k" * 32)
    tokens = Tokens(text=lambda _number: text)
    seen = client(Wire(Said(200, {"subscriptionId": "s", "tenantId": "t2"})), tokens)
    assert seen.account("s") == Account(subscription="s", tenant="t2", user="me@x")
    assert seen.account("") == Account(tenant="t", user="me@x")
    unseen = client(Wire(Said(404, GONE)), tokens)
    assert unseen.account("s") == Account(tenant="t", user="me@x", unseen=True)
    assert "az login" in client(Wire(Said(200)), Tokens(NOT_SIGNED_IN)).account("s").problem
