"""What a fault does to a write."""

from dataclasses import dataclass, replace

from sparehub.simulator.arm.http_messages import Request, Response, TransportFault
from sparehub.simulator.arm.pipeline.dispatch import judge
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage import faults
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.faults import Fault, FaultKind

_SECONDS_TO_RETRY = 14
_NAMESPACE = "Microsoft.Network"


def apply_fault(timeline: Timeline, request: Request, fault: Fault) -> Response:
    """Return the answer to a write that a fault strikes.

    Raises:
        Refusal: It never gets to Azure, or Azure refuses it.

    """
    return _Struck(timeline, request, fault).response()


@dataclass(frozen=True)
class _Struck:
    """A write that a fault strikes."""

    timeline: Timeline
    request: Request
    fault: Fault

    def response(self) -> Response:
        """Return the answer; refuse what never gets to Azure."""
        match self.fault.kind:
            case FaultKind.REGION_DOWN:
                raise refusals.REGION_DOWN(region=self.fault.region)
            case FaultKind.THROTTLED:
                raise refusals.RETRY_LATER(
                    verb="PutOperation",
                    operation=self._guid(),
                    thing=self.request.path,
                    seconds=_SECONDS_TO_RETRY,
                )
            case FaultKind.CONFLICT:
                raise refusals.ANOTHER_OPERATION(operation=self._guid())
            case FaultKind.FAILED:
                self.timeline.will_fail = True
                return judge(self.timeline, self.request)
            case FaultKind.LOST_RESPONSE:
                return replace(
                    judge(self.timeline, self.request), transport_fault=TransportFault.LOST
                )
            case FaultKind.TRANSPORT:
                return self._transported()

    def _transported(self) -> Response:
        """Return what the line makes of an answer. After 504 and a cut answer, Azure has acted."""
        happening = faults.TRANSPORT[(self.fault.turn - 1) % len(faults.TRANSPORT)]
        match happening:
            case 500:
                raise refusals.SERVER_ERROR()  # noqa: RSE102  an entry of the catalogue is called
            case 502:
                raise refusals.BAD_GATEWAY(namespace=_NAMESPACE)
            case 504:
                judge(self.timeline, self.request)
                return refusals.GATEWAY_TIMEOUT(namespace=_NAMESPACE).response()
            case TransportFault.RESET:
                return Response(status=0, transport_fault=TransportFault.RESET)
            case TransportFault():
                return replace(judge(self.timeline, self.request), transport_fault=happening)
        raise AssertionError(happening)

    def _guid(self) -> str:
        return guid("fault", self.fault.id, self.fault.seen)
