"""What the second region's file says of Site Recovery, and what it does not take over."""

from typing import Any

from sparehub.topology.derivation.derive import DeriveRequest, derive
from sparehub.topology.derivation.notes import NoteKind
from tests.configurations import OURS, shipped
from tests.site_recovery_files import SITE_RECOVERY, protected, recovery

REQUEST = DeriveRequest(location="southeastasia", same_circuit=True)


def region(values: Any) -> dict[str, Any]:
    found: dict[str, Any] = values["sparehub:region"]
    return found


def test_a_region_that_takes_over_needs_an_account_for_the_way_back() -> None:
    """Its name is proposed, and to be confirmed: it is unique in all of Azure."""
    derived = derive(protected(), REQUEST)

    assert region(derived.values)["siteRecovery"] == {
        "cacheStorageAccount": {"name": "stsparehubcache12"}
    }
    assert "replicate" not in region(derived.values)
    (note,) = [note for note in derived.notes if "siteRecovery" in note.path]
    assert (note.kind, note.path, note.message) == (
        NoteKind.CONFIRM,
        "region.siteRecovery.cacheStorageAccount.name",
        "stsparehubcache12: names of storage accounts are unique in all of Azure",
    )


def test_an_account_that_is_owned_elsewhere_gives_its_name() -> None:
    """At most 24 characters."""
    values = protected()
    account = f"{OURS}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/{'a' * 24}"
    region(values)["replicate"] = {"cacheStorageAccount": {"id": account}}

    derived = derive(values, REQUEST)

    assert region(derived.values)["siteRecovery"] == {
        "cacheStorageAccount": {"name": "a" * 23 + "2"}
    }


def test_what_the_second_file_says_of_site_recovery_stays() -> None:
    """Whole, without a note, also where the first region replicates nothing any more."""
    for first in (protected(), shipped("primary")):
        derived = derive(first, DeriveRequest(), recovery())

        assert region(derived.values)["siteRecovery"] == SITE_RECOVERY
        assert [note for note in derived.notes if "siteRecovery" in note.path] == []


def test_a_pair_without_site_recovery_derives_none() -> None:
    """The twin."""
    assert "siteRecovery" not in region(derive(shipped("primary"), REQUEST).values)
