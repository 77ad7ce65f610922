"""Moves of prefixes: what they do to addresses, and which of them contradict each other."""

from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparehub.topology.derivation.remap import Remap, parse_remap, remap_problems
from sparehub.topology.errors import OptionsError
from tests.configurations import region_of, shipped


def remap(*texts: str) -> Remap:
    found, problems = parse_remap(texts)
    assert problems == []
    return found


def test_the_longest_prefix_decides() -> None:
    """In any order of the options; what lies in none stays, and so does other text."""
    moves = remap("10.0.0.0/8=11.0.0.0/8", "10.1.0.0/16=172.16.0.0/16")

    assert moves.rewritten(
        {
            "addressSpace": ["10.1.7.0/24", "10.2.7.0/24", "192.168.0.0/24"],
            "nva": {"ipAddress": "10.1.0.10", "subnet": "10.1"},
            "dnsServers": ["10.9.9.9"],
            "protected": True,
            "vlanId": 10,
        }
    ) == {
        "addressSpace": ["172.16.7.0/24", "11.2.7.0/24", "192.168.0.0/24"],
        "nva": {"ipAddress": "172.16.0.10", "subnet": "10.1"},
        "dnsServers": ["11.9.9.9"],
        "protected": True,
        "vlanId": 10,
    }


def test_on_premises_inside_of_a_move_stays() -> None:
    """And a summary of everything around it hinders nothing."""
    moves = remap("10.1.0.0/16=10.101.0.0/16").moves
    stays = frozenset({IPv4Network("10.1.200.0/24"), IPv4Network("10.0.0.0/8")})

    assert Remap(moves, stays).rewritten(["10.1.200.0/25", "10.1.3.0/24"]) == [
        "10.1.200.0/25",
        "10.101.3.0/24",
    ]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            ["10.1.0.0/16=10.101.0.0/16", "10.101.0.0/16=10.1.0.0/16"],
            [
                (
                    "10.1.0.0/16=10.101.0.0/16: circular: the target 10.101.0.0/16 overlaps "
                    "10.101.0.0/16, which is moved itself (CONFIG)"
                ),
                (
                    "10.101.0.0/16=10.1.0.0/16: circular: the target 10.1.0.0/16 overlaps "
                    "10.1.0.0/16, which is moved itself (CONFIG)"
                ),
            ],
        ),
        (
            ["10.1.0.0/16=10.1.0.0/16"],
            [
                (
                    "10.1.0.0/16=10.1.0.0/16: circular: the target 10.1.0.0/16 overlaps "
                    "10.1.0.0/16, which is moved itself (CONFIG)"
                )
            ],
        ),
        (
            ["10.1.0.0/16=10.128.0.0/15"],
            ["10.1.0.0/16=10.128.0.0/15: a /16 cannot become a /15: give two of one size (CONFIG)"],
        ),
        (
            ["10.1.0.0/16=10.101.0.0/16", "10.1.0.0/16=10.102.0.0/16"],
            [
                (
                    "10.1.0.0/16=10.102.0.0/16: 10.1.0.0/16 is moved to 10.101.0.0/16 already: "
                    "move it once (CONFIG)"
                )
            ],
        ),
        (
            ["10.1.0.0/24=10.101.0.0/24", "10.2.0.0/24=10.101.0.0/24"],
            [
                (
                    "10.2.0.0/24=10.101.0.0/24: the target 10.101.0.0/24 is that of 10.1.0.0/24, "
                    "too (CONFIG)"
                )
            ],
        ),
        (
            ["2001:db8::/32=2001:db9::/32", "10.1.0.1/16=10.3.0.0/16"],
            [
                (
                    "2001:db8::/32=2001:db9::/32: 2001:db8::/32 is IPv6, which Site Recovery does "
                    "not replicate (SR-21)"
                ),
                "10.1.0.1/16=10.3.0.0/16: 10.1.0.1/16 has host bits set: write 10.1.0.0/16 (VN-05)",
            ],
        ),
    ],
)
def test_moves_that_contradict_each_other(texts: list[str], expected: list[str]) -> None:
    """Each is reported; a chain is a circle, too, since a target may not be what is moved."""
    _, problems = parse_remap(texts)

    assert [str(problem) for problem in problems] == [f"--remap {text}" for text in expected]


@pytest.mark.parametrize("text", ["10.1.0.0/16", "10.1.0.0/16=", "here=there", "a=b=c"])
def test_what_is_not_a_move_is_usage(text: str) -> None:
    """Not a rule of Azure: the option cannot be read."""
    with pytest.raises(OptionsError, match="--remap "):
        parse_remap([text])


def problems_of(values: dict[str, Any], *texts: str) -> list[str]:
    return [str(problem) for problem in remap_problems(remap(*texts), region_of(values))]


def test_moves_that_do_not_fit_the_region() -> None:
    """Partial, useless, onto the region's own addresses, onto on-premises."""
    values = shipped("primary")

    assert problems_of(values, "10.1.0.0/25=10.101.0.0/25") == [
        (
            "--remap 10.1.0.0/25=10.101.0.0/25: 10.1.0.0/25 is only a part of the address space "
            "10.1.0.0/24 of vnet-spoke1-eastasia: move the whole of it (CONFIG)"
        )
    ]
    assert problems_of(values, "10.7.0.0/16=10.8.0.0/16") == [
        "--remap 10.7.0.0/16=10.8.0.0/16: no address space of eastasia lies in 10.7.0.0/16 (CONFIG)"
    ]
    assert problems_of(values, "10.1.0.0/16=10.2.0.0/16") == [
        (
            "--remap 10.1.0.0/16=10.2.0.0/16: the target 10.2.0.0/16 overlaps 10.2.0.0/24, an "
            "address of eastasia (ER-18)"
        )
    ]
    assert problems_of(values, "10.1.0.0/24=192.168.9.0/24", "10.2.0.0/30=172.16.0.0/30") == [
        (
            "--remap 10.1.0.0/24=192.168.9.0/24: the target 192.168.9.0/24 overlaps "
            "192.168.0.0/16, on-premises (ER-18)"
        ),
        (
            "--remap 10.2.0.0/30=172.16.0.0/30: 10.2.0.0/30 is only a part of the address space "
            "10.2.0.0/24 of vnet-spoke2-eastasia: move the whole of it (CONFIG)"
        ),
        (
            "--remap 10.2.0.0/30=172.16.0.0/30: the target 172.16.0.0/30 overlaps 172.16.0.0/30, "
            "an address of eastasia (ER-18)"
        ),
    ]


def test_moves_that_fit_the_region() -> None:
    """Also where on-premises sums up all of Azure in one prefix."""
    values = shipped("primary")
    values["sparehub:region"]["onPremises"]["addressPrefixes"] = ["192.168.0.0/16", "10.0.0.0/8"]

    assert problems_of(values, "10.1.0.0/16=10.101.0.0/16", "10.2.0.0/24=10.102.0.0/24") == []


@given(st.integers(0, 0xFFFF), st.integers(16, 30))
def test_moving_there_and_back_is_moving_nothing(offset: int, length: int) -> None:
    """For every address in the prefix."""
    there, back = remap("10.1.0.0/16=172.20.0.0/16"), remap("172.20.0.0/16=10.1.0.0/16")
    prefix = IPv4Network((0x0A010000 + offset, length), strict=False)

    assert back.prefix(there.prefix(prefix)) == prefix
    assert there.prefix(prefix).subnet_of(IPv4Network("172.20.0.0/16"))
