"""Answers of the provider: a result, or a clean gRPC error for an expected failure."""

import logging
from collections.abc import Callable
from typing import NoReturn, TypeVar

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage

from sparehub.simulator.errors import SimulatorError
from sparehub.simulator.provider import struct_codec
from sparehub.simulator.provider.arm_client import ArmError, TransportError, UnfinishedError
from sparehub.simulator.provider.resources import InitializationError, UnknownTypeError
from sparehub.simulator.provider.stubs import provider_pb2, status_pb2

_Answer = TypeVar("_Answer")
_log = logging.getLogger("sparehub.simulator.provider.plugin")


def answer(context: grpc.ServicerContext, call: Callable[[], _Answer]) -> _Answer:
    """Return what ``call`` returns; turn an expected failure into a clean gRPC error.

    A code UNKNOWN or INTERNAL would make the engine doubt the state of the resource.
    """
    try:
        return call()
    except InitializationError as problem:
        _fail_partially(context, problem)
    except SimulatorError as problem:
        _fail(context, grpc.StatusCode.FAILED_PRECONDITION, problem)
    except UnknownTypeError as problem:
        _fail(context, grpc.StatusCode.UNIMPLEMENTED, problem)
    except FileExistsError as problem:
        _fail(context, grpc.StatusCode.ALREADY_EXISTS, problem)
    except TransportError as problem:
        # The engine then keeps the operation as pending: Azure may have done it.
        _fail(context, grpc.StatusCode.UNKNOWN, problem)
    except (ArmError, LookupError, UnfinishedError) as problem:
        _fail(context, grpc.StatusCode.INVALID_ARGUMENT, problem)


def _fail(context: grpc.ServicerContext, code: grpc.StatusCode, problem: Exception) -> NoReturn:
    _log.info("%s", problem)
    context.abort(code, str(problem))


def _fail_partially(context: grpc.ServicerContext, problem: InitializationError) -> NoReturn:
    """Report what exists although the call failed; the next ``up`` then updates it."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=problem.id,
        properties=struct_codec.write(problem.outputs),
        reasons=[problem.reason],
        inputs=struct_codec.write(problem.inputs),
    )
    packed = AnyMessage()
    packed.Pack(detail)
    code = grpc.StatusCode.DEADLINE_EXCEEDED
    number: int = code.value[0]
    status = status_pb2.Status(code=number, message=problem.reason, details=[packed])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    _fail(context, code, problem)
