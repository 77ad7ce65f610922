"""The record of the switch under mocks; on the real engine: tests/engine/test_generation.py."""

from components import SwitchRecord, SwitchRecordArgs
from sparehub.testing import preview
from sparehub.topology.state.generation import SWITCH_NAME, SWITCH_TYPE


def test_a_switch_record_is_a_protected_component_without_a_resource() -> None:
    """Nothing is made for it; `pulumi destroy` stops at it."""
    args = SwitchRecordArgs(generation=2, activation="active", operation="failover-2-abcdef")

    def program() -> None:
        SwitchRecord(SWITCH_NAME, args)

    assert preview(program).document() == {
        "switch": {
            "type": SWITCH_TYPE,
            "inputs": {},
            "parent": "sparehub-test",
            "depends_on": [],
            "protect": True,
        }
    }
