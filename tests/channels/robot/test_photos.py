"""Photos that are sent to the robot: fetched, opened with their key, kept, or said to be missing."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from sqlalchemy import select

from bot.files.fetcher import Fetcher
from storage.tables import file
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.robot_stage import ZHANG, Stage, words

pytestmark = pytest.mark.both


CHECKIN = "三(2)中队 主题队日 应到42实到40 清明祭英烈"


Play = Callable[..., None]


def jpeg() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, "JPEG")
    return content.getvalue()


async def fetched(stage: Stage) -> list[tuple[str, str]]:
    app = stage.app
    read, folder = app.engine.database.read, app.settings.files
    clock = (app.engine.clock.now, app.engine.clock.real)
    await Fetcher(app.channels, app.pipeline, read, folder, clock, app.owner).once()
    await stage.send()
    return stage.query(select(file.c.kind, file.c.state).order_by(file.c.id))


def test_photos_are_fetched_opened_and_kept(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        item = {"msgtype": "image", "image": fake.photo(jpeg())}
        mixed = {"msg_item": [{"msgtype": "text", "text": {"content": CHECKIN}}, item]}
        assert "照片 1 张" in (await stage.say(ZHANG, msgtype="mixed", mixed=mixed))[0]
        said = await stage.say(ZHANG, msgtype="image", image=fake.photo(jpeg(), bytes(range(1, 33))))
        assert said[0].startswith("1 张照片已附到：三(2)中队")
        assert await fetched(stage) == [("photo", "stored"), ("photo", "stored")]

    play(talk)


@pytest.mark.parametrize("wrong", ["gone", "no photo", "key", "way"])
def test_a_photo_that_cannot_be_had_is_said(play: Play, fake: FakeRobot, wrong: str) -> None:
    async def talk(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        given = fake.photo(b"no photo at all" if wrong == "no photo" else jpeg())
        if wrong == "key":
            given["aeskey"] = given["aeskey"][::-1]
        if wrong == "way":
            given["url"] = "ftp://example.org/x"
        await stage.say(ZHANG, msgtype="image", image=given)
        if wrong == "gone":
            fake.forget_media()
        assert await fetched(stage) == [("photo", "lost")]
        assert words(fake.said_to(ZHANG)[-1]).startswith("刚才的照片打不开")

    play(talk)
