"""A thousand messages that cannot be read, of real kinds: what is said to them holds something that works as it is."""

import asyncio
import random
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.dispatch import dispatch
from bot.pipeline.turn import Turn
from handlers import kit
from handlers.privacy.door import Door
from storage.base.vault import Listening
from storage.messages import dialogues
from storage.people import people
from storage.people.people import Person
from storage.tables import checkin, dialogue, nomination, report
from tests.support.stage import running

pytestmark = pytest.mark.both
MOST, WANTED = 1000, 0.95
WHO = ("张老师", "李老师", "刘校长", "王主任", "陶老师", "魏站长", "方老师", "戚主任")
UNITS = ("三(2)中队", "三2班", "二(1)中队", "302", "雷锋中队", "三年级", "三(20)中队", "九(9)班", "五班", "", "")
ACTIVITIES = (
    *("主题队日", "队会", "志愿服务", "宣讲", "微心愿", "开站", "爱学习", "队课", "祭扫", "春游去公园", "搞了个活动"),
    *("看望老人", "家访", "书香阅读", "上课", "", "参观"),
)
NUMBERS = ("38人", "", "38", "很多人", "三十多", "0人", "9999人", "人数待定", "实到40应到38", "几十号人", "全班")
DAYS = ("", "", "", "昨天", "下周三", "13月5日", "2月30日", "去年", "2019年3月1日")
COMMANDS = (
    *("更正", "撤回", "提名", "周报", "查", "未签到", "催办", "邀请", "任命", "登记", "续", "提醒", "家长同意", "同意"),
    *(
        "退回",
        "待审",
        "发布活动",
        "单位",
        "交接",
        "代理",
        "勿扰",
        "校历",
        "名额",
        "推送",
        "通知方式",
        "参学",
        "表",
        "看",
    ),
    *("审计", "日历", "为什么"),
)
ARGUMENTS = (
    *("", "阿斯顿", "foo", "99", "三(2)中队", "X20990101-01", "下周", "一星章", "abc 123", "三(9)中队", "？？", "13月"),
    "张老师",
)
# Where an example begins: on the line, or on the next one.
LEADS = re.compile(r"(?:像这样(?:发)?|如|例|发|写|写成)[:：]\s*(.*)")
QUOTED = re.compile("「([^」]+)」")
NOT_READ = re.compile("没看懂|没有记录|还没有记。|认不出|没有找到|看不懂|答不上来|请写明|请带上|目前不能用|不由您")


def said(draw: random.Random) -> str:
    """A report with a part missing or impossible, a command with something that is not of it, or a slip."""
    report_ = [part for part in map(draw.choice, (UNITS, ACTIVITIES, NUMBERS, DAYS)) if part]
    kind = draw.random()
    if kind < 0.55:
        return draw.choice((" ", "", "，")).join(report_) or "啊"
    if kind < 0.85:
        return f"{draw.choice(COMMANDS)} {draw.choice(ARGUMENTS)}".strip()
    whole = " ".join(report_) or "三(2)中队"
    return whole[: draw.randrange(1, len(whole) + 1)] + draw.choice(("", "的", "啊吧", "@#", "111", "队队"))


def examples(reply: kit.Reply) -> list[str]:
    """What a reply shows that may be sent as it is."""
    lines = reply.text.splitlines()
    found = [each.typed for each in reply.buttons] + QUOTED.findall(reply.text)
    for place, line in enumerate(lines):
        for lead in LEADS.finditer(line):
            found += re.split("[。；;]", lead[1])[:1] if lead[1] else lines[place + 1 : place + 2]
    return [each.strip("· ") for each in dict.fromkeys(found) if not each.startswith("帮助")]


class Chat:
    """Messages said one by one in a transaction, each undone."""

    def __init__(self, turn: Turn, features: dispatch.Features) -> None:
        self.turn, self.features = turn, features
        self.people: dict[str, Person] = {
            who: people.by_addresses(turn.db, "practice", [who], turn.now)[who] for who in WHO
        }

    def answer(self, who: str, text: str) -> tuple[Sequence[kit.Reply], bool]:
        """(what is answered, whether it is refused)."""
        turn = self.turn
        message = kit.Message("practice", text, who, who, turn.now, text)
        ask = kit.Ask(
            turn.db, turn.now, message, 1, self.people[who], "", turn.rollups, Listening(turn.vault, Door().hear),
            self.features.commands, occasions=self.features.occasions,
            question=dialogues.of_senders(turn.db, "practice", [who]).get(message.where),
        )  # fmt: skip
        try:
            with turn.db.begin_nested():
                replies = [each for each in dispatch.answer(self.features, ask) if each.to is None]
        except kit.Refusal as refusal:
            return [kit.Reply(refusal.text, refusal.buttons)], True
        return replies, bool(replies) and not self._kept and bool(NOT_READ.search(replies[0].text))

    @property
    def _kept(self) -> int:
        """Whether something is there that was not: a record, or a question about one."""
        tables = (checkin, report, nomination, dialogue)
        return sum(self.turn.db.scalar(select(func.count()).select_from(table)) or 0 for table in tables)

    def works(self, who: str, texts: Iterable[str]) -> bool:
        return any(self._works(who, text) for text in texts)

    def _works(self, who: str, text: str) -> bool:
        undone = self.turn.db.begin_nested()
        replies, refused = self.answer(who, text)
        if undone.is_active:
            undone.rollback()
        return bool(replies) and not refused


def tried(chat: Chat) -> tuple[Counter[bool], list[str]]:
    """How many of MOST refusals hold an example that works, and those that do not."""
    draw, counted, failed = random.Random(20260403), Counter[bool](), []
    while counted.total() < MOST:
        who, text = draw.choice(WHO), said(draw)
        undone = chat.turn.db.begin_nested()
        replies, refused = chat.answer(who, text)
        if refused:
            good = chat.works(who, examples(replies[0]))
            counted[good] += 1
            failed += [] if good else [f"{who}: {text} → {replies[0].text}"]
        if undone.is_active:
            undone.rollback()
    return counted, failed


def test_a_refusal_holds_an_example_that_works(tmp_path: Path) -> None:
    async def scene() -> tuple[Counter[bool], list[str]]:
        async with running(tmp_path) as bot:
            await bot.say("张老师", "帮助")
            return await bot.app.pipeline.do(lambda turn: tried(Chat(turn, bot.app.engine.features)))

    with warnings.catch_warnings():
        # What is undone within is undone.
        warnings.filterwarnings("ignore", message="nested transaction already deassociated")
        counted, failed = asyncio.run(scene())
    assert counted[True] >= WANTED * MOST, failed[:20]
