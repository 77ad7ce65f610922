"""Renders a report as one HTML file without external resources, byte by byte reproducible."""

import base64
import hashlib

from jinja2 import Environment, PackageLoader, StrictUndefined

from sparehub.report.document import Report
from sparehub.report.durations_format import span
from sparehub.topology.config.printable import printable


def page(report: Report) -> str:
    """Return the HTML; every value of a configuration is escaped.

    The content security policy allows only the page's own style and script, by their hashes
    (https://www.w3.org/TR/CSP3/#framework-directive-source-list).
    """
    environment = Environment(
        loader=PackageLoader("sparehub.report"),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_printable,  # invisible characters could reorder text
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["span"] = span
    loader = environment.loader
    if loader is None:
        raise AssertionError
    css = loader.get_source(environment, "report.css")[0]
    js = loader.get_source(environment, "report.js")[0]
    template = environment.get_template("report.html.j2")
    return template.render(report=report, css=css, js=js, hash=_hash) + "\n"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _printable(value: object) -> object:
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
