"""Templates of refusals: status, code, message and source of Azure's errors."""

from dataclasses import dataclass, field

from sparehub.simulator.arm.http_messages import JsonObject, Response

UNQUOTED = "no source quotes a code: the code is the simulator's own"


class Refusal(Exception):  # noqa: N818  an answer of Azure's, not an error of ours
    """A request is refused; the store stays as it was."""

    def __init__(self, status: int, code: str, message: str, details: list[JsonObject]) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    @property
    def error(self) -> JsonObject:
        """The error as ARM spells it."""
        return {"code": self.code, "message": self.message, "details": self.details}

    def response(self) -> Response:
        """Return ARM's answer."""
        return Response(status=self.status, body={"error": self.error})


@dataclass(frozen=True)
class ErrorTemplate:
    """One refusal of the catalogue: called with the values of its message, it makes the refusal."""

    status: int
    code: str
    message: str
    rules: str
    """Ids of the rules that it enforces, or ``ARM`` for a refusal by ARM itself."""
    source: str
    """Where code and wording were seen. ``UNQUOTED`` marks a refusal by Azure whose words no source
    quotes; its code begins with ``Simulator``."""
    details: tuple[tuple[str, str], ...] = field(default=())

    def __call__(self, **values: object) -> Refusal:
        """Return the refusal for one request."""
        details = [
            {"code": code, "message": text.format(**values), "details": []}
            for code, text in self.details
        ]
        return Refusal(self.status, self.code, self.message.format(**values), details)


def unquoted(code: str, message: str, rules: str, status: int = 400) -> ErrorTemplate:
    """Return a refusal that no source quotes."""
    return ErrorTemplate(status, f"Simulator{code}", message, rules, UNQUOTED)
