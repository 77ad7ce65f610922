"""``sparehub report``: read both stack files, write one HTML file."""

from pathlib import Path

from sparehub.check import REFUSED, examine
from sparehub.output import Output
from sparehub.report.document import compose
from sparehub.report.page import page
from topology.errors import SparehubError


class UnwritableReportError(SparehubError):
    """The report's file cannot be written."""


def report(directory: Path, out: Path, output: Output) -> int:
    """Write the report, also of stack files that are wrong: it then says what is; return the code.

    :raises UnwritableReportError: where the file cannot be written.
    """
    examination = examine(directory)
    text = page(compose(examination))
    try:
        out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        message = f"{out} cannot be written ({error.strerror}): name another file with -o"
        raise UnwritableReportError(message) from None
    errors, warnings = examination.count("error"), examination.count("warning")
    if output.as_json:
        output.document({"file": str(out), "errors": errors, "warnings": warnings})
    else:
        output.results.print(
            f"{out}: {len(text.encode())} bytes; errors: {errors}, warnings: {warnings}",
            markup=False,
        )
    return REFUSED if errors else 0
