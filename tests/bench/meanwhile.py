"""make bench: check-ins while the digest of a province is read, and without, in turn in one process.

`python -m tests.bench.meanwhile --pairs 6`: what is looked at is the ratio within each pair, since the machine drifts.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from statistics import median

from bot.app import App
from bot.pipeline.turn import Turn
from bot.settings import Settings
from bot.startup import open_engine
from handlers.kit import Message
from storage.organisation.units import Kind
from storage.people.people import Role
from tests.bench.city import give_roles
from tests.bench.digests import PROVINCE, fill

_A_SECOND, _SECONDS, _SECONDS_BETWEEN = 15, 20.0, 2.0
_AIM = 1.3


def _everybody(turn: Turn, most: int) -> None:
    fill(turn.db, PROVINCE, Kind.PROVINCE, False)
    give_roles(turn, Role.PROVINCE_ADMIN, most)


async def _window(app: App, squads: Iterator[int]) -> tuple[float, float]:
    """(p50, p99) in ms of the check-ins that come in one window, one squad after the other."""
    took: list[float] = []
    now = app.engine.clock.now()

    async def one(number: int) -> None:
        await asyncio.sleep(number / _A_SECOND)
        began, squad = time.perf_counter(), next(squads)
        said = Message("practice", f"m{squad}", f"b{squad}", f"b{squad}", now, "主题队日 应到42实到40")
        assert (await app.pipeline.submit(said)).state == "done"
        took.append(1000 * (time.perf_counter() - began))

    await asyncio.gather(*map(one, range(int(_A_SECOND * _SECONDS))))
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.99)]


async def _read(app: App, numbers: Iterator[int], each: list[float]) -> None:
    """The province's digest, again and again, with a rest between."""
    while True:
        began = time.perf_counter()
        said = Message("practice", f"r{next(numbers)}", "admin", "admin", app.engine.clock.now(), "周报")
        await app.pipeline.submit(said)
        each.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(_SECONDS_BETWEEN)


async def measured(
    folder: Path, pairs: int
) -> tuple[list[tuple[tuple[float, float], tuple[float, float]]], list[float]]:
    """([(alone, meanwhile)], ms of each digest): which of a pair comes first changes from pair to pair."""
    settings = Settings(_env_file=None, data_dir=folder, limit_person_minute=0, limit_person_hour=0)
    app = App(open_engine(settings, settings.practice_database))
    app.pipeline.start()
    most = int((2 * pairs + 1) * _A_SECOND * _SECONDS)
    await app.pipeline.do(lambda turn: _everybody(turn, most))
    app.engine.warm_up()
    first = 2 + PROVINCE["counties"] + PROVINCE["schools"]
    squads, numbers, digests = count(first), count(), []
    await _window(app, squads)
    found = []
    for pair in range(pairs):
        both = {}
        for read in (pair % 2 == 0, pair % 2 == 1):
            reading = asyncio.create_task(_read(app, numbers, digests)) if read else None
            both[read] = await _window(app, squads)
            if reading:
                reading.cancel()
                with suppress(asyncio.CancelledError):
                    await reading
        found.append((both[False], both[True]))
    await app.pipeline.stop()
    app.engine.close()
    return found, digests


def main(pairs: int = 3) -> None:
    """Print it all."""
    print(f"\n{_A_SECOND} check-ins a second, alone and while the digest of {PROVINCE['squads']} squads is read")
    with tempfile.TemporaryDirectory() as folder:
        found, digests = asyncio.run(measured(Path(folder), pairs))
    print(f"{'alone p50, p99':>20} {'meanwhile p50, p99':>20} {'p99 ratio':>10}   ms")
    for alone, read in found:
        print(f"{alone[0]:>12.0f}{alone[1]:>8.0f} {read[0]:>12.0f}{read[1]:>8.0f} {read[1] / alone[1]:>10.2f}")
    ratios = [read[1] / alone[1] for alone, read in found]
    print(
        f"median ratio {median(ratios):.2f} (aim {_AIM}); a digest took {median(digests):.0f} ms, {len(digests)} read"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=6)
    main(parser.parse_args().pairs)
