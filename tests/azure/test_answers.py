"""What an answer of Azure says against what was asked."""

import pytest

from sparehub.azure.answers import Answer, silence


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(status=202, body={}), "Azure answered 202 and named no error"),
        (Answer(status=200, body={"up": 1}), "Azure answered 200 and named no error"),
        (Answer(status=200, body={"error": {"code": "Busy"}}), "Busy"),
        (Answer(status=409, body={"error": {"code": "Busy", "message": "later"}}), "later"),
        (Answer(status=503, body={}), "no answer (503)"),
        (Answer(status=0, body={}), "no answer (0)"),
        (silence("no route"), "no route"),
    ],
)
def test_only_what_did_not_come_or_was_refused_is_no_answer(answer: Answer, problem: str) -> None:
    """An accepted answer that lacks what was looked for is one all the same."""
    assert answer.problem == problem
