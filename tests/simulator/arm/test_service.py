"""Azure Resource Manager: what it does for every type."""

import pytest

from sparehub.simulator.arm.http_messages import Request
from tests.simulator.arm.arm_client import Arm, refusal_in
from tests.simulator.arm.bodies import (
    ELSEWHERE,
    GROUP,
    NETWORK,
    SUBSCRIPTION,
    Written,
    circuit,
    group,
    local_gateway,
    public_address,
    route_table,
    security_group,
    subnet,
    virtual_network,
)

HUB, HUB_BODY = virtual_network("hub", "10.0.0.0/24")
_HOST = "https://management.azure.com"


def test_a_write_is_an_asynchronous_operation(arm: Arm) -> None:
    """201 for what is new, 200 for what is not, 202 for a deletion; each can be followed."""
    arm.put(*group())

    created = arm.send("PUT", HUB, HUB_BODY)
    updated = arm.send("PUT", HUB, HUB_BODY)
    deleted = arm.send("DELETE", HUB)
    gone = arm.send("DELETE", HUB)

    answers = (created, updated, deleted, gone)
    assert [each.status for each in answers] == [201, 200, 202, 204]
    states = [(each.body or {})["properties"]["provisioningState"] for each in answers[:2]]
    assert states == ["Updating", "Updating"]
    for each in answers[:3]:
        address = each.headers["azure-asyncoperation"]
        place = f"{_HOST}{SUBSCRIPTION}/providers/Microsoft.Network/locations/eastasia/operations/"
        assert address.startswith(place)
        assert each.headers["retry-after"] == "10"
        poll = arm.send("GET", address.removeprefix(_HOST).partition("?")[0])
        assert (poll.status, poll.body) == (200, {"status": "Succeeded"})
    result = deleted.headers["location"].removeprefix(_HOST).partition("?")[0]
    assert arm.send("GET", result).status == 204


def test_a_group_is_created_synchronously_and_deleted_with_its_resources(arm: Arm) -> None:
    """A group has no asynchronous creation and no entity tag; its deletion has a Location."""
    created = arm.send("PUT", *group())
    arm.put(HUB, HUB_BODY)
    arm.put(*subnet("hub", "a", "10.0.0.0/26"))

    deleted = arm.send("DELETE", GROUP)

    assert (created.status, set(created.headers)) == (201, {"date"})
    assert created.body == {
        "name": "rg",
        "id": GROUP,
        "type": "Microsoft.Resources/resourceGroups",
        "location": "eastasia",
        "properties": {"provisioningState": "Succeeded"},
    }
    assert (deleted.status, set(deleted.headers)) == (202, {"date", "retry-after", "location"})
    assert arm.send("GET", GROUP).status == 404


def test_a_group_with_a_resource_in_use_is_not_deleted(arm: Arm) -> None:
    """The refusal names what is in the way, and why."""
    arm.put(*group())
    path, body = circuit("circuit")
    arm.put(path, body)

    error = arm.refused("DELETE", GROUP, None, {})

    assert error["code"] == "ResourceGroupDeletionBlocked"
    assert "Microsoft.Network/expressRouteCircuits/circuit" in error["message"]
    assert [detail["code"] for detail in error["details"]] == ["ConflictError"]


def test_a_missing_group_resource_child_or_parent_is_refused(arm: Arm) -> None:
    """Group, resource, child, parent: each has its own refusal."""
    here = f"{NETWORK}/routeTables/none"

    def read(path: str) -> str:
        return refusal_in(arm.send("GET", path))

    assert arm.refusal(HUB, HUB_BODY) == "GROUP_NOT_FOUND"
    assert arm.refused_delete(GROUP) == "GROUP_NOT_FOUND"
    assert read(HUB) == "GROUP_NOT_FOUND"
    arm.put(*group())
    assert read(here) == "NOT_FOUND"
    assert read(f"{here}/routes/r") == "PARENT_NOT_FOUND"
    assert read(f"{here}/routes") == "NOT_FOUND"
    arm.put(*route_table("none"))
    assert read(f"{here}/routes/r") == "CHILD_NOT_FOUND"
    assert arm.refusal(*subnet("none", "a", "10.0.0.0/26")) == "PARENT_NOT_FOUND"


def test_paths_are_compared_without_regard_to_case(arm: Arm) -> None:
    """A resource keeps the spelling it was made with, below its group's."""
    arm.put(*group())
    arm.put(HUB.replace("/rg/", "/RG/").replace("hub", "Hub"), HUB_BODY)

    assert arm.get(HUB.upper())["id"] == HUB.replace("hub", "Hub")
    assert arm.send("PUT", HUB.lower(), HUB_BODY).status == 200


def test_resources_are_listed_by_group_subscription_and_parent(arm: Arm) -> None:
    """By group, by subscription, by parent; groups of a subscription."""
    arm.put(*group())
    arm.put(*group(f"{SUBSCRIPTION}/resourceGroups/other", "westeurope"))
    arm.put(HUB, HUB_BODY)
    path, body = subnet("hub", "a", "10.0.0.0/26")
    arm.put(path, body)

    def names(scope: str) -> list[str]:
        return [each["name"] for each in arm.get(scope)["value"]]

    assert names(f"{NETWORK}/virtualNetworks") == ["hub"]
    assert names(f"{SUBSCRIPTION}/providers/Microsoft.Network/virtualNetworks") == ["hub"]
    assert (
        names(f"{SUBSCRIPTION}/resourceGroups/other/providers/Microsoft.Network/routeTables") == []
    )
    assert names(f"{HUB}/subnets") == ["a"]
    assert names(f"{SUBSCRIPTION}/resourceGroups") == ["other", "rg"]


def test_if_match_and_if_none_match_are_checked(arm: Arm) -> None:
    """A write changes the tag; If-Match and If-None-Match are obeyed."""
    arm.put(*group())
    first = arm.put(HUB, HUB_BODY)["etag"]

    def put(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return arm.send("PUT", HUB, HUB_BODY, headers=named).status

    refused = arm.send("PUT", HUB, HUB_BODY, headers={"If-None-Match": "*"})
    assert (refused.body or {})["error"] == {
        "code": "PreconditionFailed",
        "message": "The condition 'If-None-Match: *' set in the request's precondition does not "
        f"hold: the resource's entity tag is '{first}'.",
        "details": [],
    }
    assert put(if_none_match="*") == 412
    assert put(if_match='W/"other"') == 412
    assert put(if_match=first) == 200
    assert arm.get(HUB)["etag"] != first
    assert put(if_match=first) == 412
    assert put(if_match="*") == 200
    assert arm.send("DELETE", f"{HUB}2", headers={"If-Match": "*"}).status == 412


@pytest.mark.parametrize(
    "written",
    [
        virtual_network("spare", "10.1.0.0/24"),
        subnet("hub", "app", "10.0.0.0/26"),
        route_table("table"),
        security_group("nsg"),
        public_address("pip"),
        circuit("circuit"),
        local_gateway("branch", "192.168.0.0/24"),
    ],
    ids=lambda written: written[0].split("/")[-2],
)
def test_an_entity_tag_in_the_body_is_a_condition(arm: Arm, written: Written) -> None:
    """The one that was read is accepted, any other one refused, with or without quotation marks."""
    arm.put(*group())
    arm.put(HUB, HUB_BODY)
    path, body = written
    arm.put(path, body | {"etag": "none stands yet"})
    tag = arm.get(path)["etag"]

    assert arm.refused("PUT", path, body | {"etag": "invalid"}, {}) == {
        "status": 412,
        "code": "PreconditionFailed",
        "message": "Precondition failed.",
        "details": [
            {
                "code": "PreconditionFailedEtagMismatch",
                "message": 'Etag provided in if-match header W/"invalid" does not match etag '
                f"{tag} of resource {path} in NRP data store.",
                "details": [],
            }
        ],
    }
    arm.put(path, body | {"etag": tag})
    assert arm.refusal(path, body | {"etag": tag}) == "ETAG_MISMATCH"


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("/subscriptions/nobody/resourceGroups/rg", "SUBSCRIPTION_INVALID"),
        ("/", "PATH_UNKNOWN"),
        ("/providers/Microsoft.Network", "PATH_UNKNOWN"),
        (f"{GROUP}/providers/Microsoft.Network/privateLinkServices/x", "TYPE_UNKNOWN"),
        (f"{GROUP}/providers/Microsoft.Compute/images/x", "TYPE_UNKNOWN"),
        (f"{NETWORK}/virtualNetworks", "METHOD_UNKNOWN"),
    ],
)
def test_unknown_paths_and_types_are_refused(arm: Arm, path: str, refused: str) -> None:
    """An unknown type is refused by its name, never accepted silently."""
    arm.put(*group())

    assert arm.refusal(path, {"location": "eastasia"}) == refused


def test_an_api_version_is_needed(arm: Arm) -> None:
    """Absent, no date, or from before there was an Azure Resource Manager: refused; to come: not.

    A future client is not refused because the simulator is older.
    """
    assert arm.refusal(*group(), **{"api-version": "newest"}) == "API_VERSION_INVALID"
    assert arm.refusal(*group(), **{"api-version": "2024-13-01"}) == ("API_VERSION_INVALID")
    assert arm.refusal(*group(), **{"api-version": "2014-03-31"}) == "API_VERSION_UNKNOWN"
    for version in ("2014-04-01", "2027-01-01", "2099-12-31-preview"):
        arm.put_by(version, *group())
    response = arm.azure.handle(_without_version())
    assert refusal_in(response) == "API_VERSION_MISSING"


def _without_version() -> Request:
    return Request(method="GET", path=GROUP)


@pytest.mark.parametrize("method", ["POST", "HEAD", "BREW"])
def test_other_methods_are_refused(arm: Arm, method: str) -> None:
    """A group can be read, put, patched and deleted."""
    assert arm.refusal(GROUP, None, method) == "METHOD_UNKNOWN"


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (b"", "CONTENT_INVALID"),
        (b"{", "CONTENT_INVALID"),
        (b"\xff", "CONTENT_INVALID"),
        (b"[" * 100_000, "CONTENT_INVALID"),
        ([], "FORMAT_INVALID"),
        ({"location": 5}, "FORMAT_INVALID"),
        ({"location": "eastasia", "tags": "x"}, "FORMAT_INVALID"),
        ({"location": "eastasia", "properties": 5}, "FORMAT_INVALID"),
        ({"location": "eastasia", "properties": {"addressSpace": []}}, "FORMAT_INVALID"),
        (
            {"location": "eastasia", "properties": {"addressSpace": {"addressPrefixes": "x"}}},
            "FORMAT_INVALID",
        ),
        (
            {"location": "eastasia", "properties": {"subnets": ["x"]}},
            "FORMAT_INVALID",
        ),
        ({}, "LOCATION_REQUIRED"),
        ({"location": "atlantis"}, "LOCATION_UNKNOWN"),
    ],
)
def test_malformed_bodies_are_refused(arm: Arm, body: object, refused: str) -> None:
    """Every malformed body has ARM's own error body."""
    arm.put(*group())

    assert arm.refusal(HUB, body) == refused


def test_a_resource_does_not_move(arm: Arm) -> None:
    """Another spelling of its region is not a move; another region is."""
    arm.put(*group())
    arm.put(HUB, HUB_BODY)

    moved = arm.refusal(HUB, HUB_BODY | {"location": "southeastasia"})
    group_moved = arm.refusal(*group(location="southeastasia"))

    assert (moved, group_moved) == (
        "LOCATION_FIXED",
        "GROUP_LOCATION_FIXED",
    )
    assert arm.put(HUB, HUB_BODY | {"location": "East Asia"})["location"] == "eastasia"


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("a-b_c.d_", True),
        ("1a", True),
        ("x", False),
        ("_a", False),
        ("a-", False),
        ("a b", False),
        ("a" * 64, True),
        ("a" * 65, False),
    ],
)
def test_names_of_virtual_networks_are_checked(arm: Arm, name: str, *, good: bool) -> None:
    """2 to 64 letters, digits, ``_``, ``-``, ``.``; alphanumeric first, a word's last."""
    arm.put(*group())
    named = virtual_network(name, "10.0.0.0/24")

    if good:
        arm.put(*named)
    else:
        assert arm.refusal(*named) == "NAME_INVALID"


def test_names_of_groups_and_tables_are_checked(arm: Arm) -> None:
    """A group's name has up to 90 characters, not ending in a full stop; a table's up to 80."""
    arm.put(*group(f"{SUBSCRIPTION}/resourceGroups/{'g' * 90}"))
    arm.put(*group())
    arm.put(*route_table("t" * 80))

    for name in ("g" * 91, "ends.", "a b"):
        wrong = arm.refusal(*group(f"{SUBSCRIPTION}/resourceGroups/{name}"))
        assert wrong == "GROUP_NAME_INVALID"
    assert arm.refusal(*route_table("t" * 81)) == "NAME_INVALID"


def test_tags_are_kept(arm: Arm) -> None:
    """They are what was sent last."""
    arm.put(*group())

    arm.put(HUB, HUB_BODY | {"tags": {"owner": "ops"}})
    assert arm.get(HUB)["tags"] == {"owner": "ops"}

    arm.put(HUB, HUB_BODY)
    assert "tags" not in arm.get(HUB)


def test_a_patch_replaces_the_tags(arm: Arm) -> None:
    """At once, as recorded: 200 without an operation; all else stays, and is in the log."""
    arm.put(*group())
    arm.put(HUB, HUB_BODY | {"tags": {"tag1": "value1"}})
    arm.put(*subnet("hub", "a", "10.0.0.0/26"))
    before = arm.get(HUB)

    response = arm.send("PATCH", HUB, {"tags": {"tag2": "value2"}})

    assert (response.status, set(response.headers)) == (200, {"date"})
    assert response.body == before | {"tags": {"tag2": "value2"}, "etag": response.body["etag"]}
    assert response.body["etag"] != before["etag"]
    assert arm.get(HUB) == response.body
    assert arm.send("PATCH", GROUP, {"tags": {"a": "b"}}).body["tags"] == {"a": "b"}
    assert (arm.log()[-1].method, arm.log()[-1].operation) == ("PATCH", "update")


def test_an_invalid_patch_is_refused(arm: Arm) -> None:
    """Of what is not there, of a child, with tags that are none."""
    arm.put(*group())
    assert arm.refusal(HUB, {"tags": {}}, "PATCH") == "NOT_FOUND"
    arm.put(HUB, HUB_BODY)
    path, body = subnet("hub", "a", "10.0.0.0/26")
    arm.put(path, body)

    assert arm.refusal(path, {"tags": {}}, "PATCH") == "METHOD_UNKNOWN"
    assert arm.refusal(HUB, {"tags": "x"}, "PATCH") == "FORMAT_INVALID"


def test_a_body_of_more_than_4_mb_is_refused(arm: Arm) -> None:
    """Its content does not matter; one of 4 MB is read."""
    arm.put(*group())
    most = 4 * 1024 * 1024

    assert arm.refusal(HUB, b" " * (most + 1)) == "CONTENT_TOO_LARGE"
    assert arm.refusal(HUB, b" " * most) == "CONTENT_INVALID"


@pytest.mark.parametrize(
    "content",
    [
        b'{"location": "eastasia", "location": "eastasia"}',
        b'{"location": "eastasia", "properties": {"a": 1, "a": 2}}',
        b'{"location": "eastasia", "properties": {"flowTimeoutInMinutes": NaN}}',
    ],
)
def test_duplicate_members_and_nan_are_refused(arm: Arm, content: bytes) -> None:
    """A name twice in one object, and what only JavaScript calls a number."""
    arm.put(*group())

    assert arm.refusal(HUB, content) == "CONTENT_INVALID"


def test_members_are_read_without_regard_to_case(arm: Arm) -> None:
    """As Azure reads them; an answer has Azure's spelling."""
    arm.put(*group())
    space = {"AddressSpace": {"ADDRESSPREFIXES": ["10.0.0.0/24"]}}

    arm.put(HUB, {"Location": "eastasia", "Properties": space})

    assert arm.properties(HUB)["addressSpace"] == {"addressPrefixes": ["10.0.0.0/24"]}


def test_an_action_that_only_reads_is_not_a_write(arm: Arm) -> None:
    """It is not in the log and meets no fault of writes, but it is refused in a lost region."""
    arm.hub()
    before = arm.log()
    path = f"{NETWORK}/virtualNetworkGateways/gateway"

    arm.inject("throttled")
    assert arm.send("POST", f"{path}/getLearnedRoutes").status == 200
    assert arm.log() == before
    assert arm.refusal(HUB, HUB_BODY) == "RETRY_LATER"

    arm.inject("region-down", region="eastasia")
    assert refusal_in(arm.send("POST", f"{path}/getLearnedRoutes")) == "REGION_DOWN"


def test_an_unknown_operation_is_not_found(arm: Arm) -> None:
    """Nothing is known of an operation that never was."""
    response = arm.send("GET", f"{SUBSCRIPTION}/operationresults/none")

    assert response.status == 404


@pytest.mark.parametrize("name", ["\ud800", "x\0", "%2e%2e", "a?b", "' OR 1=1 --"])
def test_unusual_characters_in_names_are_refused(arm: Arm, name: str) -> None:
    """Half a surrogate pair, a zero byte, other people's syntax: refused like any wrong name."""
    arm.networks(hub="10.0.0.0/24")
    strange = f"{NETWORK}/routeTables/{name}"

    assert arm.send("GET", strange).status == 404
    assert arm.refusal(*route_table(name)) == "NAME_INVALID"
    named = arm.refusal(*subnet("hub", "a", "10.0.0.0/26", routeTable={"id": strange}))
    half = name == "\ud800"  # then the whole body is not text
    assert named == ("CONTENT_INVALID" if half else "REFERENCE_NOT_FOUND")


def test_subscriptions_are_separate(arm: Arm) -> None:
    """Any GUID is a subscription; what is in one is not there in another, nor can be named."""
    arm.networks(hub="10.0.0.0/24")
    table, body = route_table("table")
    theirs = table.replace(SUBSCRIPTION, ELSEWHERE)
    arm.put(*group(GROUP.replace(SUBSCRIPTION, ELSEWHERE)))
    arm.put(theirs, body)

    assert arm.send("GET", table).status == 404
    assert arm.get(f"{NETWORK}/routeTables")["value"] == []
    mine = subnet("hub", "a", "10.0.0.0/26", routeTable={"id": theirs})
    assert arm.refusal(*mine) == "REFERENCE_NOT_FOUND"
    nobodys = theirs.replace("rg", "none")
    assert arm.refusal(nobodys, body) == "GROUP_NOT_FOUND"
