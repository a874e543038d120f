"""Judges the bot by what was acknowledged and by what the people saw, and by nothing that it says of itself.

Each scene is short: some teachers report by Telegram's webhook, something breaks, and in the end each of them must have
one answer to each message that was acknowledged. What a kill cuts off in the middle of a send may be seen twice.
"""

import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import httpx

from tests.bench.load import FIRST_USER
from tests.bench.load_telegram import update
from tests.bench.servers import fill
from tests.bench.telegram import PATH, SECRET
from tests.faults.telegram import Platform
from tests.support.platforms.fake_telegram import TOKEN
from tests.support.process import Serving
from tests.support.stage import ZONE
from tests.support.waiting import until

PEOPLE = 9
# More often than a bot is patient with what it takes for unreadable.
REFUSALS = 20
# Nothing has been said for so long: nothing will be.
SECONDS_OF_SILENCE = 10.0


class Scene:
    """One bot, its platform, and what was acknowledged."""

    def __init__(self, folder: Path, platform: Platform, planted: str, disk: bool) -> None:
        """`disk`: of which the scene wants to decide what it keeps."""
        self.folder, self.platform, self.planted = folder, platform, planted
        self.shadow, self.full = folder / "flushed", folder / "no room"
        self.acknowledged: list[int] = []
        self.kills = 0
        self.shadow.mkdir()
        fill(folder)
        self._disk = {}
        if disk:
            source = Path(__file__).with_name("disk.c")
            subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", folder / "disk.so", source, "-ldl"], check=True)
            where = {"SHADOW": str(self.shadow), "FULL": str(self.full)}
            self._disk = {"LD_PRELOAD": str(folder / "disk.so"), **where}
        self.start()

    def start(self) -> None:
        hook = {"TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": SECRET, "PUBLIC_URL": "https://bot.example"}
        where = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": self.platform.url, "PLANTED": self.planted}
        more = {**hook, **where, **self._disk, "LOG_LEVEL": "WARNING"}
        self.bot = Serving(self.folder, fresh=bool(self._disk), **more)

    def kill(self) -> None:
        self.bot.stop(signal.SIGKILL)
        self.kills += 1

    def cut_the_power(self) -> None:
        """Only what was flushed is there afterwards."""
        self.kill()
        for path in self.folder.glob("bot.db*"):
            path.unlink()
        for path in self.shadow.iterdir():
            shutil.copy(path, self.folder / path.name)

    def post(self, number: int, tries: int = 100) -> None:
        """As the platform does: until it is acknowledged."""
        today = datetime.now(ZONE).date()
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        for _ in range(tries):
            answer = httpx.post(
                self.bot.url + PATH, json=update(number, today), headers=headers, trust_env=False, timeout=30
            )
            if answer.status_code == 200:
                self.acknowledged.append(number)
                return
            time.sleep(0.05)

    def broken(self) -> list[str]:
        """The promises that were broken, when nothing more is said."""
        said, since = -1, time.monotonic()
        while time.monotonic() - since < SECONDS_OF_SILENCE and not self._all_answered():
            if len(self.platform.sent) != said:
                said, since = len(self.platform.sent), time.monotonic()
            time.sleep(0.02)
        time.sleep(0.3)
        seen = Counter(int(each["chat_id"]) for each in self.platform.sent)
        expected = Counter(FIRST_USER + number for number in set(self.acknowledged))
        found = [f"{who} was acknowledged and heard nothing" for who in expected if not seen[who]]
        twice = [who for who in seen if seen[who] > max(1, expected[who])]
        return found + [f"{who} heard it twice" for who in twice[self.kills :]]

    def _all_answered(self) -> bool:
        seen = {int(each["chat_id"]) for each in self.platform.sent}
        return {FIRST_USER + number for number in self.acknowledged} <= seen


def killed(scene: Scene) -> None:
    """Killed right after it has said that it has a message."""
    for number in range(PEOPLE):
        scene.post(number)
        if number == PEOPLE // 2:
            scene.kill()
            scene.start()


def repeated(scene: Scene) -> None:
    """The platform delivers everything twice."""
    for number in range(PEOPLE):
        scene.post(number)
        scene.post(number)


def powerless(scene: Scene) -> None:
    """The power goes."""
    for number in range(PEOPLE):
        scene.post(number)
    scene.cut_the_power()
    scene.start()


def away(scene: Scene) -> None:
    """The platform is away until somebody's answer was tried twice."""
    scene.platform.always["sendMessage"] = "500"
    for number in range(PEOPLE):
        scene.post(number)
    until(lambda: max(_tried(scene).values(), default=0) > 1)
    del scene.platform.always["sendMessage"]


def _tried(scene: Scene) -> Counter[str]:
    """How often something was sent to each chat, taken or not."""
    return Counter(asked["chat_id"] for method, asked in [*scene.platform.calls] if method == "sendMessage")


def without_room(scene: Scene) -> None:
    """The disk is full for a moment, while people write; then there is room for what is short, and for no check-in."""
    scene.post(0)
    scene.full.touch()
    scene.post(1, tries=3)
    scene.full.write_text("nearly")
    for number in range(1, 4):
        scene.post(number, tries=REFUSALS)
    scene.full.unlink()
    # What was acknowledged does not come again.
    for number in sorted(set(range(PEOPLE)) - set(scene.acknowledged)):
        scene.post(number)


SCENES: dict[str, Callable[[Scene], None]] = {
    each.__name__: each for each in (killed, repeated, powerless, away, without_room)
}
# What each planted fault is seen in.
CAUGHT_BY = {
    "acknowledge_before_the_commit": "killed", "no_unique_key": "repeated", "flush_seldom": "powerless",
    "give_up_after_two_tries": "away", "unreadable_on_a_full_disk": "without_room",
}  # fmt: skip


def play(folder: Path, scene: str, planted: str = "") -> list[str]:
    """The promises that were broken in this scene."""
    with Platform() as platform:
        stage = Scene(folder, platform, planted, disk=scene in ("powerless", "without_room"))
        try:
            SCENES[scene](stage)
            return stage.broken()
        finally:
            stage.bot.__exit__()
