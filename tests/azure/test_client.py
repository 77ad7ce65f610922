"""The ARM client: requests, retry with backoff, tokens, long-running operations, lists."""

import json
import threading

import jwt
import pytest
from azure.core.exceptions import ServiceRequestError

from sparehub.azure.answers import Account, SignInError
from sparehub.azure.client import ArmClient
from sparehub.azure.reading import Listing, listed, read_provisioned
from sparehub.topology.errors import PreflightError, UnreadableError
from tests.azure.http_transport import NOT_SIGNED_IN, Said, Tokens, Transport, Wire, client

GONE = {"error": {"code": "ResourceNotFound", "message": "gone"}}
CIRCUIT = "/subscriptions/s/resourceGroups/rg-ä/providers/Microsoft.Network/expressRouteCircuits/c"


def slept(azure: ArmClient) -> list[float]:
    assert isinstance(azure.transport, Transport)
    return azure.transport.slept


def test_a_request_has_path_body_api_version_token_and_etag() -> None:
    """The etag is sent as If-Match; the path is percent-encoded."""
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
def test_each_resource_provider_has_its_api_version(path: str, version: str) -> None:
    """The last provider of a path counts: a lock on a circuit is not a network resource."""
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
def test_a_refusal_counts_as_an_answer_of_the_region(
    said: Said | None, status: int, *, came: bool, accepted: bool, passing: bool
) -> None:
    """The status decides: a server error, a cut answer or no connection is not an answer."""
    answer = client(Wire(said)).send("GET", CIRCUIT)
    assert (answer.status, answer.came, answer.accepted, answer.passing) == (
        *(status, came, accepted),
        passing,
    )


@pytest.mark.parametrize("part", ["..", "a?b", "a?b=c", "a#b", "a%2fb", "a\nb", ""])
def test_an_id_that_would_change_the_url_is_not_requested(part: str) -> None:
    """Ids come from states, journals and answers of Azure."""
    wire = Wire(Said(200, {}))
    path = f"/subscriptions/s/resourceGroups/{part}"
    with pytest.raises(UnreadableError, match="path in Azure"):
        client(wire).send("GET", path)
    assert wire.asked == []


def test_retry_waits_as_long_as_retry_after_says_within_the_deadline() -> None:
    """Throttling, a bad gateway and a connection error are retried with backoff."""
    wire = Wire(Said(429, GONE, {"Retry-After": "14"}), Said(502), None, Said(200, {}))
    azure = client(wire)
    assert azure.send("GET", CIRCUIT).status == 200
    assert (len(wire.asked), slept(azure)[0]) == (4, 14.0)

    hasty = client(Wire(Said(503, GONE, {"Retry-After": "900"})))
    hasty.send("GET", CIRCUIT, timeout=30)
    assert 29 < max(slept(hasty)) <= 30


def test_seconds_in_an_error_message_do_not_delay_a_retry() -> None:
    """Only the header Retry-After counts."""
    said = {"error": {"message": "timed out after 60 seconds"}}
    azure = client(Wire(Said(503, said), Said(200, {})))
    assert azure.send("GET", CIRCUIT).status == 200
    assert slept(azure) == []


def test_an_expired_token_is_renewed_once() -> None:
    """The answer to the second attempt counts."""
    ended = Said(401, {"error": {"code": "ExpiredAuthenticationToken"}}, {"WWW-Authenticate": "x"})
    wire = Wire(ended, Said(200, {"a": 1}))
    assert client(wire).send("DELETE", CIRCUIT).status == 200
    assert [request.headers["Authorization"] for request in wire.asked] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_a_failed_sign_in_is_an_error_and_not_a_silent_region() -> None:
    """An expired sign-in, a missing one, and an unreachable login server stop the step."""
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


def test_a_long_running_operation_is_polled_to_its_result() -> None:
    """Azure accepts a POST with 202 and the location of its result."""
    where = "https://management.azure.com/subscriptions/s/operationResults/1"
    accepted = Said(202, None, {"Location": where, "Retry-After": "3"})
    wire = Wire(accepted, Said(202, None, {"Location": where}), Said(200, {"value": [1]}))
    answer = client(wire).act(f"{CIRCUIT}/routeTables/primary")
    assert (answer.status, answer.body) == (200, {"value": [1]})
    assert [request.method for request in wire.asked] == ["POST", "GET", "GET"]

    for done in (Said(200), Said(204)):
        empty = client(Wire(accepted, done)).act(f"{CIRCUIT}/start")
        assert (empty.accepted, empty.body) == (True, {})

    refused = client(Wire(Said(400, {"error": {"code": "No", "message": "no"}})))
    assert refused.act(f"{CIRCUIT}/routeTables/primary").problem == "no"


def test_a_long_running_operation_past_its_deadline_has_no_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its progress is not taken for an empty result, and no thread polls on."""
    monkeypatch.setattr("sparehub.azure.client._ACTION", 0.05)
    where = "https://management.azure.com/subscriptions/s/operations/1"
    accepted = Said(202, None, {"Azure-AsyncOperation": where, "Retry-After": "1"})
    azure = client(Wire(accepted, Said(200, {"status": "InProgress"})))
    assert isinstance(azure.transport, Transport)
    monkeypatch.setattr(azure.transport, "sleep", lambda _seconds: threading.Event().wait(0.01))
    answer = azure.act(f"{CIRCUIT}/routeTables/primary")
    assert (answer.status, answer.problem) == (0, "no result within 0 s")
    assert [t for t in threading.enumerate() if t.name.startswith("LROPoller")] == []


def test_a_list_whose_next_link_is_not_a_path_is_incomplete() -> None:
    """The items so far are returned with the reason."""
    first = Said(200, {"value": [{"id": "1"}], "nextLink": "https://x/subscriptions/../y"})
    listing = listed(client(Wire(first)), "/subscriptions/s/x")
    assert listing.items == ({"id": "1"},)


def test_a_list_is_read_page_by_page() -> None:
    """A list that ends with an error is incomplete."""
    following = "https://management.azure.com/subscriptions/s/x?api-version=1&$skiptoken=a"
    first = Said(200, {"value": [{"id": "1"}], "nextLink": following})
    wire = Wire(first, Said(200, {"value": [{"id": "2"}]}))
    assert listed(client(wire), "/subscriptions/s/x") == Listing(items=({"id": "1"}, {"id": "2"}))
    assert wire.asked[1].url == (
        "https://management.azure.com/subscriptions/s/x?api-version=1&$skiptoken=a"
    )
    broken = listed(client(Wire(first, Said(403, GONE))), "/subscriptions/s/x")
    assert broken == Listing(items=({"id": "1"},), problem="gone", status=403)


def test_a_provisioned_resource_is_returned_with_its_state() -> None:
    """Succeeded, Failed, or deleted meanwhile."""
    done = Said(200, {"properties": {"provisioningState": "Failed"}})
    assert read_provisioned(client(Wire(done)), CIRCUIT, 60).properties == {
        "provisioningState": "Failed"
    }
    assert read_provisioned(client(Wire(Said(404, GONE))), CIRCUIT, 60).status == 404


@pytest.mark.parametrize(
    ("cloud", "endpoint"),
    [
        ("public", "https://management.azure.com"),
        ("usgovernment", "https://management.usgovcloudapi.net"),
        ("AzureChinaCloud", "https://management.chinacloudapi.cn"),
    ],
)
def test_a_cloud_has_its_own_endpoint_and_token(cloud: str, endpoint: str) -> None:
    """A token of one cloud is not sent to another."""
    wire = Wire(Said(200, {}))
    azure = client(wire, cloud=cloud)
    azure.send("GET", CIRCUIT)
    assert str(wire.asked[0].url).startswith(f"{endpoint}/subscriptions/")
    assert azure.scope.endswith("/.default")


def test_an_unknown_cloud_is_refused() -> None:
    """Germany's cloud was closed in 2021; no request is sent."""
    with pytest.raises(PreflightError, match="there is no Azure cloud 'german'"):
        client(Wire(Said(200, {})), cloud="german")


def test_the_account_comes_from_the_token_and_the_subscription() -> None:
    """The holder of the token, and whether it has access to the subscription."""
    text = jwt.encode({"tid": "t", "upn": "me@x"}, "k" * 32)
    tokens = Tokens(text=lambda _number: text)
    seen = client(Wire(Said(200, {"subscriptionId": "s", "tenantId": "t2"})), tokens)
    assert seen.account("s") == Account(subscription="s", tenant="t2", user="me@x")
    assert seen.account("") == Account(tenant="t", user="me@x")
    unseen = client(Wire(Said(404, GONE)), tokens)
    assert unseen.account("s") == Account(tenant="t", user="me@x", unseen=True)
    assert "az login" in client(Wire(Said(200)), Tokens(NOT_SIGNED_IN)).account("s").problem
