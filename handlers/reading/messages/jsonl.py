"""The reading as JSON lines: a case {id, text, context} in, {id, intent, status, issues, ...} out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from handlers.reading.model import Context, Existing, Nomination, Number, Reading, Record

_DEFAULT_DAY = date(2026, 4, 3)
_SIMPLE = ("aliases", "bound_unit", "roster_size", "communities", "stations", "teams", "roster")


def context_from(case: Mapping[str, Any]) -> Context:
    """The context of a case; keys that are absent keep their defaults, the day of receipt is 2026-04-03 then."""
    given: Mapping[str, Any] = case.get("context") or {}
    fields = {key: given[key] for key in _SIMPLE if given.get(key) is not None}
    if "grades" in given:
        fields["grades"] = _grades(given["grades"])
    if "classes" in given:
        fields["classes"] = int(given["classes"])
    if given.get("units") is not None:
        fields["units"] = frozenset(given["units"])
    fields["existing"] = [_existing(old) for old in given.get("existing", ())]
    fields["history"] = {unit: tuple(heads) for unit, heads in (given.get("history") or {}).items()}
    fields["feature_medals"] = tuple(given.get("feature_medals") or ())
    return Context(received=_day(given.get("received")) or _DEFAULT_DAY, **fields)


def as_json(case_id: object, reading: Reading) -> dict[str, Any]:
    """The reading in the schema of the sample files, with topic and reason in full."""
    line: dict[str, Any] = {"id": case_id, "intent": reading.intent, "status": reading.status}
    line["claim"] = reading.claim
    line["issues"] = list(reading.issues)
    if reading.intent.startswith(("nomination", "review")):
        line["nominations"] = [_nomination(nomination) for nomination in reading.nominations]
    else:
        line["records"] = [_record(record) for record in reading.records]
        if reading.joint:
            line["joint"] = True
    for key in ("query", "command", "replace", "cancel", "review"):
        value = getattr(reading, key)
        if value is not None:
            line[key] = {name: part for name, part in value.items() if part is not None}
    line["numbers"] = [_number(number) for number in reading.numbers]
    if reading.offered:
        line["offered"] = [_record(record) for record in reading.offered]
    if reading.target:
        line["target"] = _named(reading.target)
    if reading.help:
        line["help"] = reading.help
    if reading.more:
        line["more"] = [as_json(case_id, more) for more in reading.more]
    if reading.candidates:
        line["candidates"] = {name: list(others) for name, others in reading.candidates.items()}
    return line


def _record(record: Record) -> dict[str, Any]:
    line: dict[str, Any] = {
        "unit": record.unit,
        "activity": record.activity,
        "attended": record.attended,
        "due": record.due,
        "absent": record.absent,
        "date": record.date.isoformat() if record.date else None,
        "topic": record.topic,
    }
    for key in ("others", "media", "sessions", "wishes", "number", "hedges", "usual"):
        value = getattr(record, key)
        if value:
            line[key] = dict(value) if isinstance(value, Mapping) else value
    return line


def _number(number: Number) -> dict[str, Any]:
    hedge = {"hedge": number.hedge} if number.hedge != "eq" else {}
    return {"text": number.text, "value": number.value, "taken": number.taken, **hedge}


def _named(target: Record) -> dict[str, Any]:
    """What a correction or withdrawal names of its record."""
    return {key: value for key, value in _record(target).items() if value is not None}


def _nomination(nomination: Nomination) -> dict[str, Any]:
    keys = ("target", "name", "unit", "medal", "award_level", "reason")
    # The form of these files names the honour without who awards it.
    told = {"medal": (nomination.medal or "").replace("H:全国", "H:") or None}
    return {key: getattr(nomination, key) for key in keys} | told


def _grades(value: Any) -> tuple[int, int]:
    """ "7-9" or [7, 9]."""
    low, high = value.split("-") if isinstance(value, str) else value
    return int(low), int(high)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


def _existing(old: Mapping[str, Any]) -> Existing:
    rest = {key: old.get(key) for key in ("activity", "attended", "name", "medal", "state")}
    return Existing(unit=old.get("unit") or "", date=_day(old.get("date")), **rest)
