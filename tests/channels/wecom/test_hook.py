"""The callback of WeCom: what is answered when, and that nothing is lost or doubled."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import select

from bot.channels.wecom.callback import hook as wecom_hook
from bot.pipeline import writer as writer
from storage.tables import checkin, inbox, outbox
from tests.support.databases import accept, refuse
from tests.support.platforms.fake_telegram import FakeTelegram
from tests.support.platforms.fake_wecom import CORP, FakeWecom
from tests.support.platforms.telegram_stage import running as on_telegram
from tests.support.platforms.wecom_stage import PATH, START, ZHANG, Stage, play
from tests.support.platforms.wecom_vectors import V1_GET, V1_POST, V2_GET, Vector
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.both
CHECKIN = "三(2)中队 主题队日 38人"


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeWecom]:
    with FakeWecom() as wecom:
        yield wecom


def letters(stage: Stage) -> list[Any]:
    return stage.query(select(outbox.c.state, outbox.c.platform_id).order_by(outbox.c.id))


# --- who enters the address in the console --------------------------------------------------------------------


@pytest.mark.parametrize("vector", [V1_GET, V2_GET], ids=["V1", "V2"])
def test_the_address_is_verified_by_its_plain_text(tmp_path: Path, fake: FakeWecom, vector: Vector) -> None:
    async def scene(stage: Stage) -> None:
        Stage.now = datetime.fromtimestamp(int(vector.signed.timestamp) + 2, START.tzinfo)
        query = {"msg_signature": vector.signed.signature, "timestamp": vector.signed.timestamp}
        query |= {"nonce": vector.signed.nonce, "echostr": vector.encrypted}
        assert "+" in vector.encrypted
        # The plus may come as it is: it is no space.
        for echostr in (quote(vector.encrypted, safe=""), vector.encrypted.replace("=", "%3D")):
            response = await stage.client.get(f"{PATH}?{urlencode({**query, 'echostr': ''})}{echostr}")
            assert (response.status_code, response.content) == (200, vector.says.encode())
        wrong = await stage.client.get(PATH, params={**query, "nonce": "437374424"})
        assert (wrong.status_code, wrong.content) == (403, b"")
        assert (await stage.client.get(PATH)).status_code == 400
        # Somebody has kept it.
        for ahead in (601, -601):
            Stage.now = datetime.fromtimestamp(int(vector.signed.timestamp) + ahead, START.tzinfo)
            late = await stage.client.get(PATH, params=query)
            assert (late.status_code, late.content) == (403, b"")
        assert stage.count(inbox) == 0

    known = {"wecom_token": vector.token, "wecom_aes_key": vector.key, "wecom_corp_id": vector.receiver}
    play(tmp_path, fake, scene, **known)


@pytest.mark.parametrize("words", ["主题队日 38人", "1616140317555161061", ""])
def test_a_caught_message_is_not_said_to_who_asks_for_an_echo(tmp_path: Path, fake: FakeWecom, words: str) -> None:
    """Its signature is made as that of an echo: the platform's own words, token, time and cipher text."""

    async def scene(stage: Stage) -> None:
        query, encrypted = stage.platform.seal(stage.message(ZHANG, Content=words), Stage.now.timestamp())
        caught = await stage.client.get(PATH, params={**query, "echostr": encrypted})
        assert (caught.status_code, caught.content) == (403, b"")
        for refused in ("planted words", "<xml/>", "数", "1" * 129, "", "1\n"):
            query, encrypted = stage.platform.seal(refused, Stage.now.timestamp())
            assert (await stage.client.get(PATH, params={**query, "echostr": encrypted})).status_code == 403
        for echo in ("5927782489442352469", "aB3_-=", "x" * 12):
            query, encrypted = stage.platform.seal(echo, Stage.now.timestamp())
            assert (await stage.client.get(PATH, params={**query, "echostr": encrypted})).text == echo

    play(tmp_path, fake, scene)


def test_the_official_message_is_heard_on_its_day(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        Stage.now = datetime.fromtimestamp(int(V1_POST.signed.timestamp) + 2, START.tzinfo)
        query = {"msg_signature": V1_POST.signed.signature, "timestamp": V1_POST.signed.timestamp}
        body = f"<xml><Encrypt><![CDATA[{V1_POST.encrypted}]]></Encrypt></xml>"
        url = f"{PATH}?{urlencode({**query, 'nonce': V1_POST.signed.nonce})}"
        assert (await stage.client.post(url, content=body)).status_code == 200
        assert stage.query(select(inbox.c.sender)) == [("mycreate",)]

    play(tmp_path, fake, scene, wecom_corp_id=V1_POST.receiver)


def test_without_an_app_there_is_no_such_page(tmp_path: Path) -> None:
    async def run() -> None:
        with FakeTelegram() as telegram:
            async with on_telegram(tmp_path, telegram) as stage:
                assert (await stage.client.post(PATH)).status_code == 404

    asyncio.run(run())


# --- committed first, then answered ---------------------------------------------------------------------------


def test_a_message_is_answered_when_it_is_committed(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        message = stage.message(ZHANG, Content=CHECKIN)
        said = []
        for ahead in (0, 1, 300):
            # A repeat comes in another envelope, and may come in the same one.
            response = await stage.post(message, ahead)
            assert stage.count(checkin) == stage.count(inbox) == 1
            said.append(stage.platform.read(response.content))
        assert {each["Content"] for each in said} == {
            "已记录：三(2)中队 主题队日 38 人\n4月3日（周五）\n要改发「更正」，不算发「撤回」。"
        }
        assert said[0]["FromUserName"] == CORP and said[0]["ToUserName"] == "zhangli"
        await stage.noted()
        assert letters(stage) == [("sent", "passive")]
        Stage.now += timedelta(seconds=wecom_hook.SECONDS_OFF)
        response = await stage.post(message, -601)
        assert response.status_code == 403 and stage.count(inbox) == 1

    play(tmp_path, fake, scene)


def test_a_repeat_after_a_restart_hears_the_same(tmp_path: Path, fake: FakeWecom) -> None:
    kept: list[tuple[str, Any]] = []

    async def first(stage: Stage) -> None:
        kept.append(
            (message := stage.message(ZHANG, Content=CHECKIN), stage.platform.read((await stage.post(message)).content))
        )

    async def second(stage: Stage) -> None:
        message, said = kept[0]
        assert stage.platform.read((await stage.post(message)).content)["Content"] == said["Content"]
        await stage.send()
        assert stage.count(checkin) == 1 and letters(stage) == [("sent", "passive")]

    sent = len(fake.sent)
    play(tmp_path, fake, first)
    play(tmp_path, fake, second, fill=False)
    assert len(fake.sent) == sent


def test_three_tries_at_once_are_one_and_hear_the_same(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        message = stage.message(ZHANG, Content=CHECKIN)
        responses = await asyncio.gather(*(stage.post(message, ahead) for ahead in (0, 0, 1)))
        said = [stage.platform.read(response.content)["Content"] for response in responses]
        assert len(set(said)) == 1 and said[0].startswith("已记录")
        assert stage.count(checkin) == stage.count(inbox) == stage.count(outbox) == 1

    play(tmp_path, fake, scene)


def test_what_takes_too_long_comes_again_and_joins_the_first(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        busy, go_on = threading.Event(), threading.Event()
        task = asyncio.ensure_future(stage.app.pipeline.do(lambda _turn: (busy.set(), go_on.wait(PATIENCE))))
        await asyncio.to_thread(busy.wait, PATIENCE)
        message = stage.message(ZHANG, Content=CHECKIN)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wecom_hook, "SECONDS_TO_ANSWER", 0.2)
            response = await stage.post(message)
            assert response.status_code == 503 and int(response.headers["retry-after"]) > 0
        joined = asyncio.ensure_future(stage.post(message))
        await asyncio.sleep(0.05)
        go_on.set()
        assert stage.platform.read((await joined).content)["Content"].startswith("已记录")
        await task
        assert stage.count(checkin) == stage.count(inbox) == 1
        await stage.noted()
        assert letters(stage) == [("sent", "passive")]

    play(tmp_path, fake, scene)


def test_when_too_much_waits_it_comes_again(tmp_path: Path, fake: FakeWecom, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(stage: Stage) -> None:
        message = stage.message(ZHANG, Content=CHECKIN)
        monkeypatch.setattr(writer, "MOST_WAITING", 0)
        assert (await stage.post(message)).status_code == 503
        monkeypatch.undo()
        assert stage.platform.read((await stage.post(message)).content)["Content"].startswith("已记录")

    play(tmp_path, fake, scene)


def test_what_was_not_committed_comes_again(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        message = stage.message(ZHANG, Content=CHECKIN)
        await stage.app.pipeline.do(lambda turn: refuse(turn.db, "zhangli"))
        assert (await stage.post(message)).status_code == 503
        assert stage.count(inbox) == 0
        await stage.app.pipeline.do(lambda turn: accept(turn.db))
        assert stage.platform.read((await stage.post(message)).content)["Content"].startswith("已记录")

    play(tmp_path, fake, scene)


def test_what_never_can_be_committed_is_kept_at_the_last_try(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        message = stage.message(ZHANG, Content=CHECKIN)
        await stage.app.pipeline.do(lambda turn: refuse(turn.db, "zhangli"))
        statuses = [(await stage.post(message)).status_code for _ in range(3)]
        assert statuses == [503, 503, 200]
        [(state, payload)] = stage.query(select(inbox.c.state, inbox.c.payload))
        assert state == "unreadable" and CHECKIN in json.loads(stage.app.engine.vault.open(payload))

    play(tmp_path, fake, scene)


def test_what_cannot_be_read_is_kept_and_does_not_come_again(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        odd = ["hello", "<xml/>", "<xml><MsgType>text</MsgType></xml>", stage.event(ZHANG, "click")]
        for xml in [*odd, *odd]:
            assert (await stage.post(xml)).content == b""
        assert [state for (state,) in stage.query(select(inbox.c.state))] == ["unreadable"] * len(odd)
        assert "bot_unreadable_updates 4.0" in (await stage.client.get("/metrics")).text

    play(tmp_path, fake, scene)


def test_an_answer_that_nobody_heard_is_sent_after_a_while(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        message = stage.message(ZHANG, Content=CHECKIN)
        url, body = stage.platform.callback(message, START.timestamp())
        path, _, query = url.partition("?")
        events = iter([{"type": "http.request", "body": body}, {"type": "http.disconnect"}])
        scope = {"type": "http", "method": "POST", "path": path, "query_string": query.encode(), "headers": []}
        answered: list[Any] = []

        async def receive() -> Any:
            return next(events)

        async def send(event: Any) -> None:
            answered.append(event)

        await stage.app.hooks[PATH](scope, receive, send)
        await stage.noted()
        assert letters(stage) == [("claimed", None)]
        Stage.now += timedelta(seconds=wecom_hook.SECONDS_OFF)
        await stage.send()
        assert [state for state, _ in letters(stage)] == ["uncertain"]
        assert fake.texts(ZHANG)[-1].startswith("已记录")
        # The platform comes again all the same: it has been said.
        assert (await stage.post(message)).content == b""

    play(tmp_path, fake, scene)
