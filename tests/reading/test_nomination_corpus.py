"""Every message of cases/nominations.txt is read as it says there."""

from pathlib import Path

import pytest

from handlers.reading import read
from handlers.reading.messages.jsonl import context_from
from tests.reading.unseen import Case, cases, fits

FILE = Path(__file__).parents[1] / "cases" / "nominations.txt"
CASES = list(cases(FILE))


@pytest.mark.parametrize("case", CASES, ids=[case.text[:30].replace("\n", " ") for case in CASES])
def test_nomination(case: Case) -> None:
    reading = read(case.text, context_from({"context": case.context}))
    assert any(fits(answer, reading) for answer in case.answers), reading
