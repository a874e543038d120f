"""The same as `crash_child` for a callback of WeCom: `python -m tests.faults.crash_wecom DIR`.

The platform hears the response when it has been written; what it has not heard it sends again, and then the answer
must be heard, in a response or from the API.
"""

import asyncio
import itertools
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.channels.wecom.channel import WecomApp
from tests.faults import crash_child
from tests.faults.crash_child import DIED, Steps, ready
from tests.support.databases import copied, end_leases
from tests.support.platforms.fake_wecom import FakeWecom
from tests.support.platforms.wecom_stage import PATH, ZHANG, Stage, running
from tests.support.sums import broken

ROWS = {"inbox": 1, "checkin": 1, "rollup": 1, "outbox": 1, "outbox WHERE state IN ('sent', 'uncertain')": 1}


def message(stage: Stage) -> str:
    return stage.message(ZHANG, Content="三(2)中队 主题队日 38人 清明祭英烈")


async def deliver(stage: Stage, steps: Steps, tell: Callable[[Any], None]) -> None:
    """Post it as the web server does, and note what the platform hears."""
    address, body = stage.platform.callback(message(stage), stage.now.timestamp())
    events = [{"type": "http.request", "body": body}]

    async def receive() -> Any:
        return events.pop() if events else await asyncio.Event().wait()

    async def send(event: Any) -> None:
        steps.step(f"before {event['type']}")
        if event["type"] == "http.response.body":
            tell({"heard": stage.platform.read(event["body"]).get("Content", "")})
        steps.step(f"after {event['type']}")

    query = address.partition("?")[2].encode()
    await stage.app.hooks[PATH]({"type": "http", "method": "POST", "query_string": query, "headers": []}, receive, send)


async def walk(folder: Path, die_at: int, tell: Callable[[Any], None]) -> None:
    with FakeWecom() as fake:
        async with running(folder, fake, fill=False) as stage:
            steps = Steps(die_at)
            steps.watch(WecomApp)
            await deliver(stage, steps, tell)
            await stage.noted()
            await stage.send()
            steps.die_at = 0
            tell({"steps": steps.names})


async def look(folder: Path, said: list[dict[str, Any]], comes_again: bool) -> list[str]:
    """Start again; the platform repeats what it has not heard (or has given up), but not what it has. What is wrong."""
    heard = [each["heard"] for each in said if each.get("heard")]
    with FakeWecom() as fake:
        async with running(folder, fake, fill=False) as stage:
            end_leases(stage.app.engine.database)
            same = message(stage)
            if not comes_again and not stage.query(text("SELECT 1 FROM inbox")):
                # It was never acknowledged: the platform has told its sender nothing else.
                return []
            for _ in range(2 if comes_again and not heard else 0):
                response = await stage.post(same)
                if response.status_code != 200:
                    return [f"HTTP {response.status_code}"]
                heard += filter(None, [stage.platform.read(response.content).get("Content")])
            Stage.now += timedelta(minutes=1)
            await stage.send()
            heard += fake.texts(ZHANG)
            return [*_rows(stage), *([] if len(set(heard)) == 1 else [f"heard: {heard}"])]


def _rows(stage: Stage) -> list[str]:
    with stage.app.engine.database.read.connect() as db:
        found = {what: db.scalar(text(f"SELECT count(*) FROM {what}")) for what in ROWS}
        wrong = [f"{number} rows of {what}" for what, number in found.items() if number != ROWS[what]]
    return wrong + broken(stage.app.engine.database)


async def prepare(folder: Path) -> None:
    folder.mkdir(parents=True)
    with FakeWecom() as fake:
        async with running(folder, fake):
            pass


def main(folder: Path) -> None:
    ready()
    asyncio.run(prepare(folder / "template"))
    for comes_again in (True, False):
        print(json.dumps(die_everywhere(folder, comes_again)), flush=True)


def die_everywhere(folder: Path, comes_again: bool) -> dict[str, Any]:
    """Die at border 1, 2, … until a run gets to its end."""
    wrong: list[str] = []
    for number in itertools.count(1):
        copied(folder / "template", folder / "run", "bot.db")
        status, said = crash_child.apart(lambda tell, n=number: walk(folder / "run", n, tell))  # type: ignore[misc]
        wrong += [f"{number}: {each}" for each in asyncio.run(look(folder / "run", said, comes_again))]
        if status != DIED:
            wrong += [f"{number}: ended with {status}"] if status else []
            steps = next((each["steps"] for each in said if "steps" in each), [])
            return {"way": "callback", "steps": steps, "deaths": number - 1, "wrong": wrong}
    raise AssertionError


if __name__ == "__main__":
    main(Path(sys.argv[1]))
