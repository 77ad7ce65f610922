"""The estimate of a trial, and where its prices come from."""

import pytest

from sparehub.cli.trial.cost import estimate


def test_networks_without_machines_cost_nothing() -> None:
    """Networks, peerings without traffic, route tables and security groups are free."""
    networks = estimate(0)

    assert (networks.lines, networks.dollars, networks.dollars_a_day) == ((), 0, 0)


def test_two_machines_for_six_hours() -> None:
    """Machines 1.04, disks 0.12, addresses 0.06, NAT 0.54 and 0.36, transfer 0.96."""
    machines = estimate(2)

    assert machines.hours == 6
    assert machines.dollars == pytest.approx(3.08)
    assert machines.dollars_a_day == pytest.approx(24 * (3 * 0.08 + 5 * 0.004 + 2 * 0.05))


def test_each_price_says_where_it_was_read_or_that_it_is_assumed() -> None:
    origins = {line.price.what: line.price.origin for line in estimate(2).lines}

    assumed = sorted(what for what, origin in origins.items() if origin.startswith("assumed; "))
    assert assumed == [
        "data between the regions",
        "disk or replica, 32 GiB (S4)",
        "machine, 2 vCPU, 4 GiB (Standard_B2s)",
    ]
    assert all("https://" in origin for origin in origins.values())
