"""我是谁, 我是 李老师, 通知方式: who the asker is to the bot, and to which of their accounts notices go."""

from handlers.asker import examples, own_names
from handlers.kit import MEMBERS, Ask, Button, NotMeant, Refusal, Reply
from handlers.registry import ANYONE, command
from handlers.wording import people
from storage.audit.audit import Action
from storage.organisation import units
from storage.people import accounts
from storage.people import people as persons
from storage.people.accounts import Account, Wish

_NOBODY = (
    "您好，我是少先队辅导员助手。请向学校大队辅导员要一个邀请码，再发给我：加入 邀请码\n"
    "您在这里的账号是 {}，也可以请管理员照它把您写进名册。"
)

_LATEST = "最近用的"
_LATEST_WORDS = frozenset({_LATEST, "最近", "自动", "auto"})
# 李静老师, 李静, 阿依古丽·买买提: what may stand right after 我是 and be a name.
_NAME = (
    r"(?:[\u4e00-\u9fff·]{1,6}(?:老师|主任|校长|书记)|[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{2,8}·[\u4e00-\u9fff]{2,8})$"
)
# The same behind a space: one word, or some of other letters, as Иван Петров.
_WORD, _OTHER_WORD = r"[^\d\s,，。:：()()]{1,20}", r"[^\d\s,，。:：()()\u4e00-\u9fff]{1,20}"
_ASKED_THERE = "您问的，总是在您问的地方回答。"


@command(
    "通知方式", "notices", who=MEMBERS, group="提醒", rank=24, help="选提醒发到哪个平台",
    looks="", examples=("通知方式", "通知方式 Telegram", "通知方式 最近用的"),
)  # fmt: skip
def notices(ask: Ask) -> Reply:
    """Where notices go, or from now on; what was asked is answered where it was asked."""
    if not ask.message.private:
        raise Refusal("请私聊我发「通知方式」。")
    mine = accounts.of_person(ask.db, ask.me.id)
    wanted = ask.args.strip()
    if not wanted:
        return _shown(mine, accounts.wish(ask.db, ask.me.id), _now(ask))
    channel = None if wanted.casefold() in _LATEST_WORDS else _named(mine, wanted)
    accounts.choose(ask.db, ask.me.id, channel)
    if channel is None:
        return Reply(f"好的，提醒和通知发到您{_LATEST}那个，现在是{_now(ask)}。")
    return Reply(f"好的，提醒和通知以后发到{people.channel_name(channel)}。{_ASKED_THERE}")


def _now(ask: Ask) -> str:
    channel, _ = accounts.best(ask.db, [ask.me.id]).get(ask.me.id, ("", ""))
    return people.channel_name(channel)


def _shown(mine: list[Account], wish: Wish, now: str) -> Reply:
    channels = list(dict.fromkeys(each.channel for each in mine))
    if len(channels) == 1:
        words = f"提醒和通知发到{now}：您只有这一个平台。\n在别的平台上也想用我，发「关联」。"
        return Reply(words, (Button("关联", "关联"),))
    alive = {each.channel for each in mine if each.reachable}
    why = "您选的" if wish.chosen in alive else f"您{_LATEST}"
    listed = "、".join(people.channel_name(each) + ("" if each in alive else "（现在收不到）") for each in channels)
    others = [people.channel_name(each) for each in channels if each in alive and people.channel_name(each) != now]
    buttons = [Button(each, "通知方式", each) for each in others]
    if wish.chosen:
        buttons.append(Button(_LATEST, "通知方式", _LATEST))
    return Reply(f"提醒和通知发到{now}（{why}）。\n您有：{listed}。{_ASKED_THERE}", tuple(buttons))


def _named(mine: list[Account], wanted: str) -> str:
    """The channel that is meant; raises Refusal when it is none of theirs, or nothing arrives there."""
    said = wanted.casefold()
    found = [each for each in mine if said in (people.channel_name(each.channel).casefold(), each.channel)]
    alive = [each.channel for each in found if each.reachable]
    if alive:
        return alive[0]
    if found:
        raise Refusal(
            f"{people.channel_name(found[0].channel)}现在收不到我的消息，没有改。请先在那里私聊我一句，再选它。"
        )
    names = "、".join(dict.fromkeys(people.channel_name(each.channel) for each in mine))
    raise Refusal(f"您没有「{wanted[:20]}」的账号，没有改。您有：{names}。要加一个，发「关联」。")


@command("我是谁", "whoami", who=ANYONE, group="人员", rank=12, help="看我认得您是谁", looks=".*", examples=("我是谁",))
def show(ask: Ask) -> Reply:
    """The asker's name and roles; a stranger's account, by which the roster can name them."""
    if ask.person is None or not ask.person.grants:
        return Reply(_NOBODY.format(ask.message.sender))
    roles = "\n".join(f"· {units.full_name(ask.db, each.unit)}的{each.role.label}" for each in ask.person.grants)
    words = f"{ask.me.name}，您好！我是少先队辅导员助手。您在这里是：\n{roles}\n{examples.nearest(ask)}"
    return Reply(words, (Button("帮助", "帮助"),), spoken="看全部用法，发「帮助」。")


@command(
    "我是", "我叫", who=MEMBERS, group="人员", rank=51, help="改自己的姓名", examples=("我是 李老师",),
    glued=_NAME, follows=rf"(?:{_WORD}|{_OTHER_WORD}(?: {_OTHER_WORD}){{1,3}})(?: 同名)?$",
)  # fmt: skip
def rename(ask: Ask) -> Reply:
    """`我是 李老师`: what the asker is called from now on; what is no name is read as any other text."""
    name = own_names.clean_name(ask.args)
    if not ask.message.private or not name or not own_names.is_name(name.removesuffix(people.SAME).strip()):
        raise NotMeant
    before = ask.me.name
    for at in ask.me.units():
        free = people.check_free(ask, name, at, "我是 {}")
    if free == before:
        return Reply(f"您在这里就叫{before}。")
    persons.rename(ask.db, ask.me.id, free)
    ask.note(Action.NAMED, ask.me.units()[0], f"person:{ask.me.id}")
    return Reply(f"好的，{free}！以后就这样写您的姓名（原来是{before}）。要改回来，发：我是 {before}")
