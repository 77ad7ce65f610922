"""A local Azure in the place of Azure, and trials on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sparehub.cli.trial import clean_up, operation
from sparehub.cli.trial.operation import Confirm, TrialOptions
from sparehub.cli.trial.recording.transport import RecordingTransport
from sparehub.output import Output
from sparehub.simulator import control

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"


class Killed(BaseException):
    """The process is killed: nothing catches it."""


@dataclass(frozen=True)
class Place:
    """One local Azure, and a home and a directory of results beside it."""

    path: Path

    @property
    def store(self) -> Path:
        return self.path / "azure"

    @property
    def out(self) -> Path:
        return self.path / "out"

    @property
    def environment(self) -> Mapping[str, str]:
        return {"SPAREHUB_SIMULATOR": str(self.store), "SPAREHUB_HOME": str(self.path / "home")}

    @property
    def journal(self) -> list[str]:
        return [file.name for file in (self.path / "home" / "trials").glob("*")]

    def options(self, **changed: Any) -> TrialOptions:
        values: dict[str, Any] = {
            "subscription": SUBSCRIPTION,
            "region": "eastasia",
            "pair": "southeastasia",
            "machines": False,
            "budget": None,
            "out": self.out,
        }
        return TrialOptions(**values | changed)

    def begin(self, answer: str = SUBSCRIPTION, **changed: Any) -> int:
        def confirm(_question: str) -> str:
            return answer

        options = self.options(**changed)
        return operation.begin(options, Output(as_json=True), self.environment, confirm)

    def clean_up(self, *chosen: str, confirm: Confirm | None = None) -> int:
        output = Output(as_json=True)
        return clean_up.clean_up(
            SUBSCRIPTION, output, self.environment, chosen=chosen, confirm=confirm
        )

    def resources(self) -> list[str]:
        return [identity for identity, _, _ in control.resources(self.store)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def begin_and_kill(place: Place, point: int, *, machines: bool) -> None:
    """Kill a trial at a point: an odd one is before a write is sent, the even one after its answer.

    A trial that has fewer writes ends the test: the point is none.
    """
    sent = RecordingTransport.send
    count = 0

    def send(self: RecordingTransport, request: Any, **options: Any) -> Any:
        nonlocal count
        if request.method == "GET" or "checkPolicyRestrictions" in request.url:
            return sent(self, request, **options)
        count += 1
        if count == point // 2 + 1 and point % 2:
            raise Killed
        answer = sent(self, request, **options)
        if count == point // 2 and not point % 2:
            raise Killed
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RecordingTransport, "send", send)
        with pytest.raises(Killed):
            place.begin(machines=machines)
