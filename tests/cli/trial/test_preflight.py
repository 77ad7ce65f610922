"""What is in the way of a trial is one message with a way on, and nothing is made."""

import pytest

from sparehub.azure.local import local_azure
from sparehub.simulator import control
from sparehub.simulator.arm.pipeline.access_control import Permission
from sparehub.simulator.arm.storage.policies import PolicyAssignment
from sparehub.topology.errors import PreflightError
from tests.cli.trial.conftest import SUBSCRIPTION, Place

_SCOPE = f"/subscriptions/{SUBSCRIPTION}"


def refusal(place: Place, *, machines: bool = False) -> str:
    """Return the message of a trial that cannot begin, and has made nothing."""
    with pytest.raises(PreflightError) as refused:
        place.begin(machines=machines)
    assert (place.resources(), place.journal) == ([], [])
    assert not (place.out / "recording.json").exists()
    return str(refused.value)


def test_a_lock_of_the_subscription_is_in_the_way(place: Place) -> None:
    client = local_azure(place.store, SUBSCRIPTION)
    lock = f"{_SCOPE}/providers/Microsoft.Authorization/locks/keep"
    client.send("PUT", lock, {"properties": {"level": "CanNotDelete"}})

    assert refusal(place) == (
        "the trial cannot begin, and nothing was made:\n"
        "  the subscription has the lock 'keep' (CanNotDelete): what a trial makes could not be "
        "removed; use a subscription without a lock"
    )
    client.send("DELETE", lock)
    assert place.begin() == 0


def test_a_policy_that_denies_is_in_the_way(place: Place) -> None:
    denied = PolicyAssignment(
        scope=_SCOPE, name="no-public-ip", types=("Microsoft.Network/publicIPAddresses",)
    )
    control.assign_policies(place.store, [denied])

    message = refusal(place, machines=True)
    assert "'no-public-ip' denies: public IP address in eastasia, public IP address in" in message
    assert place.begin() == 0, "without machines there is no public IP address"


def test_a_policy_of_locations_is_in_the_way(place: Place) -> None:
    only = PolicyAssignment(scope=_SCOPE, name="europe", locations=("westeurope",))
    control.assign_policies(place.store, [only])

    assert "the policy assignment 'europe' denies: resource group in eastasia" in refusal(place)


def test_a_resource_provider_that_is_not_registered_is_in_the_way(place: Place) -> None:
    control.unregister(place.store, ["Microsoft.RecoveryServices"])

    assert refusal(place, machines=True).endswith(
        "the resource provider Microsoft.RecoveryServices is not registered (NotRegistered): `az "
        "provider register --namespace Microsoft.RecoveryServices --subscription "
        f"{SUBSCRIPTION}`"
    )
    assert place.begin() == 0, "networks do not need it"


def test_a_reader_cannot_begin_a_trial(place: Place) -> None:
    control.permit(place.store, [Permission(actions=("*/read", "*/action"))])

    assert refusal(place).endswith(
        "the login may not Microsoft.Resources/subscriptions/resourceGroups/write, "
        "Microsoft.Resources/subscriptions/resourceGroups/delete, "
        "Microsoft.Network/networkSecurityGroups/write and 7 more in the subscription: it needs "
        "the role Contributor there, for the time of the trial"
    )


def test_a_quota_that_is_used_up_is_in_the_way(place: Place) -> None:
    control.limit(place.store, "cores", 3)

    assert "0 of 3 cores are used in eastasia, and a trial needs 4" in refusal(place, machines=True)


def test_another_answer_than_the_subscription_begins_nothing(place: Place) -> None:
    with pytest.raises(PreflightError, match="'y' does not begin"):
        place.begin(answer="y")
    assert (place.resources(), place.journal) == ([], [])
