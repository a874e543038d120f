"""Writes docs/reliability.md from what a run came to: promise, how it is tried, the figures, how to try it again."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tests.faults import tried
from tests.faults.ledger import Ledger
from tests.support.stage import ZONE

PROMISES = {
    "practice": "what was acknowledged on the practice page is there once after kill -9, and answered once",
    "polling": "the same on Telegram by polling: nothing is confirmed before it is stored",
    "webhook": "the same on Telegram by webhook",
    "wecom": "the same on the app of WeCom, whose callback comes three times at most",
    "robot": "the same on the robot of WeCom",
    "fanout": "what goes to thousands goes to each once, in order, although it is killed meanwhile",
    "audit": "the audit log is whole after every kill",
    "outage": "a platform that is away only delays: all is delivered within 15 minutes after it, in order",
    "restore": "what was acknowledged before a backup is there after its restore, what came later is listed",
    "replica": "with Litestream beside it a lost machine costs a second at most, and another answers within a minute",
    "killed": "what was acknowledged is answered although it is killed the moment after",
    "repeated": "what a platform delivers twice is answered once",
    "powerless": "a power cut right after the acknowledgement loses nothing (only flushed data survives)",
    "away": "nobody hears nothing because the platform was away",
    "without_room": "a full disk acknowledges nothing, and when there is room all is well",
}  # fmt: skip
_HEAD = """\
# Reliability

Written by `make faults` itself ({when:%Y-%m-%d %H:%M}, {minutes:.0f} minutes of rounds, first seed {seed}).
Lost and doubled are counted by what people saw; that the judge sees faults is tried with planted ones.
Events are messages that were acknowledged, or letters that were to go out. Under load for an hour: `make soak`.
What each fault looks like to whoever looks after the machine is in [incident.md](incident.md).

| promise | rounds | kills | events | lost | doubled | otherwise wrong | again |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def write(place: Path, found: Mapping[str, tuple[int, Ledger]], minutes: float, seed: int) -> bool:
    """A row for each way that was tried, one for all, and one for each test; whether those are well."""
    whole, rows = Ledger(), []
    for way, (rounds, ledger) in found.items():
        whole.add(ledger)
        again = f"`.venv/bin/python -m tests.faults --way {way}`"
        rows.append(_row(PROMISES[way] + _took(ledger), rounds, ledger, again))
    rows.append(_row("**all**", sum(rounds for rounds, _ in found.values()), whole, "`make faults`"))
    head = _HEAD.format(when=datetime.now(ZONE), minutes=minutes, seed=seed)
    tests, well = tried.rows()
    place.write_text(f"{head}{''.join(rows)}\n{tests}", encoding="utf-8")
    return well


def _row(promise: str, rounds: int, ledger: Ledger, again: str) -> str:
    counts = (rounds, ledger.kills, ledger.acknowledged, len(ledger.lost), len(ledger.double), len(ledger.wrong))
    return f"| {promise} | {' | '.join(map(str, counts))} | {again} |\n"


def _took(ledger: Ledger) -> str:
    return "".join(f" ({name}: {seconds:g})" for name, seconds in ledger.took.items())
