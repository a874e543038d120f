"""A code is worth what its maker may give when it is used, and nothing once it was said aloud."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from bot.commands.database import engine_at
from bot.settings import Settings
from handlers.kit import Message, Role
from storage.base import codes
from storage.messages import outbox
from storage.organisation import units
from storage.people import invites, people
from storage.tables import account, delivery, invite
from tests.support.databases import new_url
from tests.support.stage import START, Bot, play

pytestmark = pytest.mark.both


async def code_of(bot: Bot, who: str, words: str) -> str:
    return (await bot.say(who, words))[-1].splitlines()[0].partition("：")[2]


def roles_of(bot: Bot, phone: str) -> set[Role]:
    with bot.read() as db:
        found = people.by_addresses(db, "practice", [phone], bot.clock.now()).get(phone)
    return set(found.roles) if found else set()


def test_the_code_of_somebody_dismissed_gives_nothing(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        for words in ("数据保护员 实验小学", "大队辅导员 实验小学", "中队辅导员 三(1)中队"):
            code = await code_of(bot, "刘校长", f"邀请 {words}")
            await bot.say("王主任", "免去 刘校长 学校管理员 实验小学")
            said = (await bot.say("新来的", f"加入 {code}"))[-1]
            assert said.startswith("这个邀请码作废了：开码的老师现在不能邀请"), said
            assert roles_of(bot, "新来的") == set()
            await bot.say("王主任", "任命 刘校长 学校管理员 实验小学")
            await bot.say("罗主任", "待确认 全部 同意")
            # Void is void, and is said to be.
            assert (await bot.say(f"别的人{words}", f"加入 {code}"))[-1].startswith("这个邀请码作废了，不能再用：")

    play(tmp_path, scene)


def test_the_codes_made_on_a_lost_phone_give_nothing(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        wanted = ("中队辅导员 三(1)中队", "志愿者 实验小学", "校外辅导员 实验小学")
        made = [await code_of(bot, "李老师", f"邀请 {each}") for each in wanted]
        kept = await code_of(bot, "刘校长", "邀请 中队辅导员 三(1)中队")
        await bot.hear(bot.body("刘校长", "解绑 李老师"))
        await bot.hear(bot.body("刘校长", button=bot.new("刘校长")[-1]["buttons"][0]["id"]))
        assert "没用过的邀请码都失效了" in bot.new("刘校长")[-1]["text"]
        for place, code in enumerate(made):
            said = (await bot.say(f"新来的{place}", f"加入 {code} 孙静老师"))[-1]
            assert said.startswith("这个邀请码作废了，不能再用：开码的老师换了手机")
            assert roles_of(bot, f"新来的{place}") == set()
        assert "欢迎" in (await bot.say("新来的", f"加入 {kept} 孙静老师"))[-1]

    play(tmp_path, scene)


def test_a_code_said_in_a_group_is_void_whoever_says_it(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        for place, who in enumerate(("李老师", "张老师", "没人认识的")):
            code = await code_of(bot, "李老师", "邀请 中队辅导员 三(1)中队")
            bot.new("李老师")
            text = f"@助手 大家用这个:{code.lower().replace('-', ' ')}" if place else f"加入 {code}"
            message = Message("practice", f"g{place}", who, "群", START, text, private=False)
            outcome = await bot.app.pipeline.submit(message)
            with bot.read() as db:
                said = outbox.said_to(db, outcome.inbox_id, "practice", "群")
            texts = [bot.app.engine.vault.open(body)["text"] for _, body in said]
            assert texts == ([] if who == "没人认识的" else ["邀请码、关联码不能发在群里，这个码已经作废。请私聊我。"])
            await bot.send()
            assert "被发在群里，已经作废" in bot.new("李老师")[-1]["text"]
            said = (await bot.say(f"新来的{place}", f"加入 {code} 孙静老师"))[-1]
            assert said.startswith("这个邀请码作废了，不能再用：开码的老师换了手机")

    play(tmp_path, scene)


@pytest.mark.parametrize(
    "between",
    [
        "-",
        "",
        " ",
        "–",
        "—",
        "－",
        "\u200b-",
        "-\u200c",
        "\u00ad",
        "\n",
        "\t",
        " - ",
        "_",
        ".",
        "·",
        "，",
        "/",
        "~",
        "--",
        "。",
    ],
)
def test_a_code_is_heard_however_it_is_spaced(between: str) -> None:
    for said in ("{}", "邀请码{}快用", "加入{}李老师", "ABCDE {}", "USE {} NOW", "`{}`"):
        for halves in (("QH7K3", "M9XTP"), ("qh7k3", "m9xtp"), ("ＱＨ７Ｋ３", "Ｍ９ＸＴＰ"), ("Q H 7 K 3", "M9XTP")):
            heard = codes.spoken(said.format(between.join(halves)))
            assert "QH7K3M9XTP" in ["".join(filter(str.isalnum, each)) for each in heard], (said, halves)


def test_the_code_of_a_unit_that_was_closed_gives_nothing(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        made = await code_of(bot, "李老师", "邀请 中队辅导员 三(1)中队")
        with bot.app.engine.database.write.begin() as db:
            (squad,) = [
                each for each in units.find(db, "三(1)中队", [units.ALL]) if "实验" in units.full_name(db, each)
            ]
            given = invites.make(db, bot.app.engine.vault, squad.id, Role.COUNSELOR, None, START)
        await bot.say("李老师", "单位 停用 三(1)中队")
        await bot.say("李老师", "确定")
        for phone, code in (("甲", made), ("乙", given)):
            assert "那个单位已经停用了" in (await bot.say(phone, f"加入 {code}"))[-1]
            assert roles_of(bot, phone) == set()

    play(tmp_path, scene)


def test_what_a_deputy_gives_ends_with_the_deputyship(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        await bot.say("李老师", "代理 赵老师 今天-4月5日")
        code = await code_of(bot, "赵老师", "邀请 中队辅导员 三(1)中队")
        late = await code_of(bot, "赵老师", "邀请 志愿者 实验小学")
        assert "欢迎" in (await bot.say("新来的", f"加入 {code}"))[-1]
        for words in ("解绑 张老师", "交接 张老师 钱老师"):
            assert "不归您管" in (said := (await bot.say("赵老师", words))[-1]) or "没有您能交接" in said, said
        assert roles_of(bot, "新来的") == {Role.COUNSELOR}
        await bot.move(START + timedelta(days=3))
        assert roles_of(bot, "新来的") == set()
        assert "作废了" in (await bot.say("更晚来的", f"加入 {late}"))[-1]

    play(tmp_path, scene)


def test_the_level_above_hears_of_it_on_the_next_working_morning(tmp_path: Path) -> None:
    async def scene(bot: Bot) -> None:
        for name, role in (("钱老师", "大队辅导员"), ("孙老师", "数据保护员")):
            await bot.say("刘校长", f"任命 {name} {role} 实验小学")
        await bot.say("王主任", "待确认 全部 同意")
        with bot.read() as db:
            assert db.scalars(select(delivery.c.person_id).where(delivery.c.kind == "appointed")).all() != []
        # The 4th to the 6th are free.
        await bot.move(START.replace(day=6, hour=20))
        assert not [each for each in bot.new("王主任") if "新任职的老师" in each["text"]]
        await bot.move(START.replace(day=7, hour=8, minute=10))
        (said,) = [each["text"] for each in bot.new("王主任") if "新任职的老师" in each["text"]]
        assert "· 钱老师：实验小学(演示)的大队辅导员" in said and "· 孙老师：实验小学(演示)的数据保护员" in said

    play(tmp_path, scene)


def test_codes_of_before_are_keyed_and_go_on_being_good(tmp_path: Path) -> None:
    url = new_url(tmp_path)
    engine = engine_at(url, Settings(_env_file=None, data_dir=tmp_path))
    bare = sha256(b"QH7K3M9XTP").hexdigest()
    with engine.database.write.begin() as db:
        at = units.add(db, units.Kind.SCHOOL, "实验小学")
        row = {"unit_id": at.id, "role": Role.BRIGADE, "made_at": START, "expires_at": START + timedelta(days=1)}
        db.execute(insert(invite).values(**row, code_hash=bare))
        assert invites.find(db, engine.vault, "QH7K3-M9XTP", START) is None
        for _ in range(2):
            codes.key_old(db, engine.vault)
            assert invites.find(db, engine.vault, "qh7k3 m9xtp", START) is not None
            assert db.scalar(select(invite.c.code_hash)) != bare
    engine.database.close()


def test_an_account_of_somebody_else_is_not_given_by_a_confirmation(tmp_path: Path) -> None:
    """Between asking and confirming the address has become another person's."""

    async def scene(bot: Bot) -> None:
        await bot.say("李老师", "解绑 张老师")
        with bot.read() as db:
            number = db.scalar(select(account.c.id).where(account.c.address == "张老师"))
        code = (await bot.say("李老师", f"解绑 #{number}"))[-1].partition("加入 ")[2].splitlines()[0]
        await bot.say("新手机", f"加入 {code}")
        await bot.app.pipeline.do(
            lambda turn: turn.db.execute(update(account).where(account.c.address == "赵老师").values(address="新手机"))
        )
        said = await bot.say("刘校长", "待确认 1 同意")
        assert said[-1].startswith("已确认")
        assert all("张老师" not in each["text"] for each in bot.new("新手机") if "欢迎回来" in each["text"])

    play(tmp_path, scene)
