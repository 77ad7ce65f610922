"""What is in a vault is named after the regions, or as somebody made it."""

import pytest

from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model.recovery.replication_names import MappingNames, ReplicationNames
from tests.configurations import region_of
from tests.site_recovery_files import SITE_RECOVERY, recovery

PORTAL = {
    "fabrics": {"East Asia": "asr-a2a-default-eastasia"},
    "containers": {"southeastasia": "made-by-hand"},
    "policy": "24-hour-retention-policy",
    "failover": {"containers": "eastasia-southeastasia-24-hour-retention-policy"},
    "failback": {"networks": {"spoke1": "arrival-to-source"}},
}


def test_names_follow_from_the_regions() -> None:
    """A container's from its fabric's."""
    names = ReplicationNames()

    assert names.fabric("eastasia") == "asr-eastasia"
    assert names.container("eastasia") == "asr-eastasia-container"
    assert names.failover.container_mapping("a", "b") == "a-to-b"
    assert names.failback.network_mapping("a", "b", "spoke1") == "a-to-b-spoke1"


def test_a_file_names_what_the_portal_made() -> None:
    """The portal's containers are named after its fabrics, too (SR-41)."""
    values = recovery()
    values["sparehub:region"]["siteRecovery"] = SITE_RECOVERY | {"names": PORTAL}
    built = region_of(values).site_recovery

    assert built
    assert built.policy.name == "24-hour-retention-policy"
    assert built.names == ReplicationNames(
        fabrics={"eastasia": "asr-a2a-default-eastasia"},
        containers={"southeastasia": "made-by-hand"},
        failover=MappingNames(containers="eastasia-southeastasia-24-hour-retention-policy"),
        failback=MappingNames(networks={"spoke1": "arrival-to-source"}),
    )
    assert built.names.container("eastasia") == "asr-a2a-default-eastasia-container"
    assert built.names.container("southeastasia") == "made-by-hand"
    assert built.names.fabric("southeastasia") == "asr-southeastasia"


def test_a_name_that_would_end_a_path_is_refused() -> None:
    """It becomes part of a URL."""
    values = recovery()
    values["sparehub:region"]["siteRecovery"] = SITE_RECOVERY | {"names": {"policy": "a/../b"}}

    with pytest.raises(ConfigurationError, match="is not the name of a resource of a vault"):
        region_of(values)
