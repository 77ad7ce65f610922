"""The problem of an answer is Azure's message, its code, or that none was given."""

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
def test_an_accepted_answer_is_never_called_a_missing_one(answer: Answer, problem: str) -> None:
    """Only a server error, or no answer at all, is reported as no answer."""
    assert answer.problem == problem
