"""A pair with Site Recovery on the real engine: it stands beside the networks that switch."""

from collections.abc import Callable
from typing import Any

from tests.engine.conftest import Engine
from tests.site_recovery_files import REPLICATE, SITE_RECOVERY

IDLE = REPLICATE | {"machines": {}}


def with_key(key: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda config: config["sparehub:region"].update({key: value})


def test_a_pair_gets_its_vault_and_still_switches_one_connection(
    engine: Callable[..., Engine],
) -> None:
    """The primary's account first, then the vault with mappings; a switch writes none of it."""
    azure = engine("primary", "secondary")
    azure.change("primary", with_key("replicate", IDLE))
    azure.change("secondary", with_key("siteRecovery", SITE_RECOVERY))

    assert ("create", "stsparehubcache1") in azure.up("primary")
    made = [name for _, name in azure.up("secondary")]

    assert {"rsv-sparehub", "asr-eastasia", "asr-southeastasia", "sparehub"} <= {*made}
    assert {"asr-eastasia-container", "asr-southeastasia-container"} <= {*made}
    assert {name for name in made if "-to-" in name and "asia" in name} == {
        "eastasia-to-southeastasia",
        "southeastasia-to-eastasia",
        *(
            f"{way}-{spoke}"
            for way in ("eastasia-to-southeastasia", "southeastasia-to-eastasia")
            for spoke in ("spoke1", "spoke2")
        ),
    }
    for stack in ("primary", "secondary"):
        assert azure.up(stack) == []
        azure.rehearsal.pulumi("refresh", "--yes", "--expect-no-changes", "--stack", stack)
    assert azure.switch("primary", "standby") == [("delete", "con-eastasia-hong-kong")]
    assert azure.switch("secondary", "active") == [("create", "con-southeastasia-singapore")]


def test_the_vault_is_not_deleted_with_the_file_s_key(engine: Callable[..., Engine]) -> None:
    """Machines may be replicated by it: everything is protected."""
    azure = engine("secondary")
    azure.change("secondary", with_key("siteRecovery", SITE_RECOVERY))
    azure.up("secondary")
    azure.change("secondary", lambda config: config["sparehub:region"].pop("siteRecovery"))

    said = azure.refused("up", "--yes", "--skip-preview", "--stack", "secondary")

    assert "protected" in said
    assert "region/site-recovery/" in said
    vault = azure.outputs("secondary")["recoveryVaultId"]
    assert azure.arm("GET", vault).status == 200
