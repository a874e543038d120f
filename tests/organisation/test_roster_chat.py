"""The roster by chat: sent as a file, shown, agreed to; nobody reaches beyond what is theirs."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.files.fetcher import Fetcher
from storage.people import people
from storage.people.people import Role
from storage.tables import account, grant, person, roster_batch, staged, unit
from tests.support import workbooks
from tests.support.stage import Bot, running

pytestmark = pytest.mark.both

SCHOOL = "青江省少工委(演示)/明州市少工委(演示)/青禾区少工委(演示)/实验小学(演示)"
COUNTY = SCHOOL.rpartition("/")[0]
HEADER = "组织,类型,姓名,角色,企业微信账号,Telegram ID,应到人数,别名\n"
ROWS = (
    f"{SCHOOL}/三(2)中队,,张老师,中队辅导员,zhangls,,43,\n"
    f"{SCHOOL}/三(3)中队,中队,洪老师,中队辅导员,hongls,,40,雏鹰中队\n"
)


class Chat:
    """Somebody's chat with the bot; the files that they send are fetched at once."""

    def __init__(self, bot: Bot, folder: Path, who: str) -> None:
        app = bot.app
        self.bot, self.who = bot, who
        clock, read = (bot.clock.now, bot.clock.real), app.engine.database.read
        self.fetcher = Fetcher(app.channels, app.pipeline, read, folder, clock, app.owner)

    async def send(self, content: str | bytes, name: str = "名册.csv", text: str = "") -> list[dict]:
        raw = content if isinstance(content, bytes) else (HEADER + content).encode()
        file = {"name": name, "type": "", "data": base64.b64encode(raw).decode()}
        await self.bot.hear(self.bot.body(self.who, text, file=file))
        await self.fetcher.once()
        await self.bot.send()
        return [bubble for bubble in self.bot.new(self.who) if bubble["from"] == "bot"]

    async def press(self, bubble: dict, label: str) -> str:
        (button,) = [each["id"] for each in bubble["buttons"] if each["label"] == label]
        await self.bot.hear(self.bot.body(self.who, button=button))
        return self.bot.new(self.who)[-1]["text"]


def play(folder: Path, who: str, talk: Callable[[Chat], Awaitable[None]]) -> None:
    async def played() -> None:
        async with running(folder) as bot:
            await talk(Chat(bot, folder / "kept", who))

    asyncio.run(played())


def counts(bot: Bot) -> list[int]:
    with bot.read() as db:
        tables = (unit, person, account, grant)
        return [db.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def roles(bot: Bot, channel: str, address: str) -> set[tuple[str, Role]]:
    with bot.read() as db:
        found = people.by_addresses(db, channel, [address], bot.clock.now()).get(address)
    return {(each.unit.name, each.role) for each in found.grants} if found else set()


def test_what_would_change_is_shown_first_and_written_when_agreed(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        before = counts(chat.bot)
        got, shown = await chat.send(ROWS)
        assert got["text"].startswith("表收到了，正在核对")
        assert shown["text"].splitlines()[:5] == [
            "名册核对好了，还没有写入。",
            "读到 2 行",
            "新增：单位 1（中队 1）、人员 1、角色 1、账号 2、其中 1 项要另一位管理员确认以后才有",
            "改动：1",
            "  三(2)中队 应到人数 44 → 43",
        ]
        assert [button["label"] for button in shown["buttons"]] == ["导入", "不导入"]
        assert counts(chat.bot) == before
        assert (await chat.press(shown, "导入")).startswith("名册已导入")
        assert counts(chat.bot) == [now + more for now, more in zip(before, (1, 1, 1, 1), strict=True)]
        # The account is one more of the teacher whom the bot knew from elsewhere: somebody else says so, too.
        assert roles(chat.bot, "wecom", "zhangls") == set()
        (asked,) = [each for each in chat.bot.new("刘校长") if each["from"] == "bot"]
        assert asked["text"] == "李老师导入了名册，有 1 项等您确认。"
        assert "张老师 用新的企业微信账号" in (await chat.bot.say("刘校长", "待确认"))[-1]
        await chat.bot.say("刘校长", "待确认 全部 同意")
        assert roles(chat.bot, "wecom", "zhangls") == roles(chat.bot, "practice", "张老师")
        assert roles(chat.bot, "wecom", "hongls") == {("三(3)中队", Role.COUNSELOR)}
        assert "已经导入过了" in await chat.press(shown, "导入")
        assert (await chat.send(ROWS))[-1]["text"] == "名册和现在一样，没有要改的。"

    play(tmp_path, "李老师", talk)


@pytest.mark.parametrize(
    ("who", "rows"),
    [
        ("李老师", "班级,班主任,学生数\n三(2)班,张老师,43\n三(3)班,洪老师,40\n"),
        ("李老师", "学校,大队辅导员,年级,班级,班主任,学生数\n实验小学,李老师,三年级,2班,张老师,43\n,,,3班,洪老师,40\n"),
        ("王主任", "学校,班级,班主任,学生数\n实验小学,302,张老师,43\n,303,洪老师,40\n"),
        (
            "王主任",
            "组织,类型,姓名,角色,应到人数\n实验小学/三(2)中队,,,,43\n实验小学/三(3)中队,中队,洪老师,班主任,40\n",
        ),
    ],
)
def test_what_does_not_begin_at_the_root_stands_where_its_sender_is(tmp_path: Path, who: str, rows: str) -> None:
    async def talk(chat: Chat) -> None:
        shown = (await chat.send(rows.encode()))[-1]
        assert "单位 1（中队 1）、人员 1、角色 1" in shown["text"] and "三(2)中队 应到人数 44 → 43" in shown["text"]
        await chat.press(shown, "导入")
        assert (await chat.bot.say("李老师", "三(3)班 主题队日 38人"))[-1].startswith("已记录：三(3)中队")

    play(tmp_path, who, talk)


def test_new_squads_can_be_reported_for_at_once(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        await chat.send(ROWS, text="请导入")
        # The word on the card, or any yes.
        assert (await chat.bot.say("李老师", "可以"))[-1].startswith("名册已导入。发「谁还没加入」")
        said = await chat.bot.say("李老师", "雏鹰中队 主题队日 38人")
        assert said[-1].startswith("已记录：三(3)中队 主题队日 38 人")

    play(tmp_path, "李老师", talk)


def test_nothing_happens_when_it_is_not_wanted(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        before = counts(chat.bot)
        shown = (await chat.send(ROWS))[-1]
        assert (await chat.bot.say("李老师", "算了"))[-1] == "好的，什么也没有改。"
        assert "没有导入" in await chat.press(shown, "导入")
        assert counts(chat.bot) == before

    play(tmp_path, "李老师", talk)


def test_problems_are_told_by_row_and_nothing_is_staged(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        said = (await chat.send(ROWS + f"{SCHOOL}/三(4)中队,班级,,,,,,\n"))[-1]
        assert said["text"].startswith("名册有 1 处问题，什么也没有改：\n第 4 行：「类型」没有「班级」")
        assert said["buttons"] == []
        with chat.bot.read() as db:
            assert db.scalar(select(func.count()).select_from(roster_batch)) == 0

    play(tmp_path, "李老师", talk)


@pytest.mark.parametrize(
    ("who", "row", "words"),
    [
        ("李老师", f"{COUNTY}/育红小学(演示)/三(9)中队,中队,,,,,,", "育红小学(演示)/三(9)中队」不在您负责的范围"),
        ("李老师", f"{COUNTY}/新办小学,学校,,,,,,", "新办小学」不在您负责的范围"),
        ("李老师", f"{COUNTY}/育红小学(演示)/三(2)中队,,,,,,39,", "三(2)中队」不在您负责的范围"),
        ("李老师", f"{COUNTY}/育红小学(演示)/三(2)中队,,贼老师,中队辅导员,thief,,,", "您不能在「三(2)中队」任命"),
        ("李老师", "别的区少工委,县少工委,,,,,,", "不在您负责的范围"),
        ("李老师", f"{SCHOOL},,贼老师,大队辅导员,thief,,,", "您不能在「实验小学(演示)」任命大队辅导员"),
        ("王主任", f"{COUNTY},,贼主任,市管理员,thief,,,", "任命市管理员"),
        ("王主任", "青江省少工委(演示),,贼主任,县管理员,thief,,,", "任命县管理员"),
        # An account on another platform would be a way into somebody's rights.
        ("刘校长", f"{SCHOOL},,刘校长,学校管理员,,1,,\n{SCHOOL},,李老师,大队辅导员,,2,,", "不归您管的职务"),
        ("李老师", f"{SCHOOL},,李老师,大队辅导员,,1,,", "不归您管的职务"),
    ],
)
def test_nobody_reaches_beyond_what_is_theirs(who: str, row: str, words: str, tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        before = counts(chat.bot)
        said = (await chat.send(f"{row}\n"))[-1]
        assert words in said["text"] and said["buttons"] == [], said["text"]
        assert counts(chat.bot) == before

    play(tmp_path, who, talk)


def test_what_is_already_so_above_and_beside_is_no_problem(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        known = f"{COUNTY},县少工委,王主任,县管理员,,,,\n{SCHOOL},学校,李老师,大队辅导员,,,,\n"
        assert (await chat.send(known + ROWS))[-1]["buttons"][0]["label"] == "导入"

    play(tmp_path, "李老师", talk)


def test_a_teacher_with_roles_elsewhere_is_not_renamed(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        county = Chat(chat.bot, tmp_path / "kept", "王主任")
        both = f"{COUNTY}/育红小学(演示)/一(1)中队,,洪老师,中队辅导员,hongls,,,\n"
        await county.press((await county.send(ROWS + both))[-1], "导入")
        for who in ("李老师", "高校长"):
            await chat.bot.say(who, "待确认 全部 同意")
        other = ROWS.replace("洪老师", "黄老师")
        assert "不归您管的职务" in (await chat.send(other))[-1]["text"]
        assert "洪老师 改名 黄老师" in (await county.send(other + both.replace("洪老师", "黄老师")))[-1]["text"]

    play(tmp_path, "李老师", talk)


def test_who_is_not_in_the_file_leaves_only_when_told_and_never_the_sender(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        whole = f"{SCHOOL},,李老师,大队辅导员,,,,\n{SCHOOL}/三(2)中队,,张老师,中队辅导员,,,,\n"
        shown = (await chat.send(whole))[-1]
        assert "名册里没写、现在有的角色：11" in shown["text"] and "刘校长" not in shown["text"]
        assert [button["label"] for button in shown["buttons"]] == ["让他们离任", "不动"]
        await chat.press(shown, "让他们离任")
        assert roles(chat.bot, "practice", "赵老师") == set()
        assert roles(chat.bot, "practice", "张老师") == {("三(2)中队", Role.COUNSELOR)}
        assert roles(chat.bot, "practice", "李老师") == {("实验小学(演示)", Role.BRIGADE)}
        # A counselor without a role is a stranger again.
        assert "请向学校大队辅导员要一个邀请码" in (await chat.bot.say("赵老师", "我的"))[-1]

    play(tmp_path, "李老师", talk)


def test_a_change_between_looking_and_agreeing_is_noticed(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        shown = (await chat.send(ROWS))[-1]
        code = (await chat.bot.say("李老师", "邀请 中队辅导员 三(1)中队"))[0].splitlines()[0].partition("：")[2]
        await chat.bot.say("陌生人", f"加入 {code}")
        before = counts(chat.bot)
        assert "请把文件再发一次" in await chat.press(shown, "导入")
        assert counts(chat.bot) == before
        # What happens in another school does not matter.
        shown = (await chat.send(ROWS))[-1]
        code = (await chat.bot.say("马老师", "邀请 中队辅导员 三(1)中队"))[0].splitlines()[0].partition("：")[2]
        await chat.bot.say("另一个", f"加入 {code}")
        assert (await chat.press(shown, "导入")).startswith("名册已导入")

    play(tmp_path, "李老师", talk)


def test_another_admin_cannot_agree(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        await chat.send(ROWS)
        assert "没有等您决定的名册 1" in (await chat.bot.say("刘校长", "导入 1"))[-1]
        assert "没有等您决定的名册 99" in (await chat.bot.say("李老师", "导入 99"))[-1]
        assert "您目前不能用" in (await chat.bot.say("张老师", "导入 1"))[-1]

    play(tmp_path, "李老师", talk)


def test_a_day_later_the_file_is_to_be_sent_again(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        shown = (await chat.send(ROWS))[-1]
        await chat.bot.move(chat.bot.clock.now().replace(day=5))
        assert "重新发一次文件" in await chat.press(shown, "导入")
        with chat.bot.read() as db:
            assert db.scalar(select(func.count()).select_from(staged)) == 0

    play(tmp_path, "李老师", talk)


def test_a_counselors_table_is_no_roster(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        assert "不是照片" in (await chat.send(ROWS))[-1]["text"]
        *_, recorded, left_out = await chat.send(ROWS, text="主题队日 38人")
        assert recorded["text"].startswith("已记录") and left_out["text"].startswith("一起发的文件没有保存")

    play(tmp_path, "张老师", talk)


@pytest.mark.parametrize(
    ("words", "answer"),
    [("导出 名册 核对名单", "名册和现在一样，没有要改的。"), ("导出 名册模板", "名册里的都已经有了，没有要改的。")],
)
def test_what_the_bot_gives_changes_nothing_when_it_comes_back(words: str, answer: str, tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        assert "请不要转发" in (await chat.bot.say(chat.who, "导出名册 核对名单"))[-1]
        await chat.bot.say(chat.who, words)
        newest = max((chat.bot.channel.folder / "sent").iterdir(), key=lambda path: int(path.name[1:]))
        said = (await chat.send(newest.read_bytes(), "名册.xlsx"))[-1]
        assert said["text"].startswith(answer), said

    play(tmp_path, "王主任", talk)


def test_hidden_rows_are_asked_about(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        def hide(book: object, page: Any) -> None:
            page.set_row(2, None, None, {"hidden": True})

        rows = [row.split(",")[:7] for row in (HEADER + ROWS).splitlines()]
        _, shown = await chat.send(workbooks.xlsx(("名册", rows), change=hide), "名册.xlsx")
        assert "第 3 行是隐藏的（或被筛选掉的），共 1 行，没有算进去" in shown["text"]
        assert [button["label"] for button in shown["buttons"]] == ["导入", "不导入", "连隐藏的行一起导入"]
        before = counts(chat.bot)
        assert (await chat.press(shown, "导入")).startswith("名册已导入")
        assert counts(chat.bot)[:2] == before[:2]
        _, again = await chat.send(workbooks.xlsx(("名册", rows), change=hide), "名册.xlsx")
        assert (await chat.press(again, "连隐藏的行一起导入")).startswith("名册已导入")
        assert counts(chat.bot)[:2] == [before[0] + 1, before[1] + 1]

    play(tmp_path, "李老师", talk)
