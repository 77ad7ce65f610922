"""The record of the switch under mocks; on the real engine: tests/engine/test_generation.py."""

from components import SwitchRecord, SwitchRecordArgs
from sparehub.topology.state.generation import SWITCH_NAME, SWITCH_TYPE
from tests.graph_recorder import record


def test_a_switch_record_is_a_protected_component_without_a_resource() -> None:
    """Nothing is made for it; `pulumi destroy` stops at it."""
    args = SwitchRecordArgs(generation=2, activation="active", operation="failover-2-abcdef")

    def program() -> None:
        SwitchRecord(SWITCH_NAME, args)

    assert record(program) == {
        "switch": {
            "type": SWITCH_TYPE,
            "inputs": {},
            "parent": "sparehub-test",
            "depends_on": [],
            "protect": True,
        }
    }
