"""Messages that nobody looked at while the rules were written, and how many of them are read rightly.

`python -m tests.reading.unseen` prints the figures of the half that is kept for measuring (`--all`: of both halves,
`--wrong`: the messages too). The signs are explained at the head of cases/unseen.txt.
"""

import argparse
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from handlers.reading import Nomination, Reading, Record, read
from handlers.reading.messages.jsonl import context_from

FILE = Path(__file__).parents[1] / "cases" / "unseen.txt"
STATUSES = {"ok", "confirm", "clarify", "partial", "reject", "ignore"}
TALK = {"chat", "question", "unknown"}
SIGNS = "+x=?"
# What is asked about (confirm) is not stored.
STORED = ("ok", "partial")


@dataclass(frozen=True)
class Answer:
    """One right answer: the intent, the status, its issues (None: any) and the rows."""

    intent: str
    status: str
    issues: frozenset[str] | None = frozenset()
    rows: tuple[str, ...] = ()
    hidden: str = ""


@dataclass(frozen=True)
class Case:
    """A message, what is known beside it, and the right answers, the best one first."""

    kind: str
    text: str
    context: dict[str, Any] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether it belongs to the half that measures: by its text alone, so that new ones move no old one."""
        return zlib.crc32(self.text.encode()) % 2 == 0


def cases(file: Path = FILE) -> Iterator[Case]:
    """All messages of the file, in order."""
    kind = ""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("# ---"):
            kind = line[5:].strip()
        elif "⇒" in line and not line.startswith("#"):
            yield _case(kind, line)


def _case(kind: str, line: str) -> Case:
    told, _, right = line.partition(" ⇒ ")
    before, mark, text = told.rpartition("§ ")
    return Case(
        kind, text.replace("⏎", "\n") if mark else told.replace("⏎", "\n"), _context(before),
        tuple(_answer(each) for each in right.split(" ~ ")),
    )  # fmt: skip


def _context(words: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word in words.split():
        name, _, value = word.partition("=")
        parts = value.split("/")
        if name == "has":
            keys = ("unit", "activity", "date", "attended")
            found["existing"] = [dict(zip(keys, [*parts[:3], int(parts[3])], strict=True))]
        elif name == "named":
            found["existing"] = [
                dict(zip(("unit", "name", "medal"), value.split("/", 2), strict=True), state="submitted")
            ]
        elif name == "features":
            found["feature_medals"] = parts
        elif name == "size":
            found["roster_size"] = {parts[0]: int(parts[1])}
        elif name == "团":
            found["teams"] = [value]
        else:
            found[{"bound": "bound_unit", "day": "received"}.get(name, name)] = value
    return found


def _answer(words: str) -> Answer:
    said, *rows = (part.strip() for part in words.split(";"))
    first, *rest = said.split()
    intent, status, *issues = ("checkin", first, *rest) if first in STATUSES else (first, *rest)
    hidden = re.search(r"!(\S+)", words)
    rows = [re.sub(r"\s*!\S+", "", row) for row in rows if row]
    return Answer(
        intent, status, None if "*" in issues else frozenset(issues), tuple(rows), hidden[1] if hidden else ""
    )


def fits(answer: Answer, reading: Reading) -> bool:
    """Whether the reading is this answer."""
    if (reading.intent, reading.status) != (answer.intent, answer.status):
        return False
    if answer.issues is not None and _without_warnings(reading) != answer.issues:
        return False
    if answer.hidden and any(answer.hidden in (record.topic or "") for record in reading.records):
        return False
    if not answer.rows:
        return True
    signed = [row for row in answer.rows if row[0] in SIGNS]
    rows = [row for row in answer.rows if row[0] not in SIGNS]
    if not _all_said(signed, reading) or (rows and len(rows) != len(reading.records)):
        return False
    return all(_agrees(row, record) for row, record in zip(rows, reading.records, strict=False))


def _all_said(rows: list[str], reading: Reading) -> bool:
    """Of a nomination that is exchanged, taken back or asked about, and of all nominations with their reasons."""
    said = [(each.unit, each.name, each.medal, each.reason or "") for each in _nominations(reading)]
    given = {" ".join(["+", *(word or "-" for word in words)]): reason for *words, reason in said}
    for sign, keys, of in (
        ("=", ("unit", "medal", "old", "new"), reading.replace), ("x", ("unit", "name", "medal"), reading.cancel),
        ("?", ("unit", "medal", "name"), reading.query),
    ):  # fmt: skip
        given |= {" ".join([sign, *(str(of.get(key) or "-") for key in keys)]): ""} if of else {}
    wanted = {row.partition(" #")[0]: row.partition(" #")[2] for row in rows}
    return given.keys() == wanted.keys() and all(words in given[row] for row, words in wanted.items())


def _nominations(reading: Reading) -> list[Nomination]:
    return [*reading.nominations, *(each for more in reading.more for each in more.nominations)]


def _without_warnings(reading: Reading) -> set[str]:
    return {issue for issue in reading.issues if not issue.startswith("PII_")}


def _agrees(row: str, record: Record) -> bool:
    unit, activity, *rest = row.split()
    wrong = unit != (record.unit or "-") or not _one_of(activity, record.activity)
    for word in rest:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
            wrong |= record.date != date.fromisoformat(word)
        elif word.startswith("#"):
            wrong |= word[1:].replace(" ", "") not in (record.topic or "").replace(" ", "")
        elif "=" in word:
            name, _, value = word.partition("=")
            wrong |= getattr(record, name) != int(value)
        else:
            heads, _, due = word.partition("/")
            wrong |= heads != ("-" if record.attended is None else str(record.attended))
            wrong |= bool(due) and due != str(record.due)
    return not wrong


def _one_of(wanted: str, got: str | None) -> bool:
    return "*" in wanted.split("|") or (got or "-") in wanted.split("|")


def judge(case: Case, reading: Reading) -> str:
    """right, other right, asked, silent (nothing stored although something was said), stored wrong, talk stored."""
    if fits(case.answers[0], reading):
        return "right"
    if any(fits(answer, reading) for answer in case.answers):
        return "also right"
    stores = reading.intent in ("checkin", "correct", "cancel", "nomination_cancel", "nomination") and (
        reading.status in STORED
    )
    if stores:
        return "talk stored" if case.answers[0].intent in TALK else "stored wrong"
    return "asked" if reading.status in ("clarify", "confirm") else "silent"


def main() -> None:
    """The figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--dev", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    count: Counter[str] = Counter()
    for case in cases():
        if not options.all and case.kept == options.dev:
            continue
        reading = read(case.text, context_from({"context": case.context}))
        verdict = judge(case, reading)
        count[verdict] += 1
        if options.wrong and verdict not in ("right", "also right"):
            print(f"{verdict}: {case.kind}: {case.text!r}\n    {reading.intent} {reading.status} {reading.issues}")
            for record in reading.records:
                print(
                    f"    {record.unit} {record.activity} {record.attended}/{record.due} {record.date} #{record.topic}"
                )
    total = count.total()
    for verdict, number in count.most_common():
        print(f"{verdict:12} {number:4} {number / total:6.1%}")


if __name__ == "__main__":
    main()
