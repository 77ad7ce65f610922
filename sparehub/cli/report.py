"""``sparehub report``: writes one HTML file about both stack files and the local journal."""

from collections.abc import Mapping
from pathlib import Path

from sparehub.output import Output
from sparehub.report.document import compose
from sparehub.report.journal_files import recorded
from sparehub.report.page import page
from sparehub.stacks.program_digest import read_program
from sparehub.stacks.stack_file_check import check_stack_files
from sparehub.topology.errors import ConfigurationError, ExitCode, SparehubError
from sparehub.topology.planning.plan import UNKNOWN_PROGRAM, Program


class UnwritableReportError(SparehubError):
    """The report's file cannot be written."""


def report(directory: Path, out: Path, output: Output, environment: Mapping[str, str]) -> int:
    """Write the report, also of invalid stack files, with their problems; return the exit code.

    A journal that cannot be read is a warning, in the page and on standard error.

    Raises:
        UnwritableReportError: The file cannot be written.
    """
    result = check_stack_files(directory)
    journal = recorded(directory, environment)
    if journal.problem:
        output.note(f"warning: {journal.problem}")
    text = page(compose(result, journal, _program(directory, output)))
    try:
        out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        message = f"{out} cannot be written ({error.strerror}): name another file with -o"
        raise UnwritableReportError(message) from None
    errors, warnings = result.count("error"), result.count("warning")
    operations = len(journal.history.entries)
    if output.as_json:
        output.document(
            {
                "file": str(out),
                "errors": errors,
                "warnings": warnings,
                "operations": operations,
            }
        )
    else:
        output.results.print(
            f"{out}: {len(text.encode())} bytes; errors: {errors}, warnings: {warnings}, "
            f"operations: {operations}",
        )
    return ExitCode.REFUSED if errors else ExitCode.DONE


def _program(directory: Path, output: Output) -> Program:
    """Return the digests of the program, which are part of the ids of the plans."""
    try:
        return read_program(directory)
    except ConfigurationError as error:
        output.note(f"warning: the ids of the plans are not those of `sparehub plan`: {error}")
        return UNKNOWN_PROGRAM
