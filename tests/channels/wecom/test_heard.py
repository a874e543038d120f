"""What people do in WeCom, through the encrypted callback: messages of every kind, the menu, coming and going."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.channels.wecom import parts as wecom_parts
from storage.tables import account, card_code, checkin, file, inbox, place
from tests.support.platforms.fake_wecom import FakeWecom
from tests.support.platforms.wecom_stage import LI, STRANGER, ZHANG, Stage, play

pytestmark = pytest.mark.both
CHECKIN = "三(2)中队 主题队日 38人"
PHOTO = (Path(__file__).parents[2] / "support" / "photo.jpg").read_bytes()


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeWecom]:
    with FakeWecom() as wecom:
        yield wecom


def test_a_check_in_a_correction_and_a_withdrawal(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        assert (await stage.say(ZHANG, CHECKIN))[0].startswith("已记录：三(2)中队 主题队日 38 人")
        [words] = await stage.say(ZHANG, "更正 应到42实到40")
        assert words.startswith("已更正") and "应到 42 人" in words
        assert (await stage.say(ZHANG, "撤回"))[0].startswith("已撤回")
        assert stage.query(select(checkin.c.state, checkin.c.attended)) == [("withdrawn", 40)]

    play(tmp_path, fake, scene)


def test_capital_letters_make_nobody_else(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        for user in (ZHANG, ZHANG.upper(), ZHANG.lower()):
            assert (await stage.say(user, "我是谁"))[0].startswith("张老师，您好！")
        assert stage.query(select(func.count(inbox.c.sender.distinct())))[0] == (1,)

    play(tmp_path, fake, scene)


def test_photos_are_fetched_by_their_medium(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        fake.files["good"], fake.files["bad"] = PHOTO, b"no photo at all"
        for medium in ("good", "bad", "gone"):
            picture = stage.message(ZHANG, "image", PicUrl="http://127.0.0.1:9/never", MediaId=medium)
            assert (await stage.deliver(picture))[0].startswith("1 张照片已附到：三(2)中队")
        await stage.fetch()
        assert stage.query(select(file.c.ref, file.c.state).order_by(file.c.id)) == [
            ("good", "stored"), ("bad", "lost"), ("gone", "lost"),
        ]  # fmt: skip
        assert [text for text in fake.texts(ZHANG) if "照片打不开" in text]

    play(tmp_path, fake, scene)


def test_a_place_belongs_to_the_check_in(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        here = {"Location_X": "23.134", "Location_Y": "113.358", "Scale": 20, "Label": "广州", "AppType": "wxwork"}
        assert "不知道是哪次活动" in (await stage.deliver(stage.message(ZHANG, "location", **here)))[0]
        await stage.say(ZHANG, CHECKIN)
        assert (await stage.deliver(stage.message(ZHANG, "location", **here)))[0].startswith("位置已附到")
        assert stage.query(select(place.c.latitude, place.c.longitude)) == [(23.134, 113.358)]

    play(tmp_path, fake, scene)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("voice", "请打字发给我"), ("video", "请发文字和照片"), ("link", "请把要报的内容打字"), ("new_kind", "还看不懂")],
)
def test_what_cannot_be_understood_gets_one_kind_sentence(
    tmp_path: Path, fake: FakeWecom, kind: str, words: str
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.say(ZHANG, "三年级二班 队会")
        [said] = await stage.deliver(stage.message(ZHANG, kind, MediaId="m1", Title="王小明", Url="http://x"))
        assert words in said
        # It was no answer: the question is still open.
        assert (await stage.say(ZHANG, "38"))[0].startswith("已记录：三(2)中队 主题队会 38 人")
        assert "请向学校大队辅导员要一个邀请码" in (await stage.deliver(stage.message(STRANGER, kind)))[0]

    play(tmp_path, fake, scene)


def test_a_click_on_the_menu_works_like_the_command(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        await stage.say(ZHANG, CHECKIN)
        for key in ("帮助", "我的", "周报"):
            typed, clicked = await stage.say(LI, key), await stage.happen(LI, "click", EventKey=key)
            assert typed and clicked == typed
        # Twice within a second on two buttons is two clicks, and each of them once.
        before = stage.query(select(func.count()).select_from(inbox))[0][0]
        for key in ("帮助", "我的"):
            await stage.deliver(stage.event(LI, "click", EventKey=key))
        assert stage.query(select(func.count()).select_from(inbox))[0][0] == before + 2

    play(tmp_path, fake, scene)


def test_a_press_is_the_command_of_its_button(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        [asked] = await stage.say(ZHANG, "三(2)中队 38人")
        assert asked.startswith("请问是什么活动？")
        # Of somebody else, or of a card that is not ours, it does nothing.
        theirs = fake.click(ZHANG, "队课")
        assert (await stage.happen(LI, "template_card_event", **theirs))[0].startswith("这个按钮已经失效")
        assert stage.query(select(func.count()).select_from(checkin)) == [(0,)]
        assert (await stage.press(ZHANG, "队课"))[0].startswith("已记录：三(2)中队 队课 38 人")
        of_card = select(card_code.c.code, card_code.c.chats).where(card_code.c.task == theirs["TaskId"])
        codes = stage.query(of_card.order_by(card_code.c.id))
        assert [chats for _, chats in codes] == [["zhangli"], None, None], "sent, pressed by another, pressed"
        assert len({code for code, _ in codes}) == 3
        for key in ("x", "x.0", "submit", "。"):
            strange = await stage.happen(ZHANG, "template_card_event", EventKey=key, TaskId="t", ResponseCode="c")
            assert strange[0].startswith("这个按钮已经失效")

    play(tmp_path, fake, scene)


def test_a_choice_from_a_list_is_a_press(tmp_path: Path, fake: FakeWecom, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(stage: Stage) -> None:
        # Six answers fit on buttons; with room for fewer they are a list.
        monkeypatch.setattr(wecom_parts, "MOST_BUTTONS", 3)
        await stage.say(ZHANG, "三(2)中队 38人")
        assert fake.cards(ZHANG)[-1]["card"]["card_type"] == "multiple_interaction"
        assert (await stage.press(ZHANG, "志愿服务"))[0].startswith("已记录：三(2)中队 志愿服务 38 人")

    play(tmp_path, fake, scene)


def test_who_is_let_in_is_welcomed_and_known_by_the_roster(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        [known] = await stage.happen(ZHANG, "subscribe")
        assert known.startswith("张老师，您好！") and "实验小学三(2)中队的中队辅导员" in known
        [unknown] = await stage.happen(STRANGER, "subscribe")
        assert "您在这里的账号是 mosheng" in unknown and "邀请码" in unknown
        [offered] = await stage.say(LI, "邀请 中队辅导员 三(1)中队")
        code = offered.splitlines()[0].partition("：")[2]
        [welcome] = await stage.say(STRANGER, f"加入 {code} 陈老师")
        assert welcome.startswith("欢迎！您现在是实验小学三(1)中队的中队辅导员")
        assert (await stage.say(STRANGER.upper(), "三(1)中队 主题队日 40人"))[0].startswith("已记录：三(1)中队")

    play(tmp_path, fake, scene)


def test_who_leaves_gets_nothing_more_until_they_are_back(tmp_path: Path, fake: FakeWecom) -> None:
    def reachable(stage: Stage) -> bool:
        return bool(stage.query(select(account.c.reachable).where(account.c.address == ZHANG.lower()))[0][0])

    async def scene(stage: Stage) -> None:
        await stage.happen(ZHANG, "unsubscribe")
        assert not reachable(stage)
        [told] = [text for text in fake.texts(LI) if "可见范围" in text]
        assert told.startswith("张老师（实验小学三(2)中队中队辅导员）在企业微信里看不到我了")
        await stage.happen(ZHANG, "subscribe")
        assert reachable(stage)
        # An old one that comes once more changes nothing.
        left = stage.event(ZHANG, "unsubscribe")
        await stage.deliver(left)
        await stage.happen(ZHANG, "subscribe")
        await stage.deliver(left)
        assert reachable(stage)

    play(tmp_path, fake, scene)


def test_nothing_is_said_to_what_says_nothing(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        for event in ("enter_agent", "LOCATION", "view", "scancode_waitmsg", "batch_job_result", "never_heard_of"):
            assert await stage.happen(ZHANG, event, EventKey="x", Latitude="1", Longitude="2") == []
        assert stage.query(select(func.count()).select_from(inbox)) == [(0,)]

    play(tmp_path, fake, scene)


def test_without_a_trusted_address_short_answers_still_arrive(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        fake.trusted = False
        try:
            assert await stage.say(ZHANG, "三(2)中队 38人") == [], "a question with buttons needs the API"
            assert (await stage.say(ZHANG, CHECKIN))[0].startswith("已记录")
        finally:
            fake.trusted = True
        answer = await stage.client.get("/health")
        [warning] = answer.json()["warnings"]
        assert answer.status_code == 200
        assert warning.startswith("wecom：消息出不去") and "203.0.113.7" in warning

    play(tmp_path, fake, scene)


def test_a_failed_message_is_told_at_once(tmp_path: Path, fake: FakeWecom, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(stage: Stage) -> None:
        monkeypatch.setattr("handlers.checkins.my_checkins._waiting", None)
        await stage.say(ZHANG, CHECKIN)
        [said] = await stage.say(ZHANG, "我的")
        assert said.startswith("抱歉，这条消息没有处理好，已经保存（编号 ")
        assert "bot_failed_messages 1.0" in (await stage.client.get("/metrics")).text

    play(tmp_path, fake, scene)


def test_a_control_character_swallows_nothing(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        said = await stage.post(stage.message(ZHANG, Content="三(2)中队\x0b 主题队日\x08 38人"))
        assert stage.platform.read(said.content)["Content"].startswith("已记录：三(2)中队 主题队日 38 人")

    play(tmp_path, fake, scene)
