"""Fresh messages in every shape, read as domain §6 says: cases/fresh.txt, whose head explains its few signs."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from handlers.reading import Reading, Record, read
from handlers.reading.messages.jsonl import as_json, context_from

FILE = Path(__file__).parents[1] / "cases" / "fresh.txt"
STATUSES = {"ok", "confirm", "clarify", "partial", "reject", "ignore"}


@dataclass
class Case:
    """A message and what must be read from it."""

    lines: list[str] = field(default_factory=list)
    context: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def cases() -> list[Case]:
    found: list[Case] = []
    for line in FILE.read_text("utf-8").splitlines():
        sign, rest = line[:1], line[2:]
        if sign == ">" and (not found or found[-1].said):
            found.append(Case())
        if sign == ">":
            found[-1].lines.append(rest)
        elif sign == "?":
            found[-1].context = json.loads(rest)
        elif sign == "=":
            found[-1].said = rest.split()
        elif sign == "-":
            found[-1].records.append(rest)
        elif sign == "!":
            found[-1].secrets = re.split(r"\s(?!\d)", rest)
    return found


def bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def faults(case: Case, reading: Reading) -> list[str]:
    intent, *rest = case.said if case.said[0] not in STATUSES else ["checkin", *case.said]
    status, *issues = rest
    wrong = [f"{reading.intent} {reading.status}"] if (reading.intent, reading.status) != (intent, status) else []
    if set(reading.issues) != set(issues):
        wrong.append(f"issues: {reading.issues}")
    if case.records and len(case.records) != len(reading.records):
        return [*wrong, f"records: {reading.records}"]
    for wanted, record in zip(case.records, reading.records, strict=False):
        wrong += differences(wanted, record)
    stored = json.dumps(as_json("x", reading), ensure_ascii=False)
    return wrong + [f"kept: {word}" for word in case.secrets if word in stored]


def differences(wanted: str, record: Record) -> list[str]:
    unit, activity, *rest = wanted.split()
    said: dict[str, object] = {"unit": none(unit), "activity": none(activity)}
    for word in rest:
        name, value = part(word)
        said |= {name: value} if name != "heads" else value  # type: ignore[dict-item]
    got = as_json("x", Reading("checkin", "ok", records=(record,)))["records"][0]
    got = {**got, **got.get("others", {}), **{f"wishes {k}": v for k, v in got.get("wishes", {}).items()}}
    topic = said.pop("topic", None)
    wrong = [f"{name}: {got.get(name)}" for name, value in said.items() if got.get(name) != value]
    if topic == "":
        return wrong + ([f"topic: {record.topic}"] if record.topic else [])
    return wrong + ([f"topic: {record.topic}"] if topic and bare(str(topic)) not in bare(record.topic or "") else [])


def part(word: str) -> tuple[str, Any]:
    if word.startswith("#"):
        return "topic", word[1:]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
        return "date", word
    if "=" in word:
        name, _, value = word.partition("=")
        return name, int(value)
    attended, _, due = word.partition("/")
    return "heads", {"attended": number(attended), "due": number(due)}


def none(word: str) -> str | None:
    return None if word == "-" else word


def number(word: str) -> int | None:
    return int(word) if word.isdecimal() else None


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.text[:40].replace("\n", " "))
def test_fresh_message(case: Case) -> None:
    assert faults(case, read(case.text, context_from({"context": case.context}))) == [], case.text


def test_there_are_many() -> None:
    assert len(cases()) >= 150
