"""Messages as they are sent (cases/messages.txt): how many are read rightly, and how few silently wrong."""

from collections import Counter

from handlers.reading import read
from handlers.reading.messages.jsonl import context_from
from tests.reading.unseen import FILE, cases, judge

MESSAGES = FILE.with_name("messages.txt")
RIGHT = ("right", "also right")
# What is known to be read wrongly, of all.
MOST_WRONG = 0.015


def test_what_is_said_is_recorded_or_asked_about() -> None:
    count: Counter[str] = Counter()
    wrong: list[str] = []
    for case in cases(MESSAGES):
        verdict = judge(case, read(case.text, context_from({"context": case.context})))
        count[verdict] += 1
        wrong += [f"{verdict}: {case.text}"] if verdict not in (*RIGHT, "asked") else []
    assert count.total() > 450
    assert len(wrong) / count.total() <= MOST_WRONG, wrong
    assert count["talk stored"] <= count.total() / 100, wrong
    assert (count["right"] + count["also right"]) / count.total() >= 0.94, count
