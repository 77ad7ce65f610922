"""Switches the network from one Azure region to the other: a runbook of Azure Automation.

One file for Python 3.10 that needs the standard library alone. The recovery plan's runbook starts
it; a person can start it as well, with the same parameters, each ``name=value`` in any order:

    endpoint=https://management.azure.com   of Azure Resource Manager
    account=/subscriptions/...              the id of this Automation account
    data=sparehub-switch-data               the variable that holds the requests
    digest=...                              SHA-256 of that data; other data is refused
    minutes=150                             the time that all of it may take
    fenced-on-premises=TICKET               routers keep the lost region's routes away

Every request is idempotent: it is read first, and written where that differs. A second run writes
nothing. What is not in the data is not written. ``sparehub runbook export`` describes all of it.
"""

import hashlib
import http.client
import ipaddress
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

VERSION = 1
"""Of the form of the data."""
PARAMETERS = ("endpoint", "account", "data", "digest", "minutes")
API_VERSIONS = {
    "microsoft.automation": "2024-10-23",
    "microsoft.compute": "2024-07-01",
    "microsoft.network": "2024-05-01",
    "microsoft.resourcegraph": "2022-10-01",
}
GRAPH = "/providers/Microsoft.ResourceGraph/resources"
CONNECTIONS = "microsoft.network/connections"
QUERY = f"resources | where type =~ '{CONNECTIONS}' | project id, properties"
MOST_MINUTES = 150
"""Azure ends a job after 180: https://learn.microsoft.com/azure/automation/automation-limits"""
MINUTES = f"minutes must be a number above 0, at most {MOST_MINUTES}: nothing was done"
FINAL = ("succeeded", "failed", "canceled")
BUSY = ("AnotherOperationInProgress", "ReferencedResourceNotProvisioned", "RetryableError")
"""Codes of refusals that end by themselves, with any status."""
FAILED_CIRCUIT = "ParentResourceIsInFailedState"
SILENCE = 300.0
"""Seconds after which a region that answers nothing, or 5xx, counts as unreachable."""
TRIES = 3
"""How often a write is sent whose operation fails."""
AGAIN = 5.0
"""Seconds between two readings of a region that may be lost."""
SOON = 300.0
"""Seconds before its end at which a token is renewed."""
RUNNING = "PowerState/running"
_UNCERTAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.PRECONDITION_FAILED)
"""Somebody else wrote it meanwhile, or this request did and its answer was lost."""


class SwitchError(Exception):
    """The switch stopped; the message says why, and how to go on."""


class UnreachableError(SwitchError):
    """What was asked gave no answer for a long time, or 5xx."""


class CutError(SwitchError):
    """A region cannot be fenced from outside without cutting others."""


@dataclass(frozen=True)
class Answer:
    """An answer of Azure; status 0 where none came."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether Azure did what was asked."""
        return 0 < self.status < HTTPStatus.BAD_REQUEST

    @property
    def came(self) -> bool:
        """Whether the region answered, if only with a refusal."""
        return 0 < self.status < HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def code(self) -> str:
        """Azure's code of an error; empty without one."""
        return str(self._error.get("code") or "")

    @property
    def problem(self) -> str:
        """Azure's words for an error."""
        said = str(self._error.get("message") or self.code or "")
        return f"{self.status} {said}".strip() if self.status else said or "no answer"

    @property
    def busy(self) -> bool:
        """Whether it is refused for now: throttled, or another operation runs."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or self.code in BUSY

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later, or was done although no answer says so."""
        return self.busy or not self.came or self.status in _UNCERTAIN

    @property
    def properties(self) -> Mapping[str, Any]:
        """The properties of the resource in the body."""
        return properties_of(self.body)

    @property
    def state(self) -> str:
        """The provisioning state in lower case; empty where it has none."""
        return str(self.properties.get("provisioningState") or "").lower()

    @property
    def _error(self) -> Mapping[str, Any]:
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return error if isinstance(error, dict) else {}


@dataclass(frozen=True)
class Ask:
    """What is asked of a path."""

    method: str = "GET"
    body: Any = None
    etag: str = ""
    query: Mapping[str, str] = field(default_factory=dict)


READ = Ask()


@dataclass
class Clock:
    """The time that the switch has, and every wait; ``pace`` 0 counts waits without waiting."""

    minutes: float
    pace: float = 1.0
    _began: float = field(default_factory=time.monotonic)
    _skipped: float = 0.0
    _limit: float = float("inf")

    @property
    def spent(self) -> float:
        """The seconds since the switch began."""
        return time.monotonic() - self._began + self._skipped

    def pause(self, seconds: float) -> None:
        """Wait.

        Raises:
            SwitchError: The time is over.
        """
        self.check()
        time.sleep(seconds * self.pace)
        self._skipped += seconds * (1 - self.pace)
        self.check()

    def check(self) -> None:
        """Stop where the time is over.

        Raises:
            SwitchError: It is.
            UnreachableError: The time of :meth:`limited` is.
        """
        if self.spent >= self.minutes * 60:
            raise SwitchError(f"{self.minutes:g} minutes have passed: start it again to go on")
        if self.spent >= self._limit:
            raise UnreachableError("it was not done in the time that it may take")

    @contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        """Give what is inside so many seconds alone."""
        self._limit = self.spent + seconds
        try:
            yield
        finally:
            self._limit = float("inf")


class Log:
    """One line of output for each act, with the time in UTC."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __call__(self, text: str) -> None:
        """Print a line."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with self._lock:
            for line in text.splitlines():
                # Azure's own words may hold characters that a terminal obeys.
                shown = "".join(each if each.isprintable() else repr(each)[1:-1] for each in line)
                print(f"{now} {shown}", flush=True)  # noqa: T201 - the output of the job


class Azure:
    """Azure Resource Manager, with the identity of the Automation account."""

    def __init__(self, endpoint: str, clock: Clock) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._clock = clock
        self._lock = threading.Lock()
        self._token, self._ends = "", 0.0

    def send(self, path: str, ask: Ask = READ, seconds: float = 60.0) -> Answer:
        """Send one request, once; a token that Azure refuses is renewed."""
        separator = "&" if "?" in path else "?"
        given = {} if "api-version=" in path else {"api-version": api_version(path)}
        parameters = urllib.parse.urlencode({**given, **ask.query})
        url = f"{self.endpoint}{quoted(path)}{separator if parameters else ''}{parameters}"
        answer = self._once(url, ask, seconds, self._bearer())
        if answer.status == HTTPStatus.UNAUTHORIZED:
            answer = self._once(url, ask, seconds, self._bearer(renewed=True))
        return answer

    def read(self, path: str, silence: float = SILENCE) -> Answer:
        """Return what a GET answers; busy services are asked again, silent ones for a time."""
        return self._patiently(path, READ, silence)

    def act(self, path: str, body: Any = None) -> Answer:  # noqa: ANN401 - JSON
        """Send a POST that writes nothing, and return its result."""
        answer = self._patiently(path, Ask("POST", body), SILENCE)
        return self.result(answer) if answer.accepted else answer

    def listed(self, path: str) -> tuple[list[Mapping[str, Any]], str]:
        """Return the items of a list, and why it is not complete; empty where it is."""
        items: list[Mapping[str, Any]] = []
        while path:
            answer = self.read(path)
            if not answer.accepted or not isinstance(answer.body, dict):
                return items, answer.problem
            items += answer.body.get("value") or ()
            path = local(str(answer.body.get("nextLink") or ""))
        return items, ""

    def result(self, answer: Answer) -> Answer:
        """Return the last answer of an operation: by Azure-AsyncOperation, else by Location.

        https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
        """
        status_at = local(answer.headers.get("azure-asyncoperation", ""))
        result_at = local(answer.headers.get("location", ""))
        if answer.status == HTTPStatus.OK and not status_at:
            return answer
        silent, polled = 0.0, answer
        while status_at or result_at:
            polled = self.send(status_at or result_at)
            if polled.passing:
                delay = self.wait_after(polled, 0)
                silent = 0.0 if polled.came else silent + delay
                if silent >= SILENCE:
                    return polled
                continue
            silent = 0.0
            status = str(polled.body.get("status") or "") if isinstance(polled.body, dict) else ""
            if status_at and polled.accepted and status.lower() in FINAL:
                if status.lower() != "succeeded":
                    return Answer(HTTPStatus.CONFLICT, polled.body, polled.headers)
                status_at = ""
                if answer.status == HTTPStatus.ACCEPTED and result_at:
                    continue
                return polled
            if not polled.accepted or (not status_at and polled.status != HTTPStatus.ACCEPTED):
                return polled
            self.wait_after(polled, 0)
        return polled

    def wait_after(self, answer: Answer, attempt: int) -> float:
        """Wait as long as Azure says, else with backoff; return the seconds."""
        try:
            seconds = float(answer.headers.get("retry-after", ""))
        except ValueError:
            seconds = min(60.0, 5.0 * 2**attempt)
        self._clock.pause(max(seconds, 0.0))
        return seconds

    def _patiently(self, path: str, ask: Ask, silence: float) -> Answer:
        silent, attempt = 0.0, 0
        while True:
            answer = self.send(path, ask)
            if not (answer.busy or not answer.came) or silent >= silence:
                return answer
            delay = self.wait_after(answer, attempt)
            silent = 0.0 if answer.came else silent + max(delay, 1.0)
            attempt += 1

    def _once(self, url: str, ask: Ask, seconds: float, token: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        content = None
        if ask.body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(ask.body).encode()
        if ask.etag:
            headers["If-Match"] = ask.etag
        request = urllib.request.Request(url, content, headers, method=ask.method)  # noqa: S310 - the endpoint of the parameters
        return exchange(urllib.request.urlopen, request, seconds)

    def _bearer(self, *, renewed: bool = False) -> str:
        """Return a token of the account's identity.

        https://learn.microsoft.com/azure/automation/enable-managed-identity-for-automation

        Raises:
            SwitchError: There is no identity, or it gets no token.
        """
        with self._lock:
            if self._token and not renewed and time.time() < self._ends - SOON:
                return self._token
            url, secret = (
                os.environ.get(f"IDENTITY_{name}", "") for name in ("ENDPOINT", "HEADER")
            )
            if not url:
                raise SwitchError("this account has no system-assigned identity: turn it on")
            resource = urllib.parse.urlencode({"resource": f"{self.endpoint}/"})
            url = f"{url}{'&' if '?' in url else '?'}{resource}"
            headers = {"X-IDENTITY-HEADER": secret, "Metadata": "True"}
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            for attempt in range(TRIES):
                request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the sandbox's own endpoint
                answer = exchange(direct.open, request, 60.0)
                if answer.accepted and isinstance(answer.body, dict):
                    self._token = str(answer.body["access_token"])
                    self._ends = ends_at(answer.body)
                    return self._token
                if attempt < TRIES - 1:
                    self.wait_after(answer, attempt)
            raise SwitchError(f"no token for the identity of this account: {answer.problem}")


class Switch:
    """One run over all steps of the data."""

    def __init__(
        self, azure: Azure, clock: Clock, data: Mapping[str, Any], ticket: str, say: Log
    ) -> None:
        self.azure, self.clock, self.data, self.say = azure, clock, data, say
        self.ticket = ticket
        self.answers = True
        self.done: list[str] = []
        self.open: list[str] = []
        self.keys: dict[str, str] = {}
        self.disabled = set[str]()
        """Circuits whose private peering is disabled, in lower case."""
        self.machines: dict[str, list[str]] = {}
        """Of each NVA that is to be started."""

    def run(self) -> None:
        """Carry out every step in its order.

        Raises:
            SwitchError: A step cannot be finished.
        """
        acts: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "probe": self._probe,
            "fence": self._fence,
            "switch": self._change,
            "start": self._start,
            "issue": self._key,
        }
        self._read_keys()
        self._read_machines()
        last = [step for step in self.data["steps"] if step["act"] == "stand-down"]
        for step in self.data["steps"]:
            if act := acts.get(step["act"]):
                self.say(f"{step['id']}: {step['title']}")
                act(step)
                self.done.append(step["id"])
            elif step["act"] in ("hook", "revoke"):
                self.open.append(f"not done by this runbook: {step['title']}")
        self._await_routes()
        for step in last:
            self._stand_down(step)

    def pending(self) -> list[str]:
        """Return the steps that are not done."""
        return [each["id"] for each in self.data["steps"] if each["id"] not in self.done]

    # -- steps -----------------------------------------------------------------------------------

    def _read_keys(self) -> None:
        """Read every authorization key before anything is written."""
        for step in self.data["steps"]:
            for request in step.get("requests", ()):
                if request["secret"]:
                    name = request["secret"]["variable"]
                    self.keys[name] = automation_variable(name)

    def _read_machines(self) -> None:
        """Read which machines an NVA has before anything is written; it stops nothing."""
        for step in self.data["steps"]:
            if step["act"] == "start":
                try:
                    self.machines[step["starts"]] = self._machines(step["starts"])
                except SwitchError as error:
                    self.clock.check()
                    self._left_off(step["starts"], str(error))

    def _left_off(self, nva: str, problem: str) -> None:
        """Say that an NVA is not started: a region without it is better than none."""
        text = f"the NVA {nva} may not forward: start it by hand: {problem}"
        self.say(text)
        self.open.append(text)

    def _key(self, step: Mapping[str, Any]) -> None:
        self.say(
            f"{step['connection']} uses the key in the variable {step['variable']}; a key serves "
            "one connection, so where Azure refuses it, put a new one there and start this again"
        )

    def _probe(self, step: Mapping[str, Any]) -> None:
        ends = self.clock.spent + step["seconds"]
        answer = self.azure.send(step["reads"], seconds=step["seconds"])
        while not answer.came and self.clock.spent + AGAIN < ends:
            self.clock.pause(AGAIN)
            answer = self.azure.send(step["reads"], seconds=max(1.0, ends - self.clock.spent))
        if answer.status == HTTPStatus.FORBIDDEN:
            raise SwitchError(no_rights("read", step["reads"], answer))
        self.answers = answer.came
        region = self.data["source"]["location"]
        self.say(f"{region} {'answers' if self.answers else 'does not answer'}: {answer.status}")
        if self.answers and not self.ticket:
            hub = self.azure.read(step["hub"], step["seconds"])
            if hub.status == HTTPStatus.NOT_FOUND:
                raise SwitchError(
                    f"nothing was done: the data does not fit what stands: there is no "
                    f"{step['hub']}. Publish it again with `sparehub replicate`. If that network "
                    "is lost and the routers filter its routes: fenced-on-premises=TICKET"
                )

    def _fence(self, step: Mapping[str, Any]) -> None:
        """Disconnect the source by its own region; without it where that does not work.

        A region that is failing may answer reads, and fail writes or never end them.
        """
        location, reason = self.data["source"]["location"], "it does not answer"
        if self.answers:
            try:
                with self.clock.limited(step["seconds"]):
                    self._change(step)
                reason = ""
            except SwitchError as error:
                self.clock.check()
                reason = str(error)
                self.say(f"{location} cannot be disconnected by itself: {reason}")
                self.answers = False
        try:
            if reason:
                self._fence_outside(step)
            self._check_unknown(step)
        except SwitchError as error:
            self.clock.check()
            if self.ticket:
                self.say(f"fenced on-premises: {self.ticket} ({error})")
            elif step["required"]:
                why = (
                    f"{location} cannot be disconnected by itself ({reason}), and "
                    if reason
                    else ""
                )
                raise SwitchError(
                    f"NOT FENCED: {why}nothing was connected. {error}\n{step['filters']}\nOnce "
                    "the routers filter that, start this runbook again with one more parameter: "
                    "fenced-on-premises=TICKET"
                ) from error
            else:
                self.open.append(f"NOT FENCED: {error}")

    def _stand_down(self, step: Mapping[str, Any]) -> None:
        """Tear down what the source does not need on standby, if it answers: never an error.

        The network is switched, and the machines wait for the end of this runbook.
        """
        if not self.answers:
            self.open.append(f"left, since the region does not answer: {step['title']}")
            return
        self.say(f"{step['id']}: {step['title']}")
        try:
            with self.clock.limited(step["seconds"]):
                self._change(step)
            self.done.append(step["id"])
        except SwitchError as error:
            self.open.append(f"left: {step['title']}: {error}")

    def _change(self, step: Mapping[str, Any]) -> None:
        """Send the requests of a step: each after those that it waits for, others in parallel.

        Raises:
            SwitchError: Some could not be done; those that wait for these are not sent.
        """
        waiting = {each["name"]: each for each in step["requests"]}
        ready, problems = set[str](), list[SwitchError]()
        running: dict[Future[None], str] = {}
        with ThreadPoolExecutor(max_workers=max(1, min(self.data["atOnce"], 64))) as pool:
            while running or waiting:
                for name, request in list(waiting.items()):
                    if not problems and ready >= set(request["after"]):
                        del waiting[name]
                        running[pool.submit(self._request, request)] = name
                if not running:
                    break
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for each in finished:
                    name = running.pop(each)
                    error = each.exception()
                    if error is None:
                        ready.add(name)
                    elif isinstance(error, SwitchError):
                        problems.append(error)
                    else:
                        raise error
        if problems:
            kind = (
                UnreachableError
                if all(isinstance(p, UnreachableError) for p in problems)
                else SwitchError
            )
            raise kind("; ".join(dict.fromkeys(map(str, problems))))

    def _request(self, request: Mapping[str, Any]) -> None:
        """Carry out one request of the data."""
        body = request["body"]
        expect = body if request["expect"] == "body" else None
        if secret := request["secret"]:
            body = with_value(body, secret["at"], self.keys[secret["variable"]])
        ask = Ask(request["method"], body, query=request["query"])
        self._ensure(request["path"], lambda answer: done(answer, expect), lambda _: ask)

    def _start(self, step: Mapping[str, Any]) -> None:
        """Start the machines of the NVA that do not run; one that cannot be started is said."""
        for machine in self.machines.get(step["starts"], ()):
            try:
                self._start_machine(machine)
            except SwitchError as error:
                self.clock.check()
                self._left_off(step["starts"], str(error))

    def _start_machine(self, machine: str) -> None:
        if RUNNING in self._power(machine):
            self.say(f"runs already: {machine}")
            return
        self._check_machine(machine)
        answer = self.azure.act(f"{machine}/start")
        if not answer.accepted or RUNNING not in self._power(machine):
            raise SwitchError(f"{machine} does not run: {answer.problem}")
        self.say(f"started: {machine}")

    def _await_routes(self) -> None:
        """Wait until the gateway has learned the routes of on-premises.

        Raises:
            SwitchError: It has not, in the time that BGP takes at most.
        """
        routes, waited = self.data["routes"], 0.0
        if routes is None:
            return
        while True:
            answer = self.azure.act(f"{routes['gateway']}/getLearnedRoutes")
            rows = answer.body.get("value") or () if isinstance(answer.body, dict) else ()
            learned = [str(row.get("network")) for row in rows if row.get("asPath")]
            missing = uncovered(routes["prefixes"], learned)
            if answer.accepted and not missing:
                self.say(f"learned from on-premises: {', '.join(sorted(set(learned)))}")
                return
            if waited >= routes["seconds"]:
                break
            self.clock.pause(10.0)
            waited += 10.0
        what = ", ".join(missing) if answer.accepted else answer.problem
        raise SwitchError(
            f"connected, and {routes['gateway']} does not learn {what} from on-premises: look at "
            "the BGP sessions of the routers, then start this again, which writes nothing twice"
        )

    # -- the fence without the source's region (ER-38) ---------------------------------------------

    def _fence_outside(self, step: Mapping[str, Any]) -> None:
        """Fence each connection at its circuit; all fences are chosen before one is set.

        Raises:
            SwitchError: A connection has no fence that cuts nobody else, or one cannot be set.
        """
        fences = [fence for each in step["circuits"] if (fence := self._chosen(each))]
        for kind, path in fences:
            if kind == "authorization":
                self._ensure(path, lambda answer: done(answer, None), lambda _: Ask("DELETE"))
                self.say(f"fenced: the authorization {path} is revoked, and its key is used up")
            else:
                self._ensure(path, is_disabled, disabled)
                self.disabled.add(circuit_in(path).lower())
                self.say(
                    f"fenced: {path} is Disabled; Azure shows no MD5 key, which may have to be set "
                    "again when it is enabled"
                )

    def _check_unknown(self, step: Mapping[str, Any]) -> None:
        """Look for connections of the source's group that the data does not have.

        The files may have changed after the data was published, or somebody has connected it by
        hand. One of a circuit whose peering is disabled carries nothing.

        Raises:
            SwitchError: There is one, or that cannot be read.
        """
        known = {each["connection"].lower() for each in step["circuits"]}
        below = f"{self.data['source']['group']}/providers/{CONNECTIONS}"
        rows, unread = self.azure.listed(below) if self.answers else ([], "silent")
        if unread:
            rows, unread = self._graph()
        if unread:
            raise SwitchError(f"the connections in {below} cannot be read: {unread}")
        found = [
            str(row["id"])
            for row in rows
            if str(row["id"]).lower().startswith(f"{below}/".lower())
            and str(row["id"]).lower() not in known
            and str(properties_of(row).get("connectionType")).lower() == "expressroute"
            and peer_of(row) not in self.disabled
        ]
        if found:
            raise SwitchError(
                f"connections that the data does not have: {', '.join(found)}. Delete them, or "
                "publish the data again with `sparehub replicate`"
            )

    def _chosen(self, circuit: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return the fence of a connection: what it is and its path; None where none is needed.

        Raises:
            SwitchError: There is none, or it would cut others.
        """
        connection, path = circuit["connection"], circuit["peering"]
        if self.azure.send(connection, seconds=10.0).status == HTTPStatus.NOT_FOUND:
            self.say(f"there is no {connection}, so nothing is to be fenced there")
            return None
        peering = self.azure.read(path)
        if not peering.accepted:
            raise SwitchError(f"no fence is known: {path} cannot be read: {peering.problem}")
        if peering.properties.get("state") == "Disabled":
            self.disabled.add(circuit["circuit"].lower())
            self.say(f"fenced already: {path} is Disabled")
            return None
        keys, unread = self.azure.listed(f"{circuit['circuit']}/authorizations")
        problems = [f"authorizations: {unread}"] if unread else []
        users = {user_of(each): str(each.get("id") or "") for each in keys if user_of(each)}
        links, unlisted = self._links(circuit["circuit"])
        problems += [f"connections: {unlisted}"] if unlisted else []
        mine = connection.lower()
        # Used by nobody that Azure names: it may be the one of this connection.
        unnamed = [each for each in keys if is_in_use(each) and not user_of(each)]
        if circuit["keyed"] and mine not in {*users, *links} and not (problems or unnamed):
            self.say(f"fenced already: no authorization of {circuit['circuit']} is of {connection}")
            return None
        if len(unnamed) > (mine in links and mine not in users):
            problems += [f"{each.get('id')} is in use" for each in unnamed]
        others = {each for each in {*links, *users} if each != mine}
        elsewhere = list(global_reach(peering.properties))
        for link in ("primary", "secondary"):
            answer = self.azure.act(f"{path}/routeTables/{link}")
            rows = answer.body.get("value") or () if isinstance(answer.body, dict) else ()
            if not answer.accepted:
                problems.append(f"route table of the {link} link: {answer.problem}")
            foreign = others_routes(rows, peering.properties, link, circuit["ours"])
            elsewhere += [f"{prefix}, advertised by others" for prefix in foreign]
        return self._fence_by(circuit, users.get(mine, ""), others, elsewhere, problems, unlisted)

    def _fence_by(  # noqa: PLR0913, PLR0917 - what is known of a circuit
        self,
        circuit: Mapping[str, Any],
        authorization: str,
        others: set[str],
        elsewhere: list[str],
        problems: list[str],
        unlisted: str,
    ) -> tuple[str, str]:
        """Return the fence that cuts nobody else.

        Revoking an authorization deletes the links of its subscription:
        https://learn.microsoft.com/azure/expressroute/expressroute-howto-linkvnet-arm

        Raises:
            CutError: Each would cut others, or that is unknown.
        """
        home = subscription_of(circuit["connection"])
        beside = {each for each in others if subscription_of(each) == home}
        if home == subscription_of(circuit["circuit"]):
            # A link of the circuit's own subscription needs no authorization that would show it.
            beside |= {each for each in elsewhere if "advertised" in each}
        if authorization and not beside and not unlisted:
            return "authorization", authorization
        if circuit["shared"]:
            raise CutError(
                f"{circuit['circuit']} serves both regions, so its peering must stay, and "
                f"no authorization of {circuit['connection']} can be revoked alone"
            )
        cut = [*sorted(others), *elsewhere, *(f"unknown users: {each}" for each in problems)]
        if cut:
            raise CutError(f"disabling {circuit['peering']} would also cut: {', '.join(cut)}")
        return "privatePeering", circuit["peering"]

    def _links(self, circuit: str) -> tuple[set[str], str]:
        """Return the connections to a circuit that this identity sees, and what is unread."""
        rows, unread = self._graph()
        return {str(row["id"]).lower() for row in rows if peer_of(row) == circuit.lower()}, unread

    def _graph(self) -> tuple[list[Mapping[str, Any]], str]:
        """Return all connections that this identity sees, and why they are not complete."""
        found: list[Mapping[str, Any]] = []
        options = {"resultFormat": "objectArray"}
        while True:
            answer = self.azure.act(GRAPH, {"query": QUERY, "options": options})
            if not answer.accepted or not isinstance(answer.body, dict):
                return found, answer.problem
            found += answer.body.get("data") or ()
            token = answer.body.get("$skipToken")
            if not token:
                return found, ""
            options = {**options, "$skipToken": str(token)}

    # -- one write -------------------------------------------------------------------------------

    def _ensure(
        self, path: str, holds: Callable[[Answer], bool], write: Callable[[Answer], Ask]
    ) -> None:
        """Read a resource, and write it until it is as it should be.

        A lost answer is looked for by reading.

        Raises:
            UnreachableError: Nothing answers for a time.
            SwitchError: Azure refuses it, or it fails again and again.
        """
        silent, failures, attempt, answer = 0.0, 0, 0, Answer(0)
        while not holds(current := self._provisioned(path)):
            if failures >= TRIES:
                raise SwitchError(f"{path} cannot be written: {answer.problem}")
            ask = write(current)
            self._check_scope(path, ask.body)
            self.clock.check()
            self.say(f"{ask.method} {path}")
            attempt += 1
            answer = self._written(path, ask)
            failures += answer.came and not answer.busy
            if answer.accepted:
                continue
            self.say(f"again, since: {answer.problem}")
            delay = self.azure.wait_after(answer, attempt)
            silent = 0.0 if answer.came else silent + max(delay, 1.0)
            if silent >= SILENCE:
                raise UnreachableError(f"{path}: {answer.problem}")
        self.say(f"{'done' if attempt else 'as it should be'}: {path}")

    def _written(self, path: str, ask: Ask) -> Answer:
        """Send a write, and return what came of it at its end.

        Raises:
            SwitchError: Azure refuses it for good.
        """
        answer = self.azure.send(path, ask)
        if answer.accepted:
            return self.azure.result(answer)
        if (circuit := circuit_in(path)) and FAILED_CIRCUIT in json.dumps(answer.body):
            self._write_circuit_again(circuit)
        elif answer.status == HTTPStatus.FORBIDDEN:
            raise SwitchError(no_rights("write", path, answer))
        elif not answer.passing and answer.status != HTTPStatus.NOT_FOUND:
            raise SwitchError(f"{ask.method} {path} is refused: {answer.problem}")
        return answer

    def _provisioned(self, path: str) -> Answer:
        """Return a resource once no operation on it runs.

        Raises:
            UnreachableError: Nothing answers for a time.
            SwitchError: It may not be read.
        """
        while True:
            answer = self.azure.read(path)
            if answer.status == HTTPStatus.FORBIDDEN:
                raise SwitchError(no_rights("read", path, answer))
            if not answer.came:
                raise UnreachableError(f"{path}: {answer.problem}")
            if answer.status != HTTPStatus.NOT_FOUND and not answer.accepted:
                raise SwitchError(f"{path} cannot be read: {answer.problem}")
            if not answer.accepted or answer.state in ("", *FINAL):
                return answer
            self.say(f"{answer.state}: {path}")
            self.clock.pause(10.0)

    def _write_circuit_again(self, circuit: str) -> None:
        """Write a circuit as it is, which ends its state Failed (ER-12)."""
        self._check_scope(circuit, None)
        current = self.azure.read(circuit)
        if current.accepted:
            names = ("location", "tags", "sku", "properties")
            body = {name: current.body[name] for name in names if name in current.body}
            self.say(f"PUT {circuit}, as it is: its state is Failed")
            etag = str(current.body.get("etag") or "")
            self.azure.result(self.azure.send(circuit, Ask("PUT", body, etag)))

    def _check_scope(self, path: str, body: Any) -> None:  # noqa: ANN401 - JSON
        """Refuse a write that the data does not name.

        Raises:
            SwitchError: It is outside the groups and circuits, or in another region.
        """
        below = f"{path.lower()}/"
        if not any(below.startswith(f"{scope.lower()}/") for scope in self.data["scopes"]):
            raise SwitchError(f"{path} is not in the data: nothing was written there")
        self._check_region(path, body.get("location") if isinstance(body, dict) else None)

    def _check_region(self, path: str, location: object) -> None:
        known = [plain(self.data[side]["location"]) for side in ("source", "target")]
        if location is not None and plain(str(location)) not in known:
            raise SwitchError(f"{path} is in {location}, a region that the data does not name")

    def _check_machine(self, machine: str) -> None:
        """Refuse to start a machine outside the target's region."""
        found = self.azure.read(machine)
        location = found.body.get("location") if isinstance(found.body, dict) else ""
        if plain(str(location)) != plain(self.data["target"]["location"]):
            raise SwitchError(f"{machine} is in {location}, not in the region that takes over")

    def _machines(self, identity: str) -> list[str]:
        """Return the machines of an NVA: the one that is named, or those of a load balancer."""
        if "/loadbalancers/" not in identity.lower():
            return [identity]
        answer = self.azure.read(identity)
        if not answer.accepted:
            raise SwitchError(f"{identity} cannot be read: {answer.problem}")
        cards = [
            str(member["id"]).lower().partition("/ipconfigurations/")[0]
            for pool in answer.properties.get("backendAddressPools") or ()
            for member in properties_of(pool).get("backendIPConfigurations") or ()
        ]
        machines = []
        for card in dict.fromkeys(cards):
            machine = self.azure.read(card).properties.get("virtualMachine") or {}
            machines += [str(machine["id"])] if machine.get("id") else []
        if not machines:
            raise SwitchError(f"{identity} has no machines")
        return machines

    def _power(self, machine: str) -> list[str]:
        answer = self.azure.read(f"{machine}/instanceView")
        if not answer.accepted:
            raise SwitchError(f"{machine} cannot be read: {answer.problem}")
        return [str(each.get("code")) for each in answer.body.get("statuses") or ()]


# -- values ----------------------------------------------------------------------------------------


def shows(shown: Any, expected: Any, name: str = "") -> bool:  # noqa: ANN401 - JSON
    """Return whether what Azure shows has what is expected; what it adds does not count."""
    if isinstance(expected, dict):
        found = shown if isinstance(shown, dict) else {}
        return all(shows(found.get(each), value, each) for each, value in expected.items())
    if isinstance(expected, list):
        items = shown if isinstance(shown, list) else []
        if all(isinstance(each, str) for each in expected):
            return {str(each).lower() for each in items} == {each.lower() for each in expected}
        return len(items) == len(expected) and all(map(shows, items, expected))
    if isinstance(expected, str):
        one, other = str(shown or ""), expected
        return plain(one) == plain(other) if name == "location" else one.lower() == other.lower()
    return bool(shown == expected) or (expected is False and shown is None)


def done(answer: Answer, expect: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether a resource is as a request wants it; None is for one that is gone."""
    if expect is None:
        return answer.status == HTTPStatus.NOT_FOUND
    return answer.accepted and answer.state in ("", "succeeded") and shows(answer.body, expect)


def is_disabled(answer: Answer) -> bool:
    """Return whether a private peering is disabled."""
    return answer.properties.get("state") == "Disabled" and answer.state == "succeeded"


def disabled(answer: Answer) -> Ask:
    """Return the write that disables a private peering, with all else as it is, by its etag."""
    body = {**answer.body, "properties": {**answer.properties, "state": "Disabled"}}
    return Ask("PUT", body, str(answer.body.get("etag") or ""))


def circuit_in(path: str) -> str:
    """Return the id of the circuit that a path leads through; empty where it leads through none."""
    parts = path.split("/")
    end = parts.index("providers") + 4
    return "/".join(parts[:end]) if "/expressroutecircuits/" in path.lower() else ""


def with_value(body: Any, at: Iterable[str], value: str) -> Any:  # noqa: ANN401 - JSON
    """Return a copy of a body with a value at a place."""
    first, *rest = at
    return {**body, first: with_value(body[first], rest, value) if rest else value}


def properties_of(resource: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    """Return the properties of a resource; empty where it has none."""
    properties = resource.get("properties") if isinstance(resource, dict) else None
    return properties if isinstance(properties, dict) else {}


def peer_of(connection: Mapping[str, Any]) -> str:
    """Return the id of the circuit of a connection, in lower case."""
    return str((properties_of(connection).get("peer") or {}).get("id") or "").lower()


def is_in_use(authorization: Mapping[str, Any]) -> bool:
    """Return whether an authorization's key is used by a connection."""
    return str(properties_of(authorization).get("authorizationUseStatus")).lower() == "inuse"


def user_of(authorization: Mapping[str, Any]) -> str:
    """Return the id of the connection that uses an authorization; empty where none does."""
    return str(properties_of(authorization).get("connectionResourceUri") or "").lower()


def global_reach(peering: Mapping[str, Any]) -> Iterator[str]:
    """Yield what else uses a circuit: other circuits by Global Reach, a Virtual WAN."""
    for member in ("connections", "peeredConnections"):
        yield from (f"Global Reach {each.get('name')}" for each in peering.get(member) or ())
    if wan := (peering.get("expressRouteConnection") or {}).get("id"):
        yield f"Virtual WAN {wan}"


def others_routes(
    rows: Iterable[Mapping[str, Any]], peering: Mapping[str, Any], link: str, ours: list[str]
) -> list[str]:
    """Return the prefixes on a link that come neither from on-premises nor from the region."""
    asn = str(peering.get("peerASN", ""))
    subnet = str(peering.get(f"{link}PeerAddressPrefix") or "")
    found = dict.fromkeys(
        str(row.get("network"))
        for row in rows
        if str(row.get("path") or "").split()[:1] != [asn]
        and not inside(str(row.get("nextHop") or ""), subnet)
    )
    return uncovered(found, ours)


def uncovered(wanted: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return the prefixes that others do not cover, as a whole or in pieces."""
    networks = [found for each in known if (found := network(each))]
    return [each for each in wanted if (one := network(each)) and not covers(networks, one)]


def covers(networks: Iterable[Any], one: Any) -> bool:  # noqa: ANN401 - of either version
    """Return whether networks cover one."""
    same = [each for each in networks if each.version == one.version]
    pieces = [each for each in same if each.subnet_of(one)]
    return any(one.subnet_of(each) for each in same) or one in ipaddress.collapse_addresses(pieces)


def network(text: str) -> Any:  # noqa: ANN401 - of either version
    """Return the network that a text is; None where it is none."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def inside(address: str, prefix: str) -> bool:
    """Return whether an address is in a prefix."""
    one, other = network(address), network(prefix)
    return bool(one and other and one.version == other.version and one.subnet_of(other))


def plain(location: str) -> str:
    """Return a location as its name: ``East Asia`` is ``eastasia``."""
    return location.replace(" ", "").lower()


def subscription_of(identity: str) -> str:
    """Return the subscription in an id, in lower case."""
    return identity.lower().partition("/resourcegroups/")[0]


def api_version(path: str) -> str:
    """Return the API version of the provider in a path."""
    provider = path.lower().rpartition("/providers/")[2].partition("/")[0]
    return API_VERSIONS.get(provider, API_VERSIONS["microsoft.network"])


def quoted(path: str) -> str:
    """Return a path for a URL; its query, if it has one, is quoted already."""
    before, mark, query = path.partition("?")
    return f"{urllib.parse.quote(before, safe='/()._-~%')}{mark}{query}"


def local(url: str) -> str:
    """Return path and query of an address that Azure gave: its host is always the endpoint."""
    parts = urllib.parse.urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def no_rights(verb: str, path: str, answer: Answer) -> str:
    """Return what to do where the identity has no rights."""
    return (
        f"the identity of this account may not {verb} {path}: give it the role of the stacks "
        f"(`pulumi up`), or an administrator's, then start this again. {answer.problem}"
    )


def ends_at(token: Mapping[str, Any]) -> float:
    """Return when a token ends, in Unix seconds."""
    try:
        return float(token["expires_on"])
    except (KeyError, TypeError, ValueError):
        return time.time() + float(token.get("expires_in") or SOON)


def exchange(opener: Callable[..., Any], request: urllib.request.Request, seconds: float) -> Answer:
    """Send a request; every failure is an answer."""
    try:
        try:
            response = opener(request, timeout=seconds)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            text = response.read()
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, json.loads(text) if text.strip() else None, headers)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(0, {"error": {"message": f"no answer ({error})"}})


def automation_variable(name: str) -> str:
    """Return an encrypted variable, which the sandbox alone decrypts.

    https://learn.microsoft.com/azure/automation/shared-resources/variables

    Raises:
        SwitchError: There is none.
    """
    try:
        import automationassets  # type: ignore[import-not-found] # noqa: PLC0415 - of the sandbox

        return str(automationassets.get_automation_variable(name))
    except Exception as error:
        raise SwitchError(
            f"the variable {name} cannot be read, nothing was done: {error}"
        ) from error


def read_data(azure: Azure, parameters: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the data, if it is what the parameters say.

    Raises:
        SwitchError: It is missing, edited or of another version.
    """
    name, again = parameters["data"], "publish it again with `sparehub replicate`"
    answer = azure.read(f"{parameters['account']}/variables/{name}")
    if answer.status == HTTPStatus.FORBIDDEN:
        raise SwitchError(no_rights("read", f"the variable {name}", answer))
    if not answer.accepted:
        raise SwitchError(f"the variable {name} cannot be read: {answer.problem}; {again}")
    text = str(answer.properties.get("value") or "")
    try:
        decoded = json.loads(text)
        text = decoded if isinstance(decoded, str) else text
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest != parameters["digest"].lower():
            raise SwitchError(f"the variable {name} was edited (SHA-256 {digest}): {again}")
        data: Mapping[str, Any] = json.loads(text)
        if data["version"] != VERSION:
            raise SwitchError(f"the data has the version {data['version']}, not {VERSION}: {again}")
    except (ValueError, TypeError, KeyError):
        raise SwitchError(f"the variable {name} holds no data of a switch: {again}") from None
    return data


def parse(arguments: Iterable[str]) -> dict[str, str]:
    """Return the parameters by name.

    Raises:
        SwitchError: One is missing, unknown or comes twice.
    """
    found: dict[str, str] = {}
    for given in arguments:
        # Start-AzAutomationRunbook writes each value as JSON: a text may arrive in quotes.
        quoted_text = len(given) > 1 and given[0] == given[-1] == '"'
        argument = str(json.loads(given)) if quoted_text else given
        name, mark, value = argument.partition("=")
        if not mark or name not in (*PARAMETERS, "fenced-on-premises", "pace") or name in found:
            raise SwitchError(f"{argument!r} is not a parameter: give {', '.join(PARAMETERS)}")
        found[name] = value.strip()
    if missing := [name for name in PARAMETERS if not found.get(name)]:
        raise SwitchError(f"nothing was done: these parameters are missing: {', '.join(missing)}")
    return found


def main(arguments: list[str]) -> None:
    """Switch the network; an error ends the job as Failed.

    Raises:
        SwitchError: The switch stopped.
    """
    say = Log()
    parameters = parse(arguments)
    try:
        clock = Clock(float(parameters["minutes"]), float(parameters.get("pace", "1")))
    except ValueError:
        raise SwitchError(MINUTES) from None
    if not 0 < clock.minutes <= MOST_MINUTES:  # nan is neither
        raise SwitchError(MINUTES)
    azure = Azure(parameters["endpoint"], clock)
    data = read_data(azure, parameters)
    source, target = data["source"]["location"], data["target"]["location"]
    say(f"plan {data['plan']['id'][:16]}: {data['plan']['kind']} from {source} to {target}")
    run = Switch(azure, clock, data, parameters.get("fenced-on-premises", ""), say)
    try:
        run.run()
    except SwitchError as error:
        say(f"STOPPED: {error}")
        say(f"done: {', '.join(run.done) or 'nothing'}; not done: {', '.join(run.pending())}")
        say("this runbook can be started again with the same parameters: it writes nothing twice")
        raise
    for each in run.open:
        say(f"open: {each}")
    say("the network is switched; `sparehub resume --adopt` brings Pulumi's states up to date")


if __name__ == "__main__":
    main(sys.argv[1:])
