"""The catalogue part of `make bench`: a report of a row beside a check-in, and what a hundred more rows cost."""

import asyncio
import resource
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.app import App
from bot.pipeline.writer import Pipeline
from bot.settings import Settings
from bot.startup import open_engine
from handlers.catalogue import catalogue
from handlers.kit import Message
from handlers.reading import compile_all
from tests.bench.load import SQUADS, said
from tests.support.process import Serving

MORE = 100
_ROW = """[[row]]
key = "bench_{n}"
name = "测速项{n}号"
words = ["测速{n}甲", "测速{n}乙"]
shape = "report"
section = "计数"
period = "day"
many = true
at = ["学校", "中队"]
fields = [
  {{ name = "sessions", label = "场次", units = ["场"], default = 1, agg = "sum" }},
  {{ name = "heads", label = "人数", units = ["人", "名"], required = true, agg = "sum" }},
  {{ name = "place", label = "地点", type = "choice", choices = ["校内", "校外"], agg = "by" }},
]
line = "测速 {{sessions}} 场 {{heads}} 人"
example = "测速项{n}号 3场 60人"
"""


def main(rounds: int, fill: Any) -> None:
    """Print the ratio and the seconds; `fill` loads the district."""
    print("\na report of a row beside a check-in, in turn, 240 of each a round")
    for more in (0, MORE):
        with tempfile.TemporaryDirectory() as folder:
            _own_rows(Path(folder), more)
            ratio, each = asyncio.run(_beside(Path(folder), rounds * 5, fill))
        print(f"{more:>5} rows more: {each[0]:.2f} ms a check-in, {each[1]:.2f} ms a report, ratio {ratio:.2f}")
    for more in (0, MORE):
        with tempfile.TemporaryDirectory() as folder:
            _own_rows(Path(folder), more)
            ready = _ready(Path(folder), rounds)
        print(f"{more:>5} rows more: ready after {ready:.2f} s of CPU (the best of {rounds})")
    with tempfile.TemporaryDirectory() as folder:
        overlay = _own_rows(Path(folder), MORE)
        print(f"reading {MORE} rows of an office: {_loading(overlay) * 1000:.0f} ms")


def _own_rows(folder: Path, count: int) -> Path:
    overlay = folder / "catalogue"
    overlay.mkdir()
    (overlay / "bench.toml").write_text("".join(_ROW.format(n=n) for n in range(count)) or "row = []\n", "utf-8")
    return overlay


async def _beside(folder: Path, rounds: int, fill: Any) -> tuple[float, tuple[float, float]]:
    """(the median of the ratios of the rounds, CPU ms of a check-in and of a report)."""
    settings = Settings(_env_file=None, data_dir=folder, limit_person_minute=0, limit_person_hour=0)
    app = App(open_engine(settings, settings.practice_database))
    app.pipeline.start()
    await app.pipeline.do(fill)
    await app.pipeline.do(app.ticker.tick)
    compile_all()
    now = app.engine.clock.now()
    # The first round warms the caches and is not counted.
    taken = [
        (await _seconds(app.pipeline, number, now, False), await _seconds(app.pipeline, number, now, True))
        for number in range(rounds + 1)
    ][1:]
    await app.pipeline.stop()
    both = [statistics.median(each[side] for each in taken) / SQUADS * 1000 for side in (0, 1)]
    return statistics.median(report / checkin for checkin, report in taken), (both[0], both[1])


async def _seconds(pipeline: Pipeline, number: int, now: datetime, report: bool) -> float:
    """CPU seconds of one message of each counselor."""
    made = []
    for place in range(SQUADS):
        squad, text = said(number * SQUADS + place, now.date())
        # Other figures each round: what was told before is asked about.
        text = f"微心愿 征集{number + 9}个 认领{place % 9 + 1}个" if report else text
        sender = f"b{squad}"
        made.append(Message("practice", f"{number}-{place}-{report}", sender, sender, now, text))
    began = time.process_time()
    outcomes = await asyncio.gather(*map(pipeline.submit, made))
    took = time.process_time() - began
    assert {each.state for each in outcomes} == {"done"}
    return took


def _ready(folder: Path, rounds: int) -> float:
    """CPU seconds of a second start until it is ready, and of its end: whatever else the machine does."""
    taken = []
    for _ in range(rounds + 1):
        began = _of_children()
        with Serving(folder, fresh=True):
            pass
        taken.append(_of_children() - began)
    return min(taken[1:])


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _loading(overlay: Path) -> float:
    catalogue.shipped()
    began = time.process_time()
    found = catalogue.load(overlay)
    took = time.process_time() - began
    assert not found.problems and len(found.rows) >= MORE
    return took
