"""Dies at every border of Telegram's way, polling and by webhook: `python -m tests.faults.crash_telegram DIR MODE`.

The platform dies with each run, but what it knew has been told by then: what was confirmed to it is not repeated to
the next run, all else is. A line of JSON in the end: the steps, and what was wrong after which death.
"""

import asyncio
import itertools
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.channels.telegram.api import Api
from bot.channels.telegram.send import Post
from storage.people import invites
from storage.people.people import Role
from storage.tables import account, checkin, inbox, invite, outbox
from tests.faults.crash_child import DIED, Steps, apart, ready
from tests.support.databases import copied, end_leases
from tests.support.platforms.fake_telegram import FakeTelegram, message
from tests.support.platforms.telegram_stage import ZHANG, Stage, running
from tests.support.sums import broken

NEWCOMER = 77
Tell = Callable[[Any], None]
Update = dict[str, Any]
# What there must be in the end, once each.
ROWS = {
    "messages": select(func.count()).select_from(inbox),
    "check-ins": select(func.count()).where(checkin.c.attended == 38),
    "newcomers": select(func.count()).where(account.c.address == str(NEWCOMER)),
    "codes used": select(func.count()).where(invite.c.used_at.is_not(None)),
    "first answer": select(func.count()).where(outbox.c.chat == str(ZHANG)),
    "second answer": select(func.count()).where(outbox.c.chat == str(NEWCOMER)),
}
EXPECTED = {**dict.fromkeys(ROWS, 1), "messages": 2}


class TelegramSteps(Steps):
    """The borders are the commits, the calls that fetch and confirm, and the sends."""

    def watch(self) -> None:
        super().watch()
        self._around_call(Api, "call", lambda arguments: arguments[1] == "getUpdates")
        self._around_call(Post, "send", lambda _arguments: True)

    def _around_call(self, owner: Any, name: str, counts: Callable[[Any], bool]) -> None:
        function = getattr(owner, name)

        async def watched(*arguments: Any, **more: Any) -> Any:
            if not counts(arguments):
                return await function(*arguments, **more)
            self.step(f"before {name}")
            result = await function(*arguments, **more)
            self.step(f"after {name}")
            return result

        setattr(owner, name, watched)


class Platform(FakeTelegram):
    """Tells the driver what it was confirmed, and what was sent."""

    def __init__(self, waiting: list[Update], tell: Tell) -> None:
        super().__init__()
        self.updates, self._tell = list(waiting), tell

    async def _getUpdates(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        if asked.get("offset"):
            self._tell(["confirmed", asked["offset"] - 1])
        return await super()._getUpdates(asked)

    def _accept(self, sent: dict[str, Any]) -> Any:
        self._tell(["said", sent["chat_id"], sent["text"]])
        return super()._accept(sent)


@asynccontextmanager
async def bot_in(folder: Path, mode: str, waiting: list[Update], tell: Tell) -> AsyncIterator[Stage]:
    with Platform(waiting, tell) as platform:
        async with running(folder, platform, fill=False, telegram_mode=mode) as stage:
            yield stage


async def hear(stage: Stage, mode: str, waiting: list[Update], tell: Tell) -> None:
    """The platform brings what waits; then everything that is to be said is said."""
    if mode == "webhook":
        for update in waiting:
            assert (await stage.post(update)).status_code == 200
            tell(["confirmed", update["update_id"]])
    else:
        poller: Any = stage.app.channels["telegram"]._poller  # type: ignore[attr-defined]
        polling = asyncio.create_task(poller.run())
        while any(update in stage.fake.updates for update in waiting):
            await asyncio.sleep(0.005)
        poller.stop()
        await polling
    await stage.app.senders[0]._take_over()
    for _ in range(3):
        await stage.later(seconds=60)


async def walk(folder: Path, mode: str, waiting: list[Update], die_at: int, tell: Tell) -> None:
    async with bot_in(folder, mode, waiting, tell) as stage:
        steps = TelegramSteps(die_at)
        steps.watch()
        await hear(stage, mode, waiting, tell)
        steps.die_at = 0
        tell(["steps", *steps.names])


async def look(folder: Path, mode: str, waiting: list[Update], before: list[Any], tell: Tell) -> None:
    """Start again with what was not confirmed: what is wrong then."""
    said = [line for line in before if line[0] == "said"]

    def heard(line: Any) -> None:
        said.extend([line] if line[0] == "said" else [])

    async with bot_in(folder, mode, waiting, heard) as stage:
        end_leases(stage.app.engine.database)
        await hear(stage, mode, waiting, heard)
        counts = {name: stage.query(query)[0][0] for name, query in ROWS.items()}
        wrong = [f"{name}: {number}" for name, number in counts.items() if number != EXPECTED[name]]
        wrong += [f"{state} of {chat}" for chat, state in stage.query(select(outbox.c.chat, outbox.c.state))
                  if state not in ("sent", "uncertain")]  # fmt: skip
        for user, words in ((ZHANG, "已记录"), (NEWCOMER, "欢迎！")):
            answers = [text for _, chat, text in said if chat == str(user)]
            # Only what was on its way when the process died may be said twice.
            if not 1 <= len(answers) <= 2 or not all(text.startswith(words) for text in answers):
                wrong.append(f"{user} was told {answers}")
        wrong += broken(stage.app.engine.database)
        tell(wrong)
        # To end in good order would take longer than all of this.
        os._exit(0)


async def prepare(folder: Path) -> list[Update]:
    """People and a code; what the two of them write."""
    folder.mkdir(parents=True)
    with Platform([], lambda _said: None) as platform:
        async with running(folder, platform) as stage:
            with stage.app.engine.database.write.begin() as db:
                code = invites.make(db, stage.app.engine.vault, stage.squads[0].id, Role.COUNSELOR, None, Stage.now)
    texts = ((ZHANG, "三(2)中队 主题队日 38人"), (NEWCOMER, f"/start {code}"))
    return [{"update_id": number, "message": message(user, text)} for number, (user, text) in enumerate(texts, 501)]


def die_everywhere(template: Path, folder: Path, mode: str, updates: list[Update]) -> dict[str, Any]:
    """Die at border 1, 2, … until a run gets to its end."""
    wrong: list[str] = []
    for number in itertools.count(1):
        copied(template, folder, "bot.db")
        status, told = apart(lambda tell, n=number: walk(folder, mode, updates, n, tell))  # type: ignore[misc]
        confirmed = {line[1] for line in told if line[0] == "confirmed"}
        last = max(confirmed, default=0) if mode == "polling" else 0
        left = [each for each in updates if each["update_id"] > last and each["update_id"] not in confirmed]
        seen, found = apart(lambda tell, w=left, t=told: look(folder, mode, w, t, tell))  # type: ignore[misc]
        wrong += [f"{number}: {each}" for each in (found[-1] if seen == 0 else [f"the look ended with {seen}"])]
        if status != DIED:
            wrong += [f"{number}: ended with {status}"] if status else []
            return {"way": mode, "steps": told[-1] if told else [], "deaths": number - 1, "wrong": wrong}
    raise AssertionError


def main(folder: Path, mode: str) -> None:
    ready()
    updates = asyncio.run(prepare(folder / "template"))
    print(json.dumps(die_everywhere(folder / "template", folder / mode, mode, updates)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
