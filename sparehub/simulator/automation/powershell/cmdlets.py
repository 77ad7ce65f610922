"""The cmdlets that the interpreter knows; any other is refused before a text is begun.

Those of Az send the requests that the real ones send:
https://github.com/Azure/azure-powershell, src/Automation and src/Accounts.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from sparehub.simulator.automation.powershell import values
from sparehub.simulator.automation.powershell.azure_session import Session
from sparehub.simulator.automation.powershell.errors import PowerShellError
from sparehub.simulator.automation.powershell.values import Record

_AUTOMATION = "2023-11-01"
_POSITIONAL = ("Python2", "Python3")
_INVALID = (
    "Invalid runbook parameters. (The cmdlet passes parameters by position to runbooks of the "
    "types Python2 and Python3 alone; this one is {kind}.)"
)
_Arguments = dict[str, Any]


@dataclass(frozen=True)
class Cmdlet:
    """A cmdlet: what it does, and its parameters in lower case."""

    run: Callable[[Session, _Arguments, list[Any]], Any]
    parameters: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    """Parameters that may be given without their names, in order."""


def _input(arguments: _Arguments, given: list[Any]) -> Any:  # noqa: ANN401 - a value of PowerShell
    """Return the argument, or what comes through the pipeline."""
    return arguments.get("inputobject", given)


def _output(session: Session, arguments: _Arguments, given: list[Any]) -> Any:  # noqa: ANN401 - a value of PowerShell
    del session
    return _input(arguments, given)


def _stream(name: str) -> Callable[[Session, _Arguments, list[Any]], None]:
    def write(session: Session, arguments: _Arguments, given: list[Any]) -> None:
        del given
        session.write(name, values.text_of(arguments.get("message")))

    return write


def _error(session: Session, arguments: _Arguments, given: list[Any]) -> None:
    del session, given
    raise PowerShellError(values.text_of(arguments.get("message")))


def _nothing(session: Session, arguments: _Arguments, given: list[Any]) -> None:
    del session, arguments, given


def _from_json(session: Session, arguments: _Arguments, given: list[Any]) -> Any:  # noqa: ANN401 - JSON
    del session
    found = _input(arguments, given)
    text = "\n".join(values.text_of(line) for line in found) if isinstance(found, list) else found
    try:
        return values.of_json(json.loads(values.text_of(text)))
    except ValueError as problem:
        raise PowerShellError(f"Conversion from JSON failed with error: {problem}") from None


def _to_json(session: Session, arguments: _Arguments, given: list[Any]) -> str:
    """Return JSON; deeper levels than -Depth would be cut off, so that they are refused."""
    del session
    found = arguments["inputobject"] if "inputobject" in arguments else _single(given)
    if _depth(found) > values.number(arguments.get("depth", 2)) + 1:
        raise PowerShellError("the value is deeper than -Depth: ConvertTo-Json would cut it off")
    return json.dumps(found, indent=None if arguments.get("compress") else 2)


def _single(given: list[Any]) -> Any:  # noqa: ANN401 - a value of PowerShell
    return given[0] if len(given) == 1 else given


def _depth(value: Any) -> int:  # noqa: ANN401 - a value of PowerShell
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(each) for each in inner), default=0) if inner else 0


def _guid(session: Session, arguments: _Arguments, given: list[Any]) -> str:
    del session, arguments, given
    return str(uuid4())


def _date(session: Session, arguments: _Arguments, given: list[Any]) -> str:
    """Return the Unix time in whole seconds, as -UFormat '%s' does in PowerShell 7."""
    del given
    if arguments.get("uformat") != "%s":
        raise PowerShellError("the local Azure knows Get-Date -UFormat '%s' alone")
    return str(int(session.seconds))


def _sleep(session: Session, arguments: _Arguments, given: list[Any]) -> None:
    del given
    session.sleep(values.number(arguments.get("seconds")))


def _connect(session: Session, arguments: _Arguments, given: list[Any]) -> Record:
    """Sign in; the real one also reads the subscription, which the local Azure does not show."""
    del given
    if not arguments.get("identity"):
        raise PowerShellError("the local Azure signs in by -Identity alone")
    session.environment = values.text_of(arguments.get("environment")) or session.environment
    session.subscription = values.text_of(arguments.get("subscription"))
    session.sign_in()
    return _context(session, {}, [])


def _context(session: Session, arguments: _Arguments, given: list[Any]) -> Record:
    del arguments, given
    environment = Record(Name=session.environment, ResourceManagerUrl=f"{session.job.endpoint}/")
    subscription = Record(Id=session.subscription)
    return Record(Environment=environment, Subscription=subscription)


def _account(session: Session, arguments: _Arguments) -> str:
    """Return the path of the account that a cmdlet is about."""
    if not session.subscription:
        session.subscription = session.job.id.subscription
    group, name = (
        values.text_of(arguments.get(each))
        for each in ("resourcegroupname", "automationaccountname")
    )
    if not group or not name:
        raise PowerShellError("ResourceGroupName and AutomationAccountName are needed")
    return (
        f"/subscriptions/{session.subscription}/resourceGroups/{group}"
        f"/providers/Microsoft.Automation/automationAccounts/{name}"
    )


def _start(session: Session, arguments: _Arguments, given: list[Any]) -> Record:
    """Read the runbook, then make a job of it with a new GUID.

    https://github.com/Azure/azure-powershell, AutomationPSClient: StartRunbook and
    ProcessRunbookParameters. Parameters of a runbook of another language are those of its text,
    which the local Azure does not read.
    """
    del given
    account, name = _account(session, arguments), values.text_of(arguments.get("name"))
    runbook = session.read("GET", f"{account}/runbooks/{name}", _AUTOMATION)["properties"]
    if runbook["state"] == "New":
        raise PowerShellError(f"The runbook {name} has no published version.")
    sent = arguments.get("parameters") or Record()
    if sent and runbook["runbookType"] not in _POSITIONAL:
        raise PowerShellError(_INVALID.format(kind=runbook["runbookType"]))
    numbered = {
        f"[Parameter {number}]": json.dumps(value)
        for number, value in enumerate(sent.values(), start=1)
    }
    properties = {"runbook": {"name": name}, "parameters": numbered}
    path = f"{account}/jobs/{uuid4()}"
    return _job(session.read("PUT", path, _AUTOMATION, {"properties": properties}))


def _get_job(session: Session, arguments: _Arguments, given: list[Any]) -> Record:
    del given
    path = f"{_account(session, arguments)}/jobs/{values.text_of(arguments.get('id'))}"
    return _job(session.read("GET", path, _AUTOMATION))


def _stop_job(session: Session, arguments: _Arguments, given: list[Any]) -> None:
    """Stop a job: https://learn.microsoft.com/rest/api/automation/job/stop."""
    del given
    path = f"{_account(session, arguments)}/jobs/{values.text_of(arguments.get('id'))}/stop"
    session.read("POST", path, _AUTOMATION)


def _job(document: dict[str, Any]) -> Record:
    """Return a job as the cmdlets show it; ``JobId`` is the name that it was made by."""
    properties = document["properties"]
    return Record(
        JobId=document["name"],
        RunbookName=properties["runbook"]["name"],
        Status=properties["status"],
        StatusDetails=properties["statusDetails"],
        Exception=properties["exception"],
        StartTime=properties["startTime"],
        EndTime=properties["endTime"],
    )


def _job_output(session: Session, arguments: _Arguments, given: list[Any]) -> list[Record]:
    """Return the records of a stream; ``Any`` is all of them."""
    del given
    path = f"{_account(session, arguments)}/jobs/{values.text_of(arguments.get('id'))}/streams"
    stream = values.text_of(arguments.get("stream")) or "Any"
    shown = [record["properties"] for record in session.read("GET", path, _AUTOMATION)["value"]]
    return [
        Record(Summary=record["summary"], Type=record["streamType"], Time=record["time"])
        for record in shown
        if stream.lower() in ("any", record["streamType"].lower())
    ]


def _variable(session: Session, arguments: _Arguments, given: list[Any]) -> Any:  # noqa: ANN401 - JSON
    del given
    return values.of_json(session.variable(values.text_of(arguments.get("name"))))


def _rest(session: Session, arguments: _Arguments, given: list[Any]) -> Record:
    """Send a request by its path, which has the API version in its query."""
    del given
    path, _, query = values.text_of(arguments.get("path")).partition("?")
    name, _, version = query.partition("=")
    if name != "api-version" or "&" in version:
        raise PowerShellError("the path needs ?api-version= and nothing else in its query")
    payload = values.text_of(arguments.get("payload"))
    method = values.text_of(arguments.get("method")) or "GET"
    status, body = session.request(
        method.upper(), path, version, json.loads(payload) if payload else None
    )
    content = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    return Record(StatusCode=status, Content=content)


_OF_ACCOUNT = ("resourcegroupname", "automationaccountname")
CMDLETS: Mapping[str, Cmdlet] = MappingProxyType(
    {
        "connect-azaccount": Cmdlet(_connect, ("environment", "subscription"), ("identity",)),
        "convertfrom-json": Cmdlet(_from_json, ("inputobject",), (), ("inputobject",)),
        "convertto-json": Cmdlet(
            _to_json, ("inputobject", "depth"), ("compress",), ("inputobject",)
        ),
        "disable-azcontextautosave": Cmdlet(_nothing, ("scope",)),
        "foreach-object": Cmdlet(_nothing),
        "get-automationvariable": Cmdlet(_variable, ("name",), (), ("name",)),
        "get-azautomationjob": Cmdlet(_get_job, (*_OF_ACCOUNT, "id")),
        "get-azautomationjoboutput": Cmdlet(_job_output, (*_OF_ACCOUNT, "id", "stream")),
        "get-date": Cmdlet(_date, ("uformat",)),
        "get-azcontext": Cmdlet(_context),
        "invoke-azrestmethod": Cmdlet(_rest, ("path", "method", "payload")),
        "new-guid": Cmdlet(_guid),
        "out-null": Cmdlet(_nothing, ("inputobject",), (), ("inputobject",)),
        "start-azautomationrunbook": Cmdlet(_start, (*_OF_ACCOUNT, "name", "parameters")),
        "start-sleep": Cmdlet(_sleep, ("seconds",), (), ("seconds",)),
        "stop-azautomationjob": Cmdlet(_stop_job, (*_OF_ACCOUNT, "id")),
        "write-error": Cmdlet(_error, ("message",), (), ("message",)),
        "write-output": Cmdlet(_output, ("inputobject",), (), ("inputobject",)),
        "write-verbose": Cmdlet(_stream("Verbose"), ("message",), (), ("message",)),
        "write-warning": Cmdlet(_stream("Warning"), ("message",), (), ("message",)),
    }
)
"""The cmdlets by name in lower case; the interpreter itself runs the block of ForEach-Object."""
