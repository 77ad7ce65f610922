"""Writes the proofs as JUnit XML, for continuous integration."""

from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement

from sparehub.topology.errors import SparehubError
from sparehub.topology.reachability.invariants import INVARIANTS
from sparehub.topology.reachability.proof import Proof


def suite(proof: Proof, seconds: float) -> Element:
    """Return a test suite for a state, with one test case for each invariant."""
    name = f"sparehub.cli.reachability.verify.{proof.state.name}"
    failures = {violation.invariant for violation in proof.violations if violation.fails}
    element = Element(
        "testsuite",
        name=name,
        tests=str(len(INVARIANTS)),
        failures=str(len(failures)),
        time=f"{seconds:.3f}",
    )
    for invariant, meaning in INVARIANTS.items():
        case = SubElement(element, "testcase", classname=name, name=f"{invariant}: {meaning}")
        violations = [item for item in proof.violations if item.invariant == invariant]
        lines = [f"{v.source} -> {v.destination}: {v.verdict.name}: {v.reason}" for v in violations]
        if invariant in failures:
            more = proof.more.get(invariant, 0)
            message = f"{len(violations) + more} violations"
            SubElement(case, "failure", message=message).text = "\n".join(lines)
        elif lines:
            SubElement(case, "system-out").text = "\n".join(lines)
    return element


def write(path: Path, suites: list[Element]) -> None:
    """Write the test suites of all states into one file.

    Raises:
        SparehubError: The file cannot be written.
    """
    root = Element("testsuites", name="sparehub verify")
    root.extend(suites)
    try:
        ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}): name another with --junit"
        raise SparehubError(message) from None
