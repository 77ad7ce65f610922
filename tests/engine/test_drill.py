"""A drill on the real engine: what it makes, what it leaves alone, and that it goes again."""

from collections.abc import Callable

from simulator import control
from tests.engine.conftest import Engine

Make = Callable[..., Engine]
GROUP = "rg-sparehub-drill-southeastasia"


def set_drill(azure: Engine, stack: str, value: str) -> list[str]:
    """Turn the switch of the drill, deploy, and return the path of everything that was written."""
    azure.rehearsal.pulumi("config", "set", "drill", value, "--stack", stack)
    before = len(azure.rehearsal.log())
    azure.up(stack)
    return [entry.path for entry in azure.rehearsal.log()[before:]]


def test_a_drill_writes_nothing_outside_its_own_group(engine: Make) -> None:
    """Test networks come and go; of production nothing is written, also while it is live."""
    azure = engine("secondary")
    azure.switch("secondary", "active")
    stood = control.resources(azure.store)

    started = set_drill(azure, "secondary", "true")

    assert sorted(path.split("/resourceGroups/")[1] for path in started) == [
        GROUP,
        *(
            f"{GROUP}/providers/Microsoft.Network/{kind}"
            for kind in (
                "networkSecurityGroups/nsg-drill-spoke1-southeastasia",
                "networkSecurityGroups/nsg-drill-spoke2-southeastasia",
                "routeTables/rt-drill-southeastasia",
                "virtualNetworks/vnet-drill-spoke1-southeastasia",
                "virtualNetworks/vnet-drill-spoke1-southeastasia/subnets/app",
                "virtualNetworks/vnet-drill-spoke2-southeastasia",
                "virtualNetworks/vnet-drill-spoke2-southeastasia/subnets/app",
            )
        ),
    ]
    assert sorted(azure.outputs("secondary")["drillVirtualNetworkIds"]) == ["spoke1", "spoke2"]
    assert azure.up("secondary") == []
    assert {path.split("/")[4] for path in set_drill(azure, "secondary", "false")} == {GROUP}
    assert control.resources(azure.store) == stood
