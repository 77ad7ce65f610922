"""What an id of Azure may hold: nothing that ends or moves the path of a URL."""

import pytest

from sparehub.topology.config.resource_ids import (
    ResourceId,
    id_problem,
    is_group_name,
    is_stack_name,
    url_path,
)
from sparehub.topology.errors import UnreadableError
from tests.configurations import OURS

GROUP = f"{OURS}/resourceGroups/rg-net"
CIRCUIT = f"{GROUP}/providers/Microsoft.Network/expressRouteCircuits/erc"
WRONG_NAMES = (
    *("a?b", "a#b", "a%2e", "a b", "..", ".", "a\nb", "a\x1b", "a\x00", "a\u202eb", "a\\b", "a&b"),
    *("-a", "a-", "a.", "ä", "a" * 81, "a\ud800", "a;b", "a'b", '"', "a\u00a0b"),
)


@pytest.mark.parametrize(
    "identity",
    [
        CIRCUIT,
        GROUP,
        CIRCUIT.upper(),
        f"{CIRCUIT}/peerings/AzurePrivatePeering",
        f"{OURS}/resourceGroups/größe(1)/providers/Microsoft.Network/routeTables/r_1.a_",
        f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-1",
    ],
)
def test_an_id_as_azure_gives_it_is_one(identity: str) -> None:
    """In any case of letters, of a child, of a group, of another provider."""
    assert id_problem(identity) == ""


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_an_id_with_a_name_that_azure_refuses_is_refused(name: str) -> None:
    """As the resource's name, and as that of a child; the message shows it escaped."""
    for identity in (CIRCUIT + name if name[0] in "-." else f"{CIRCUIT[:-3]}{name}",):
        problem = id_problem(identity)

        assert "is not a resource's name" in problem or name[0] in "-."
        assert problem.isprintable()
    assert id_problem(f"{CIRCUIT}/peerings/{name}")


@pytest.mark.parametrize("name", ["a?b", "a/../b", "..", "a.", "", "a b", "a\n", "x" * 91, "a%"])
def test_an_id_with_a_group_that_azure_refuses_is_refused(name: str) -> None:
    """It is not the name of a group either."""
    assert id_problem(CIRCUIT.replace("rg-net", name)) != ""
    assert not is_group_name(name)


@pytest.mark.parametrize(
    "identity",
    [
        "",
        "erc",
        f"https://management.azure.com{CIRCUIT}",
        CIRCUIT.replace(OURS, "/subscriptions/s"),
        CIRCUIT.replace(OURS, "/subscriptions/"),
        f"{CIRCUIT}/",
        f"/{CIRCUIT}",
        f"{CIRCUIT}\n",
        CIRCUIT.replace("Microsoft.Network", "../Microsoft.Network"),
        CIRCUIT.replace("expressRouteCircuits", "express?"),
    ],
)
def test_a_text_that_is_not_an_id_is_refused(identity: str) -> None:
    """Another form, a subscription that is not a GUID, an empty part."""
    assert id_problem(identity) != ""


@pytest.mark.parametrize("name", [*WRONG_NAMES[:12], "a\ud800", ""])
def test_a_path_with_such_a_name_is_not_read(name: str) -> None:
    """Whether it came from a state, a journal or an answer."""
    with pytest.raises(UnreadableError, match="is not a path in Azure, so it is not read"):
        url_path(f"{GROUP}/{name}")


def test_a_path_is_quoted_where_azure_takes_more_than_a_url() -> None:
    """The name of a group may hold letters of any script."""
    assert url_path(f"{OURS}/resourceGroups/größe(1)") == (
        f"{OURS}/resourceGroups/gr%C3%B6%C3%9Fe(1)"
    )


SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/App"


@pytest.mark.parametrize("text", [OURS, GROUP, CIRCUIT, SUBNET, CIRCUIT.removeprefix(OURS)])
def test_an_id_is_written_as_it_was_read(text: str) -> None:
    """Of a subscription, a group, a resource, a child; without a subscription."""
    assert str(ResourceId.parse(text)) == text


@pytest.mark.parametrize("text", ["", "/", "erc", f"{CIRCUIT}/", f"{CIRCUIT}/peerings", "//a"])
def test_a_text_that_is_not_an_id_has_no_parts(text: str) -> None:
    """``parse`` raises, ``read`` returns None."""
    assert ResourceId.read(text) is None
    with pytest.raises(UnreadableError, match="is not the id of an Azure resource"):
        ResourceId.parse(text)


def test_the_parts_of_an_id_are_read() -> None:
    """Of the subnet of a network."""
    subnet = ResourceId.parse(SUBNET)

    assert subnet.subscription == OURS.removeprefix("/subscriptions/")
    assert (subnet.resource_group, subnet.name) == ("rg-net", "App")
    assert subnet.type == "microsoft.network/virtualnetworks/subnets"
    assert str(subnet.parent) == str(subnet.top) == SUBNET.removesuffix("/subnets/App")
    assert subnet.parent.parent == subnet.group == ResourceId.parse(GROUP)
    assert subnet.group.type == "microsoft.resources/resourcegroups"
    assert str(subnet.parent.child("subnets", "App")) == SUBNET


def test_an_extension_resource_has_the_type_of_its_own_provider() -> None:
    """A lock on a circuit."""
    lock = ResourceId.parse(f"{CIRCUIT}/providers/Microsoft.Authorization/locks/keep")

    assert (lock.type, lock.name) == ("microsoft.authorization/locks", "keep")


def test_ids_are_compared_without_case() -> None:
    """Azure's answers change the case of letters."""
    identity = ResourceId.parse(CIRCUIT)

    assert identity == ResourceId.parse(CIRCUIT.upper())
    assert len({identity, ResourceId.parse(CIRCUIT.lower())}) == 1
    assert identity != ResourceId.parse(f"{CIRCUIT}2")


def test_an_unknown_subscription_may_be_any() -> None:
    """A stack file names its own circuit by group and name."""
    identity = ResourceId.parse(CIRCUIT)
    own = ResourceId.parse(CIRCUIT.removeprefix(OURS))

    assert own.is_same(identity)
    assert identity.is_same(own)
    assert own.in_subscription(identity.subscription) == identity
    assert not identity.is_same(identity.in_subscription("another"))
    assert not own.is_same(ResourceId.parse(f"{CIRCUIT}2"))


def test_a_stack_has_a_name_as_pulumi_takes_it() -> None:
    """It becomes part of a file's name."""
    assert is_stack_name("primary-2.a_b")
    assert not any(map(is_stack_name, ["", "../a", "a/b", "a\n", "a b", "a\x00", "x" * 101]))


@pytest.mark.parametrize("text", [f"{CIRCUIT}/peerings", f"{OURS}/erc", "erc", ""])
def test_a_text_that_is_not_an_id_may_be_kept(text: str) -> None:
    """It is written and compared as it is, without case, and has its subscription."""
    kept = ResourceId.of(text)

    assert str(kept) == text
    assert kept == ResourceId.of(text.upper())
    assert kept.is_same(kept.in_subscription("another"))
    assert not kept.is_same(ResourceId.parse(CIRCUIT))
    assert kept.subscription in {OURS.removeprefix("/subscriptions/"), ""}
    assert kept.name == text.rpartition("/")[2]


def test_an_id_keeps_the_words_that_it_was_read_from() -> None:
    """A message shows an id as Azure or a file wrote it; its parts are in Azure's own words."""
    identity = ResourceId.of(CIRCUIT.upper())

    assert str(identity) == CIRCUIT.upper()
    assert identity == ResourceId.parse(CIRCUIT)
    assert str(identity.group) == f"{OURS}/resourceGroups/RG-NET".replace(
        OURS.removeprefix("/subscriptions/"), OURS.removeprefix("/subscriptions/").upper()
    )
