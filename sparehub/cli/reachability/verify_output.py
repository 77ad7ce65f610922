"""Prints proofs: one JSON document, or matrices and hop lists."""

from collections.abc import Iterator
from typing import Any, Protocol

from sparehub.output import Output
from sparehub.topology.azure.durations import Duration
from sparehub.topology.reachability.invariants import Violation
from sparehub.topology.reachability.proof import Proof, VerdictChange
from sparehub.topology.reachability.states.names import state_description
from sparehub.topology.reachability.verdicts.explain import Explainer
from sparehub.topology.reachability.verdicts.outcome_bits import NO_PAIR, Verdict
from sparehub.topology.reachability.verdicts.paths import Trace

_SIGNS = {
    Verdict.REACHABLE: "+",
    Verdict.UNREACHABLE: "-",
    Verdict.AMBIGUOUS: "~",
    Verdict.UNDETERMINED: "?",
}
_MOST_SHOWN = 10
"""Violations of a state in the text output; JSON has them all."""


class Printer(Protocol):
    """Takes the proofs one by one, because all of them together would need much memory."""

    def state(self, proof: Proof, seconds: float) -> None:
        """Take the proof of a state and its seconds."""

    def end(self, seconds: float) -> None:
        """Finish, with the seconds of all states."""


def printer(output: Output, *, pairs: bool) -> Printer:
    """Return the printer for an output; ``pairs`` adds every single pair."""
    return _Json(output, pairs=pairs) if output.as_json else _Text(output, pairs=pairs)


class _Json:
    def __init__(self, output: Output, *, pairs: bool) -> None:
        self._output, self._pairs = output, pairs
        self._states: list[dict[str, Any]] = []

    def state(self, proof: Proof, seconds: float) -> None:
        reachability = proof.reachability
        document: dict[str, Any] = {
            "state": proof.state.name,
            **{verdict.name.lower(): proof.count(verdict) for verdict in Verdict},
            "asymmetric": int(reachability.asymmetric.sum()),
            "loops": int(reachability.loops.sum()),
            "seconds": round(seconds, 3),
            "lasts": _lasts(proof.state.lasts),
            "before": proof.state.before or None,
            "changes": [_change(change) for change in proof.changes],
            "violations": [_violation(violation) for violation in proof.violations],
            "more": proof.more,
        }
        if self._pairs:
            document["pairs"] = [
                {"source": source, "destination": destination, "verdict": verdict, "path": path}
                for source, destination, verdict, path in _pairs(proof)
            ]
        self._states.append(document)

    def end(self, seconds: float) -> None:
        self._output.document({"states": self._states, "seconds": round(seconds, 3)})


def _lasts(lasting: Duration | None) -> dict[str, int] | None:
    return {"typical": lasting.typical, "worst": lasting.worst} if lasting else None


def _change(change: VerdictChange) -> dict[str, Any]:
    return {
        "source": change.source,
        "destination": change.destination,
        "pairs": change.pairs,
        "change": "reached" if change.reached else "lost",
    }


def _violation(violation: Violation) -> dict[str, Any]:
    path, return_path = violation.path, violation.return_path
    return {
        "question": violation.invariant,
        "source": violation.source,
        "destination": violation.destination,
        "verdict": violation.verdict.name,
        "path": path.contexts if path else [],
        "reason": violation.reason,
        "hops": _hops(path),
        "returnPath": return_path.contexts if return_path else [],
        "returnHops": _hops(return_path),
        "fails": violation.fails,
        "intent": violation.intent or None,
    }


def _hops(trace: Trace | None) -> list[dict[str, Any]]:
    return [
        {
            "context": hop.context,
            "route": str(hop.route) if hop.route else None,
            "overridden": [str(route) for route in hop.overridden],
        }
        for hop in (trace.hops if trace else ())
    ]


def _pairs(proof: Proof) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield every pair with its verdict and the contexts on its forward path."""
    reachability = proof.reachability
    explainer = Explainer(reachability)
    for row, source in enumerate(reachability.contexts):
        for column, destination in enumerate(reachability.contexts):
            number = int(reachability.verdicts[row, column])
            if number != NO_PAIR:
                path = explainer.worst_trace(source, destination).contexts
                yield source, destination, Verdict(number).name, path


class _Text:
    def __init__(self, output: Output, *, pairs: bool) -> None:
        self._output, self._pairs = output, pairs
        self._failed: list[str] = []
        self._printed: set[tuple[str, str, str, str, bool]] = set()
        self._states = 0

    def state(self, proof: Proof, seconds: float) -> None:
        del seconds
        self._states += 1
        state = proof.state
        counts = ", ".join(f"{proof.count(verdict)} {verdict.name}" for verdict in Verdict)
        self._print(state.name, f": {state_description(state.name)}", "bold")
        self._matrix(proof)
        self._print("", f"{counts}{_text_lasts(state.lasts)}")
        for line in _text_changes(proof):
            self._print("", line)
        self._violations(proof)
        if self._pairs:
            headers = ("source", "destination", "verdict", "path")
            rows = [(*pair[:3], " -> ".join(pair[3])) for pair in _pairs(proof)]
            self._output.table(headers, rows)
        self._print("", "")
        if proof.failed:
            self._failed.append(state.name)

    def end(self, seconds: float) -> None:
        signs = ", ".join(f"{sign} {verdict.name}" for verdict, sign in _SIGNS.items())
        self._print("", f"rows start a conversation with columns: {signs}")
        verdict = f"wrong in {', '.join(self._failed)}" if self._failed else "all in order"
        colour = "red" if self._failed else "green"
        self._print(verdict, f" ({self._states} states in {seconds:.1f} s)", colour)

    def _print(self, marked: str, text: str, style: str = "") -> None:
        self._output.results.print(marked, style=style, end="")
        self._output.results.print(text)

    def _matrix(self, proof: Proof) -> None:
        groups = proof.groups
        numbers = [str(number) for number in range(1, len(groups) + 1)]
        rows = [
            (number, source, *(_cell(proof, source, destination) for destination in groups))
            for number, source in zip(numbers, groups, strict=True)
        ]
        self._output.table(("", "", *numbers), rows)

    def _violations(self, proof: Proof) -> None:
        new = [v for v in proof.violations if _key(v) not in self._printed]
        self._printed |= {_key(violation) for violation in new}
        for violation in new[:_MOST_SHOWN]:
            colour, word = ("red", "wrong") if violation.fails else ("yellow", "note")
            pair = f"{violation.source} -> {violation.destination}"
            text = f" {violation.invariant}: {pair} is {violation.verdict.name}"
            self._print(word, text, colour)
            for name, trace in (("there", violation.path), ("back", violation.return_path)):
                if trace:
                    self._print("", f"  {name}: {' -> '.join(str(hop) for hop in trace.hops)}")
            self._print("", f"  because {violation.reason}")
        more, counted = len(new[_MOST_SHOWN:]), sum(proof.more.values())
        again = len(proof.violations) - len(new)
        if more:
            self._print("", f"and {more} more (--json has them)")
        if counted:
            self._print("", f"and {counted} more of these invariants, counted only")
        if again:
            self._print("", f"and {again} as in an earlier state")


def _key(violation: Violation) -> tuple[str, str, str, str, bool]:
    pair = (violation.source, violation.destination)
    return (violation.invariant, *pair, violation.reason, violation.fails)


def _cell(proof: Proof, source: str, destination: str) -> str:
    counts = proof.cells.get((source, destination), {})
    if len(counts) > 1 or sum(counts.values()) > 1:
        return " ".join(f"{_SIGNS[verdict]}{count}" for verdict, count in counts.items())
    return "".join(_SIGNS[verdict] for verdict in counts)


def _text_lasts(lasting: Duration | None) -> str:
    if lasting is None:
        return ""
    return f"; lasts about {lasting.typical} s, at most {lasting.worst} s"


def _text_changes(proof: Proof) -> Iterator[str]:
    for reached, word in ((False, "lost"), (True, "reached")):
        changed = {
            (c.source, c.destination): c.pairs for c in proof.changes if c.reached is reached
        }
        parts = []
        for (source, destination), pairs in changed.items():
            back = changed.get((destination, source))
            if back == pairs and source > destination:
                continue  # printed with the other direction
            arrow = "<->" if back == pairs else "->"
            count = f" ({pairs} pairs)" if pairs > 1 else ""
            parts.append(f"{source} {arrow} {destination}{count}")
        if parts:
            yield f"{word} against {proof.state.before}: {', '.join(parts)}"
