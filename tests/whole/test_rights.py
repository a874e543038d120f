"""Every command × every role × whose data it is: nobody gets further than their own part of the tree (domain §1.2)."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.pipeline.turn import Turn
from handlers.kit import Message
from storage.audit import audit
from storage.audit.audit import Action, Wanted
from storage.organisation.units import Kind, Unit
from storage.people import people
from storage.people.people import Role
from storage.tables import metadata, outbox
from tests.support.secrets_of_units import CHILD, HEADS, REASON, Target, World
from tests.support.stage import Bot, running
from tests.whole.test_walk import ALWAYS_NOTED, CAST, FEATURES

pytestmark = pytest.mark.both

R = Role
_ADMINS = {R.BRIGADE, R.SCHOOL_ADMIN, R.SUPERVISOR, R.COUNTY_ADMIN, R.CITY_ADMIN, R.PROVINCE_ADMIN}
_REPORTERS = {R.COUNSELOR, R.BRIGADE, R.STATION_HEAD, R.OUTSIDE_COUNSELOR, R.VOLUNTEER}
_BRANCH = {R.GROUP_HEAD, R.CARE_ADMIN}
_RECORDERS = {R.COUNSELOR, R.BRIGADE, R.SCHOOL_ADMIN, R.DATA_OFFICER}
_OFFICERS = {R.SCHOOL_ADMIN, R.DATA_OFFICER}
_APPOINTERS = {R.BRIGADE, R.SCHOOL_ADMIN, R.COUNTY_ADMIN, R.CITY_ADMIN, R.PROVINCE_ADMIN}
# Who may, written down a second time: a command that lets somebody else in is found here.
_READERS = _ADMINS | _BRANCH | {R.STATION_HEAD, R.INSPECTOR}
MAY: dict[str, set[Role]] = {
    "签到": _REPORTERS, "更正": _REPORTERS, "撤回": _REPORTERS, "我的": _REPORTERS,
    "查": _ADMINS | _BRANCH | {R.COUNSELOR, R.STATION_HEAD, R.INSPECTOR},
    **dict.fromkeys(("周报", "网页", "月报", "学期报", "年报", "为什么", "导出 签到"), _READERS | {R.COUNSELOR}),
    "未签到": _ADMINS | {R.INSPECTOR}, "催办": _ADMINS, "写感谢": _ADMINS, "绑定": _ADMINS, "解绑": _ADMINS,
    "提名": {R.COUNSELOR, R.BRIGADE}, "我的提名": {R.COUNSELOR, R.BRIGADE}, "撤回提名": {R.COUNSELOR, R.BRIGADE},
    "待审": _APPOINTERS, "同意": _RECORDERS | _APPOINTERS, "退回": _APPOINTERS, "授予": _APPOINTERS,
    **dict.fromkeys(("异议", "公示"), _APPOINTERS - {R.BRIGADE}),
    "名额": {R.SCHOOL_ADMIN, R.COUNTY_ADMIN, R.CITY_ADMIN, R.PROVINCE_ADMIN}, "破例同意": _APPOINTERS - {R.BRIGADE},
    "特色章": _APPOINTERS | {R.COUNSELOR}, "新增特色章": _APPOINTERS, "没提名": _APPOINTERS,
    **dict.fromkeys(("公示名单", "证书名单", "颁章名单", "上传名单", "上传名单 列"), _APPOINTERS),
    "颁发": _APPOINTERS, "撤销奖章": _APPOINTERS,
    "记章": _RECORDERS - {R.DATA_OFFICER}, "收章": _RECORDERS - {R.DATA_OFFICER},
    "记入队": _RECORDERS - {R.DATA_OFFICER}, "奖章进度": _READERS | {R.COUNSELOR},
    **dict.fromkeys(("还差什么", "待颁", "可提名", "审核进度"), _APPOINTERS | {R.COUNSELOR}),
    "家长同意": _RECORDERS, "撤回同意": _RECORDERS, "查看": _RECORDERS, "名单": _RECORDERS,
    "邀请": _APPOINTERS, "任命": _APPOINTERS, "免去": _APPOINTERS, "角色": _APPOINTERS | {R.DATA_OFFICER},
    "晚点提醒": set(Role), **dict.fromkeys(("日历", "换日历链接", "校历", "知道了", "不再提醒", "勿扰"), set(Role)),
    **dict.fromkeys(("负担", "准备清单"), _ADMINS),
    "提醒": set(Role), "帮助": set(Role), "加入": set(Role), "关联": set(Role), "通知方式": set(Role),
    "我是谁": set(Role), "我是": set(Role),
    "推送": _ADMINS, "同场": _REPORTERS, "另记一场": _REPORTERS,
    "同上周": _REPORTERS, "活动": _REPORTERS | _ADMINS | {R.INSPECTOR},
    "参学": _ADMINS | {R.INSPECTOR}, "发布活动": _ADMINS, "结束活动": _ADMINS, "撤回活动": _ADMINS,
    "家长申请": _OFFICERS, "办理": _OFFICERS, "结案": _OFFICERS, "泄露": set(Role),
    "审计": {R.DATA_OFFICER, R.PROVINCE_ADMIN}, "合规审计": {R.DATA_OFFICER, R.PROVINCE_ADMIN},
    "隐私": set(Role), "公告": _ADMINS, "不收公告": set(Role), "停用": _APPOINTERS,
    "单位": _APPOINTERS, "升级": _APPOINTERS, "导入": _APPOINTERS, "导出 名册": _APPOINTERS,
    "邀请 全部": _APPOINTERS, "邀请 办公室": _APPOINTERS, "谁还没加入": _APPOINTERS,
    "上报": set(Role), "登记": set(Role), "在册": set(Role), "到期": set(Role), "续": set(Role), "结束": set(Role),
    "恢复": _REPORTERS, "照常报": set(Role), **dict.fromkeys(("催", "表", "材料"), _READERS),
    "套表": _READERS - {R.INSPECTOR}, "看": _READERS | {R.COUNSELOR},
    **dict.fromkeys(("待收", "收下"), _READERS - {R.INSPECTOR}), "待办": set(Role), "办": set(Role), "照片": set(Role),
    "目录": _READERS,
    "组织 分组": _APPOINTERS, "导出 目录": {R.COUNTY_ADMIN, R.CITY_ADMIN, R.PROVINCE_ADMIN},
    "交接": _APPOINTERS | {R.COUNSELOR}, "代理": _APPOINTERS, "待确认": _APPOINTERS,
}  # fmt: skip
# What is asked of a target; a command that is not here is about nothing but the asker.
ASKED = {
    "签到": "签到 {squad} 主题队日 38人", "更正": "更正 #{checkin} 实到39", "撤回": "撤回 #{checkin}",
    "查": "查 {path}", "周报": "周报 {path}", "月报": "月报 {path}", "未签到": "未签到 {path}", "催办": "催办 {path}",
    "学期报": "学期报 {path}", "导出 签到": "导出 签到 {path}",
    "年报": "年报 {path}", "为什么": "为什么 场次 {path}", "写感谢": "写感谢 {path}",
    "材料": "材料 今年 {path}", "网页": "网页 {path}",
    "绑定": "绑定 {path}", "解绑": "解绑", "提名": "提名 {squad} 集体一星章", "撤回提名": "撤回提名 {case}",
    "授予": "授予 {case}", "异议": "异议 {case} 与事实不符", "公示": "公示 {case} 从今天",
    "待审": "待审 {case}", "同意": "同意 {case}", "退回": "退回 {case} 材料不全", "邀请": "邀请 中队辅导员 {path}",
    "任命": "任命 {person} 校外辅导员 {path}", "免去": "免去 {person} 中队辅导员 {path}", "角色": "角色 {path}",
    "推送": "推送 周报 {path}", "同场": "同场 {checkin} 不是", "另记一场": "另记一场 #{checkin} 实到39",
    "结束活动": "结束活动 {campaign}", "撤回活动": "撤回活动 {campaign}",
    "名额": "名额 一星章 {path} 41", "破例同意": "破例同意 {case} 上级已核定",
    "特色章": "特色章 新增 阅读章 {path}", "新增特色章": "新增特色章 阅读章 {path}",
    **{f"{what}名单": f"{what}名单 {{path}}" for what in ("公示", "证书", "颁章", "上传")},
    **{word: f"{word} {{path}}" for word in ("待颁", "可提名", "奖章进度", "审核进度", "没提名")},
    "还差什么": "还差什么 {path}", "颁发": "颁发 {path} 一星章 3月1日", "撤销奖章": "撤销奖章 {case} 评选有误",
    "查看": "查看 {case} 核对事迹", "家长同意": "家长同意 {path} 钱秘密 书面 3月1日", 
    "撤回同意": "撤回同意 {path} 钱秘密", "名单": "名单 {path} 7号 钱秘密",
    "家长申请": "家长申请 查看 {path} 钱秘密", "办理": "办理 {request}", "结案": "结案 {request} 没有保存",
    "泄露": "泄露 {leak}", "停用": "停用 {path}",
    "单位": "单位 停用 {path}", "升级": "升级 {path}", "导出 名册": "导出 名册 {path}",
    "邀请 全部": "邀请 全部 {path} 其他用途", "邀请 办公室": "邀请 办公室 {path}", "谁还没加入": "谁还没加入 {path}",
    "组织 分组": "组织 分组 片区 城东片区 {path}",
    "交接": "交接 {person} 新老师", "代理": "代理 {person} 明天",
}  # fmt: skip
# Of a word that several kinds of people may say, who gets at somebody else's matter with it.
REALLY = {
    # What waits at the school is the school's.
    "特色章": _APPOINTERS,
    "同意": {R.BRIGADE, R.SCHOOL_ADMIN}, "待审": {R.BRIGADE, R.SCHOOL_ADMIN}, "退回": {R.BRIGADE, R.SCHOOL_ADMIN},
    "破例同意": {R.SCHOOL_ADMIN}, "授予": {R.BRIGADE, R.SCHOOL_ADMIN}, "异议": {R.SCHOOL_ADMIN},
    "撤销奖章": {R.BRIGADE, R.SCHOOL_ADMIN}, "公示": {R.SCHOOL_ADMIN},
    # The first star is the school's.
    "名额": {R.SCHOOL_ADMIN},
    "泄露": _OFFICERS | {R.COUNTY_ADMIN, R.CITY_ADMIN, R.PROVINCE_ADMIN},
    # A counselor hands over her own work only.
    "交接": _APPOINTERS,
    # One takes back one's own only, and none of these is.
    "撤回提名": set(),
}  # fmt: skip
IN_GROUPS = {"绑定", "解绑"}
# Of another school the reader does not know the squads: it asks which is meant, and that is no refusal.
BY_READING = {"签到", "提名"}
# What is about a child names its squad.
OF_A_CHILD = {"家长同意", "撤回同意", "家长申请", "名单"}
OWN_RECORDS = {R.OUTSIDE_COUNSELOR, R.VOLUNTEER}
# What a refused message may leave behind, beside what every message does.
ALWAYS_WRITTEN = {"inbox", "outbox", "screen", "card", "audit", "dialogue"}
# For several workers.
PARTS = 4
NUMBERS = count(1)


@dataclass(frozen=True)
class Try:
    """One person says one thing about one target; whether they may, and whether a no is kept."""

    person: str
    word: str
    target: Target
    allowed: bool
    kept: bool

    @property
    def text(self) -> str:
        said = {name: getattr(self.target, name) for name in Target.__slots__}
        return ASKED[self.word].format(**said)


def allowed(grants: Iterable[people.Grant], word: str, unit: Unit) -> bool:
    """What §1.2 says: a role at a unit holds for it and for all below it; guests have their own records only."""
    if word in OF_A_CHILD and unit.kind != Kind.SQUAD:
        return False
    may = REALLY.get(word, MAY[word])
    mine = [grant for grant in grants if grant.role in may and grant.unit.covers(unit)]
    # Nobody closes their own unit, or says where it belongs.
    mine = [grant for grant in mine if word not in ("单位", "停用", "组织 分组") or grant.unit.id != unit.id]
    own = [grant for grant in mine if word == "签到" and grant.unit.id == unit.id]
    return bool(own) or any(grant.role not in OWN_RECORDS for grant in mine)


def tries(person: str, grants: tuple[people.Grant, ...], targets: Mapping[str, Target], words: Iterable[str]):
    mine = {grant.role for grant in grants}
    at = [each.unit for each in targets.values() if any(grant.unit.covers(each.unit) for grant in grants)]
    for word in words:
        for target in targets.values():
            same = {unit.name for unit in at if unit != target.unit}
            if word in BY_READING and (target.unit.kind != Kind.SQUAD or target.unit.name in same):
                # 三(2) of another school cannot be said by that name: it is one's own.
                continue
            may = allowed(grants, word, target.unit)
            # Until the roster's colleagues say Denied there, 邀请 refuses without keeping it.
            kept = not (word == "邀请" and mine & MAY[word]) and not (word in BY_READING and mine & MAY[word])
            yield Try(person, word, target, may, kept)


async def say(bot: Bot, said: Iterable[Try]) -> list[str]:
    """What each is answered, all in a few transactions, not one a message."""
    now, jobs = bot.clock.now(), []
    for each in said:
        private = each.word not in IN_GROUPS
        chat = each.person if private else f"group-{each.target.unit.id}"
        jobs.append(Message("practice", f"r{next(NUMBERS)}", each.person, chat, now, each.text, private=private))
    outcomes = []
    for start in range(0, len(jobs), 200):
        outcomes += await bot.app.pipeline.submit_all(jobs[start : start + 200])
    assert {each.state for each in outcomes} == {"done"} and not any(each.repeat for each in outcomes)
    places = [(outcome.inbox_id, job.chat) for job, outcome in zip(jobs, outcomes, strict=True)]
    answers: dict[tuple[int, str], list[str]] = {place: [] for place in places}
    with bot.read() as db:
        for row in db.execute(select(outbox).where(outbox.c.inbox_id >= places[0][0]).order_by(outbox.c.id)):
            answers.get((row.inbox_id, row.chat), []).append(bot.app.engine.vault.open(row.body)["text"])
    return ["\n".join(answers[place]) for place in places]


def contents(bot: Bot) -> dict[str, list[tuple[object, ...]]]:
    with bot.read() as db:
        tables = [table for table in metadata.sorted_tables if table.name not in ALWAYS_WRITTEN]
        kept = {table: [each for each in table.c if each.name not in ALWAYS_NOTED] for table in tables}
        rows = {table.name: sorted(map(tuple, db.execute(select(*of))), key=str) for table, of in kept.items()}
        return {**rows, "fact": [row for row in rows["fact"] if "pending-shown" not in str(row[0])]}


def refusals(bot: Bot) -> Counter[str]:
    """How often each person was refused for want of rights."""
    with bot.read() as db:
        found = audit.entries(db, Wanted(action=Action.REFUSED), 100_000)
        names = people.names(db, {row.person_id for row in found if row.person_id})
    return Counter(names[row.person_id] for row in found if row.person_id)


async def world_of(bot: Bot) -> dict[str, Target]:
    await bot.say("陌生人", "帮助")  # The check-ins refer to a first message.
    world = await bot.app.pipeline.do(lambda turn: World(turn, bot.app.engine.vault))
    return world.targets


def grants_of(bot: Bot, person: str) -> tuple[people.Grant, ...]:
    with bot.read() as db:
        return people.by_addresses(db, "practice", [person], bot.clock.now())[person].grants


def test_the_table_has_every_command_and_says_what_the_commands_say() -> None:
    may = {command.words[0]: set(command.who or Role) for command in FEATURES.commands}
    # A new command that everybody may use needs no line: nobody is let in by mistake.
    assert may == {word: roles for word, roles in may.items() if roles == set(Role)} | MAY


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_gets_beyond_their_own_part_of_the_tree(tmp_path: Path, part: int) -> None:
    people = list(CAST.values())[part::PARTS]

    async def walk() -> None:
        async with running(tmp_path) as bot:
            targets = await world_of(bot)
            all_tries = [each for person in people for each in tries(person, grants_of(bot, person), targets, ASKED)]
            forbidden = [each for each in all_tries if not each.allowed]
            assert len(forbidden) > 3000 / PARTS and len(all_tries) - len(forbidden) > 300 / PARTS
            await nothing_comes_of(bot, forbidden)
            await each_is_heard(bot, [each for each in all_tries if each.allowed])

    asyncio.run(walk())


async def nothing_comes_of(bot: Bot, forbidden: list[Try]) -> None:
    before, refused = contents(bot), refusals(bot)
    answers = await say(bot, forbidden)
    assert contents(bot) == before
    for each, answer in zip(forbidden, answers, strict=True):
        assert f"{HEADS}" not in answer and CHILD not in answer and REASON not in answer, (each, answer)
        assert each.target.person not in answer.replace(each.text.partition(" ")[2].split(" ")[0], ""), (each, answer)
    expected = Counter(each.person for each in forbidden if each.kept)
    more = refusals(bot) - refused
    # What is not kept for certain may be kept all the same: a squad of one's own school is known to be another's.
    unsure = Counter(each.person for each in forbidden if not each.kept)
    assert all(expected[who] <= more[who] <= expected[who] + unsure[who] for who in CAST.values()), more - expected


async def each_is_heard(bot: Bot, may: list[Try]) -> None:
    """What is allowed is not refused for want of rights, whatever else may be wrong with it."""
    refused = refusals(bot)
    answers = await say(bot, [each for each in may if each.word not in ("免去", "任命")])
    assert refusals(bot) == refused and all("您目前不能用" not in answer for answer in answers)


def test_lists_of_ones_own_hold_nothing_of_others(tmp_path: Path) -> None:
    async def walk() -> None:
        async with running(tmp_path) as bot:
            targets = await world_of(bot)
            for person in CAST.values():
                mine = grants_of(bot, person)
                secret = [each for each in targets.values() if not any(g.unit.covers(each.unit) for g in mine)]
                for word, roles in MAY.items():
                    if roles & {grant.role for grant in mine} and word not in ("更正", "撤回", "催办", "审计"):
                        answer = "\n".join(await bot.say(person, word))
                        for each in secret:
                            assert each.person not in answer and each.case not in answer, (person, word, answer)

    asyncio.run(walk())


def test_several_roles_hold_each_where_it_is_held(tmp_path: Path) -> None:
    async def walk() -> None:
        async with running(tmp_path) as bot:
            targets = await world_of(bot)

            def give(turn: Turn) -> None:
                someone = people.add(turn.db, "多老师", turn.now)
                people.link(turn.db, someone, "practice", "多老师")
                for role, path in (
                    (Role.COUNSELOR, "实验小学(演示)/三(2)中队"), (Role.BRIGADE, "育红小学(演示)"),
                    (Role.DATA_OFFICER, "青禾区少工委(演示)"), (Role.VOLUNTEER, "瑞景社区(演示)"),
                ):  # fmt: skip
                    at = next(each.unit for each in targets.values() if each.path.endswith(path))
                    people.give(turn.db, someone, role, at, turn.now)

            await bot.app.pipeline.do(give)
            mine = grants_of(bot, "多老师")
            assert len(mine) == 4
            # Which squad of two schools a bare 三(2) means is another question.
            words = set(ASKED) - BY_READING - {"更正", "撤回"}
            both = list(tries("多老师", mine, targets, words))
            await nothing_comes_of(bot, [each for each in both if not each.allowed])
            await each_is_heard(bot, [each for each in both if each.allowed])

    asyncio.run(walk())
