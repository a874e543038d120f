"""Kill -9 against the real process, with a ledger: `python -m tests.faults --kills 100`, or `make faults`.

Rounds on the practice page and of the audit log (`practice`), on Telegram by polling and by webhook (`telegram`), on
the WeCom app (`wecom`, `fanout`) and robot (`robot`), and with a platform that is away (`outage`), take turns. While
messages come the bot is killed and started again (`siege`). What was acknowledged must be there, once, and be counted
and answered once.
"""

import argparse
import random
import tempfile
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

# Of tests/faults/seen.py, judged by what people saw.
SCENES = ("killed", "repeated", "powerless", "away", "without_room")
WAYS = ("practice", "polling", "webhook", "audit", "wecom", "fanout", "robot", "outage", "restore", "replica", *SCENES)
# Of an outage: the channel, how it is cut, to how many people, for how many seconds.
OUTAGES = (
    ("wecom", "502", 1250, 6), ("telegram", "502", 420, 20), ("telegram", "closed", 100, 60),
    ("wecom", "lost", 1250, 60), ("telegram", "silent", 100, 150), ("wecom", "mixed", 3400, 180),
    ("telegram", "mixed", 420, 60),
)  # fmt: skip


@dataclass
class Ledger:
    """What came of it; everything under `lost` and `double` is a broken promise."""

    kills: int = 0
    sent: int = 0
    repeats: int = 0
    acknowledged: int = 0
    stored: int = 0
    answered: int = 0
    # Letters that were on their way when the bot died: a real platform may show them twice, the practice page does not.
    uncertain: int = 0
    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    # Figures beside the counts; of several rounds the worst.
    took: dict[str, float] = field(default_factory=dict)

    def add(self, other: "Ledger") -> None:
        self.took |= {name: max(each, self.took.get(name, each)) for name, each in other.took.items()}
        for each in (each for each in fields(self) if each.name != "took"):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def clean(self) -> bool:
        return not (self.lost or self.double or self.wrong)

    def __str__(self) -> str:
        return ", ".join(f"{name}: {_told(value)}" for name, value in asdict(self).items())


def _told(value: Any) -> str:
    """Of many the first."""
    return f"{len(value)}, such as {value[:5]}" if isinstance(value, list) and len(value) > 5 else str(value)


def _round(way: str, folder: Path, seed: int) -> Any:
    from tests.faults import drill, fanout, outage, practice, replica, robot, seen, telegram, wecom
    from tests.faults.siege import besiege

    chance = random.Random(seed)
    if way == "practice":
        return besiege(practice.PracticeSiege(folder, 960, chance), 60)
    if way == "audit":
        return besiege(practice.AuditedSiege(folder, 960, chance), 60)
    if way in ("polling", "webhook"):
        return telegram.besiege(folder, way, 1000, 40, seed, stops=4)
    if way == "wecom":
        return wecom.besiege(folder, 500, 20, seed, stops=2)
    if way == "robot":
        return robot.besiege(folder, 1000, 40, seed, stops=4)
    if way in SCENES:
        return Ledger(lost=seen.play(folder, way), kills=int(way in ("killed", "powerless")), acknowledged=seen.PEOPLE)
    if way == "restore":
        return drill.besiege(folder, 60)
    if way == "replica":
        return replica.besiege(folder, seed)
    if way == "fanout":
        return fanout.besiege(folder, 7000, 12, seed)
    channel, cut, number, seconds = OUTAGES[seed // len(WAYS) % len(OUTAGES)]
    return outage.besiege(folder, channel, cut, number, seconds, seed)


def main(argv: list[str]) -> int:
    """Rounds until the time is over; 1 when a promise was broken."""
    from tests.faults import replica, report

    parser = argparse.ArgumentParser("python -m tests.faults")
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--kills", type=int, default=0, help="at least so many")
    parser.add_argument("--events", type=int, default=0, help="at least so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--way", choices=WAYS, help="only this")
    parser.add_argument("--report", type=Path, help="write what came of it there")
    arguments = parser.parse_args(argv)
    began, whole = time.monotonic(), Ledger()
    found: dict[str, tuple[int, Ledger]] = {}
    seed, ways = arguments.seed, [each for each in WAYS if each != "replica" or replica.PROGRAM]
    while not found or not (
        time.monotonic() > began + arguments.minutes * 60
        and whole.kills >= arguments.kills
        and whole.acknowledged >= arguments.events
    ):
        way = arguments.way or ways[seed % len(ways)]
        with tempfile.TemporaryDirectory() as folder:
            try:
                ledger = _round(way, Path(folder), seed)
            except AssertionError as late:
                # A round that does not come to its end is a broken promise, and not the end of the others.
                ledger = Ledger(wrong=[str(late)])
        print(f"seed {seed}, {way}: {ledger}", flush=True)
        rounds, of_way = found.setdefault(way, (0, Ledger()))
        of_way.add(ledger)
        whole.add(ledger)
        found[way] = rounds + 1, of_way
        seed += 1
    print(f"all: {whole}")
    minutes = (time.monotonic() - began) / 60
    well = not arguments.report or report.write(arguments.report, found, minutes, arguments.seed)
    return 0 if whole.clean and well else 1
