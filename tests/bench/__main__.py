"""make bench: check-ins committed through pipeline and handlers, beside the same work with one commit a message.

Both run in turn in fresh processes on fresh databases; what counts is the ratio within one round. Then the webhook of
Telegram and the callback of WeCom beside other libraries (`telegram`, `wecom`), a province beside a tenth
of one (`bench_province`), and a report of the catalogue beside a check-in (`bench_rows`).
"""

import argparse
import asyncio
import ctypes
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, select

from bot.app import App
from bot.pipeline import writer as pipeline
from bot.pipeline.turn import Turn
from bot.practice import district as practice_district
from bot.settings import Settings
from bot.startup import open_engine
from handlers.kit import Message
from handlers.reading import Context, compile_all, read
from handlers.wording import places
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from storage.tables import checkin
from tests.bench import backup as bench_backup
from tests.bench import city as bench_city
from tests.bench import digests as bench_digests
from tests.bench import fanout as bench_fanout
from tests.bench import meanwhile as bench_meanwhile
from tests.bench import province as bench_province
from tests.bench import rows as bench_rows
from tests.bench import telegram, wecom
from tests.bench.load import SQUADS, said
from tests.support.process import Serving

IN_FLIGHT = 64
CASES = Path(__file__).parents[1] / "cases"


def fill(turn: Turn) -> None:
    """A district of 240 squads in ten schools, a counselor each."""
    practice_district.start_again(turn)
    county = units.add(turn.db, Kind.COUNTY, "测速区")
    for number in range(SQUADS):
        if number % 24 == 0:
            school = units.add(turn.db, Kind.SCHOOL, f"测速小学{number}", county)
        grade, class_no = number % 24 // 4 + 1, number % 4 + 1
        squad = units.add(
            turn.db, Kind.SQUAD, places.squad_name(grade, class_no), school, grade=grade, class_no=class_no
        )
        person = people.add(turn.db, f"老师{number}", turn.now)
        people.link(turn.db, person, "practice", f"b{number}")
        people.give(turn.db, person, people.Role.COUNSELOR, squad, turn.now)
    units.changed(turn.db, turn.now)


def messages(count: int, now: datetime) -> list[Message]:
    """Distinct check-ins of all counselors."""
    made = []
    for number in range(count):
        squad, text = said(number, now.date())
        made.append(Message("practice", f"m{number}", f"b{squad}", f"b{squad}", now, text))
    return made


async def measure(folder: Path, together: int, count: int) -> dict[str, float]:
    """Submit `count` check-ins, 64 in flight, at most `together` a transaction."""
    pipeline.MOST_TOGETHER = together
    settings = Settings(_env_file=None, data_dir=folder, limit_person_minute=0, limit_person_hour=0)
    app = App(open_engine(settings, settings.practice_database))
    app.pipeline.start()
    await app.pipeline.do(fill)
    compile_all()
    waiting = messages(count + SQUADS, app.engine.clock.now())
    # The first round warms the caches and is not counted.
    await asyncio.gather(*(app.pipeline.submit(waiting.pop(0)) for _ in range(SQUADS)))
    latencies: list[float] = []
    flushes = ctypes.CDLL(None).flushes_so_far

    async def sender() -> None:
        while waiting:
            message = waiting.pop(0)
            began = time.perf_counter()
            outcome = await app.pipeline.submit(message)
            latencies.append(time.perf_counter() - began)
            assert outcome.state == "done"

    flushes_before, cpu, began = flushes(), time.process_time(), time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(IN_FLIGHT)))
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    with app.engine.database.read.connect() as db:
        stored = db.scalar(select(func.count()).select_from(checkin).where(checkin.c.state == "valid"))
    assert stored == count + SQUADS, f"{stored} of {count} check-ins are there"
    flushed = flushes() - flushes_before
    await app.pipeline.stop()
    return {
        "check-ins/s": count / took,
        "p50 ms": statistics.median(latencies) * 1000,
        "p99 ms": sorted(latencies)[int(count * 0.99)] * 1000,
        "CPU s per 1,000": cpu / count * 1000,
        "flushes per 1,000": flushed / count * 1000,
        "peak RSS MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def child(together: int, count: int, slow: int, shim: Path) -> dict[str, float]:
    """One run in a process of its own."""
    environment = {**os.environ, "LD_PRELOAD": str(shim), "SLOW_FSYNC_MS": str(slow)}
    command = [sys.executable, "-m", "tests.bench", "--child", str(together), "--count", str(count)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def compare(title: str, counts: tuple[int, int], slow: int, shim: Path, rounds: int) -> float:
    """Print both ways side by side; the median of the ratios of the rounds."""
    pairs = [(child(256, counts[0], slow, shim), child(1, counts[1], slow, shim)) for _ in range(rounds)]
    print(f"\n{title} ({rounds} rounds in turn, medians)")
    print(f"{'':>20} {'group commit':>14} {'one a message':>14}")
    for name in pairs[0][0]:
        both = [statistics.median(pair[side][name] for pair in pairs) for side in (0, 1)]
        print(f"{name:>20} {both[0]:>14,.2f} {both[1]:>14,.2f}")
    ratio = statistics.median(group["check-ins/s"] / single["check-ins/s"] for group, single in pairs)
    print(f"{'ratio':>20} {ratio:>14.1f}")
    return ratio


def started() -> None:
    """How long a second start takes until it is ready, and what the idle process holds."""
    with tempfile.TemporaryDirectory() as folder:
        with Serving(Path(folder), fresh=True):
            pass
        began = time.perf_counter()
        with Serving(Path(folder), fresh=True) as bot:
            ready = time.perf_counter() - began
            time.sleep(3)
            status = Path(f"/proc/{bot.process.pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    print(f"\nsecond start ready after {ready:.2f} s, idle RSS {resident / 1024:.0f} MiB")


def read_many(texts: Sequence[str], context: Context, rounds: int) -> float:
    """Messages read a second of CPU, the best of some rounds: others on the machine only make it slower."""
    times = []
    for _ in range(rounds * 5):
        began = time.process_time()
        for text in texts:
            read(text, context)
        times.append(time.process_time() - began)
    return len(texts) / min(times)


def reading(rounds: int) -> None:
    """How fast messages are read, by kind."""
    compile_all()
    today = date(2026, 4, 3)
    context = Context(today, units=frozenset(f"{grade}-{n}" for grade in range(1, 7) for n in range(1, 9)))
    cases = [json.loads(line) for line in (CASES / "checkin_messages.jsonl").read_text("utf-8").splitlines()]
    chain = "\n".join(f"{n}. 王老师 三({n})中队 {36 + n}人" for n in range(1, 9))
    kinds = {
        "a plain check-in": [said(number, today)[1] for number in range(500)],
        "the sample messages": [case["text"] for case in cases] * 8,
        "接龙 of eight squads": [f"#接龙\n清明祭英烈主题队日签到\n\n{chain}"] * 100,
        "4,000 characters": [("三(2)中队 主题队日 38人,清明祭英烈。\n" * 200)[:4000]] * 3,
        "talk": ["好的,谢谢老师", "收到", "明天下午两点开会,请各中队辅导员准时参加"] * 100,
    }
    print(f"\nreading, one core\n{'':>24} {'messages/s':>12}")
    for name, messages_of in kinds.items():
        print(f"{name:>24} {read_many(messages_of, context, rounds):>12,.0f}")


def main() -> None:
    """Compile the shim, run the rounds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--child", type=int)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only",
        choices=(
            "writer",
            "telegram",
            "reading",
            "wecom",
            "province",
            "rows",
            "digests",
            "backup",
            "city",
            "meanwhile",
        ),
        default="",
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.child:
            print(json.dumps(asyncio.run(measure(Path(folder), arguments.child, arguments.count))))
            return
        shim = Path(folder) / "slow_fsync.so"
        source = Path(__file__).with_name("slow_fsync.c")
        subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", shim, source, "-ldl"], check=True)
        count = arguments.count
        if arguments.only in ("", "writer"):
            compare("check-ins, 64 in flight", (count, count), 0, shim, arguments.rounds)
            compare("the same, each flush 10 ms slower", (count, 600), 10, shim, arguments.rounds)
            started()
        if arguments.only in ("", "reading"):
            reading(arguments.rounds)
        if arguments.only in ("", "rows"):
            bench_rows.main(arguments.rounds, fill)
        if arguments.only in ("", "backup"):
            bench_backup.main()
        if arguments.only in ("", "telegram"):
            telegram.main(shim, arguments.rounds)
        if arguments.only in ("", "wecom"):
            wecom.main(shim, arguments.rounds)
            bench_fanout.main()
        if arguments.only in ("", "province"):
            bench_province.main()
        if arguments.only in ("", "digests"):
            bench_digests.main()
        if arguments.only in ("", "city"):
            bench_city.main()
        if arguments.only in ("", "meanwhile"):
            bench_meanwhile.main()


if __name__ == "__main__":
    main()
