"""Photos, albums, documents and places that are sent to the bot on Telegram."""

from typing import Any

import pytest
from sqlalchemy import select

from handlers.attendance import attachments
from storage.tables import checkin, file, place
from tests.channels.telegram.conftest import Play
from tests.support.platforms.fake_telegram import message
from tests.support.platforms.telegram_stage import GROUP, LI, WANG, ZHANG, Stage

pytestmark = pytest.mark.both


CHECKIN = "三(2)中队 主题队日 38人"


def photo(name: str, album: str = "", caption: str = "") -> dict[str, Any]:
    said = {key: word for key, word in (("media_group_id", album), ("caption", caption)) if word}
    return said | {"photo": [{"file_id": name, "file_unique_id": name, "width": 9, "height": 9}]}


def heads(stage: Stage) -> list[tuple[int, str]]:
    return [tuple(row) for row in stage.query(select(checkin.c.attended, checkin.c.state).order_by(checkin.c.id))]


def kept(stage: Stage) -> list[tuple[str, int | None, str]]:
    return stage.query(select(file.c.ref, file.c.checkin_id, file.c.state).order_by(file.c.id))


@pytest.mark.parametrize("captioned", [0, 2])
def test_an_album_is_one_checkin_with_one_answer(play: Play, captioned: int) -> None:
    async def talk(stage: Stage) -> None:
        for number in range(3):
            caption = CHECKIN if number == captioned else ""
            assert await stage.say(ZHANG, **photo(f"p{number}", "A", caption)) == []
        await stage.later(seconds=3)
        (said,) = stage.fake.texts(ZHANG)
        assert said.startswith("已记录：三(2)中队 主题队日 38 人") and "照片 3 张" in said
        assert kept(stage) == [(f"p{number}", 1, "wanted") for number in range(3)]
        # One more that was late, after a restart or a slow upload: attached, and nobody is told again.
        assert await stage.say(ZHANG, **photo("late", "A", "大合影")) == []
        await stage.later(seconds=3)
        assert len(stage.fake.texts(ZHANG)) == 1 and kept(stage)[-1] == ("late", 1, "wanted")

    play(talk)


def test_an_album_in_one_transaction_is_answered_once(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        intake = stage.app.hooks["/telegram/webhook"]._intake  # type: ignore[attr-defined]
        said = [message(ZHANG, message_id=n, **photo(f"p{n}", "A", CHECKIN if n == 0 else "")) for n in range(3)]
        before = stage.app.pipeline.commits
        await intake.take([{"update_id": n, "message": each} for n, each in enumerate(said)], last_try=False)
        assert stage.app.pipeline.commits == before + 1
        await stage.later(seconds=3)
        assert ["照片 3 张" in text for text in stage.fake.texts(ZHANG)] == [True]

    play(talk)


def test_an_album_without_words_belongs_to_the_last_checkin(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        for each in ("a", "b"):
            assert await stage.say(ZHANG, **photo(each, "A")) == []
        await stage.later(seconds=3)
        assert stage.fake.texts(ZHANG)[-1] == "2 张照片已附到：三(2)中队 4月3日（周五） 主题队日"

    play(talk)


def test_what_an_album_has_too_much_is_said(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_FILES", 3)

    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        for each in ("a", "b", "c", "d", "e"):
            assert await stage.say(ZHANG, **photo(each, "A")) == []
        await stage.later(seconds=3)
        said = stage.fake.texts(ZHANG)[-1]
        assert said.startswith("3 张照片已附到") and "已有 3 个（最多 3 个），新的没有保存" in said
        # One that comes when the album has been answered is not kept in silence either.
        await stage.say(ZHANG, **photo("late", "A"))
        await stage.later(seconds=3)
        assert "新的没有保存" in stage.fake.texts(ZHANG)[-1] and len(stage.fake.texts(ZHANG)) == 3
        assert [ref for ref, _, _ in kept(stage)] == ["a", "b", "c"]

    play(talk)


def test_photos_that_came_before_the_words_are_limited_as_well(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_FILES", 3)

    async def talk(stage: Stage) -> None:
        for each in ("a", "b", "c", "d"):
            await stage.say(ZHANG, **photo(each, "A"))
        await stage.say(ZHANG, **photo("e", "A", CHECKIN))
        await stage.later(seconds=3)
        said = "\n".join(stage.fake.texts(ZHANG))
        assert "照片 3 张" in said and "已有 3 个（最多 3 个），新的没有保存" in said
        assert [ref for ref, _, _ in kept(stage)] == ["a", "b", "c"]

    play(talk)


def test_an_album_without_a_checkin_is_not_fetched(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        for each in ("a", "b"):
            await stage.say(ZHANG, **photo(each, "A"))
        await stage.later(seconds=3)
        assert [text[:10] for text in stage.fake.texts(ZHANG)] == ["照片收到了，但不知道"]
        assert {state for _, _, state in kept(stage)} == {"held"}

    play(talk)


def test_photos_wait_for_the_answer_to_a_question(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, **photo("a", "A", "三(2)中队 主题队日"))
        await stage.say(ZHANG, **photo("b", "A"))
        await stage.later(seconds=3)
        assert "请问到了多少人" in stage.fake.texts(ZHANG)[-1]
        assert "照片 2 张" in (await stage.say(ZHANG, "38"))[0]
        assert [(ref, of) for ref, of, _ in kept(stage)] == [("a", 1), ("b", 1)]

    play(talk)


def test_a_document_is_a_picture_a_report_or_refused(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        picture = {"file_id": "d", "file_unique_id": "d", "file_name": "合影.JPG"}
        assert (await stage.say(ZHANG, document=picture))[0].startswith("1 张照片已附到")
        sheet = {"file_id": "x", "file_unique_id": "x", "file_name": "方案.docx"}
        assert (await stage.say(ZHANG, document=sheet))[0].startswith("1 个附件已附到")
        program = {"file_id": "y", "file_unique_id": "y", "file_name": "setup.exe"}
        assert (await stage.say(ZHANG, document=program))[0].startswith("这个不是照片，也不是 PDF")
        assert [ref for ref, _, _ in kept(stage)] == ["d", "x"]

    play(talk)


def test_photos_are_never_sent_into_a_group(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(WANG, "/bind 实验小学", GROUP)
        await stage.say(ZHANG, chat=GROUP, **photo("a", caption="/checkin " + CHECKIN))
        await stage.say(ZHANG, **photo("b"))
        await stage.say(LI, "/digest 本周", GROUP)
        await stage.later(days=7)
        assert [(ref, one) for ref, one, _ in kept(stage)] == [("a", 1), ("b", 1)]
        # The picture of the digest is drawn by the bot; no photo has a name by which it could be sent again.
        sent = [each for each in stage.fake.sent_to(GROUP) if each.get("kind") == "photo"]
        assert all(isinstance(each["photo"], bytes) for each in sent)
        assert any("已记录" in text for text in stage.fake.texts(GROUP))

    play(talk)


def test_a_place_is_kept_as_given(play: Play) -> None:
    async def talk(stage: Stage) -> None:
        at = {"latitude": 30.25, "longitude": 120.125}
        assert (await stage.say(ZHANG, location=at))[0].startswith("位置收到了，但不知道")
        await stage.say(ZHANG, CHECKIN)
        assert "不作为到场的证明" in (await stage.say(ZHANG, location=at))[0]
        assert await stage.edit(ZHANG, 1002, "", location=at) == []
        assert stage.query(select(place.c.checkin_id, place.c.latitude, place.c.longitude)) == [(1, 30.25, 120.125)]

    play(talk)
