"""待确认: a role that weighs, and the account of somebody known, take a second person's word besides the giver's."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from handlers import rights
from handlers.asker import inbox
from handlers.kit import Ask, Button, Denied, Grant, Person, Refusal, Reply, Role, Waiting
from handlers.people import announcements
from handlers.people import handover_work as duties
from handlers.registry import command
from handlers.wording.people import channel_name
from storage.organisation import units
from storage.people import accounts, appointments, people
from storage.roster import handover

_SHOWN, _BUTTONS = 30, 5
_NOTHING = "没有等您确认的。有人请您确认时，我会告诉您。"
_GONE = "没有等您确认的 {}。发「待确认」看现在的。"
_YES, _NO = "(?:都|全部)?(?:同意|确认|是|通过)", "(?:都|全部)?(?:不同意|不确认|否|不通过)"
_WHICH = r"全部|所有|[\d\s、,，.和至到~～—–-]*\d"
# 3 同意, 同意 3, 全部 同意, 1-5、8 不同意; behind it the last that was seen when the button was made.
_ANSWER = re.compile(
    rf"(?:(?P<which>{_WHICH})\s*)?(?:(?P<no>{_NO})|(?P<yes>{_YES}))了?\s*(?:到(?P<last>\d{{1,9}})|(?P<these>{_WHICH}))?"
)
_FROM = re.compile(r"从\s*(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What came of a wish: true already (`waits` empty), or who has to say yes; `told` are notices to others."""

    waits: str = ""
    told: list[Reply] = field(default_factory=list)


def propose(ask: Ask, giver: Person | None, wish: appointments.Wish, always: bool = False) -> Proposal:
    """
    Let the wish come true, or wait where the giver's word is not enough; `giver` None: the operator's always is.

    `always`: it takes a second person whatever it is. Raises Denied for what the giver does not give.
    """
    if giver is None:
        return Proposal(told=carry_out(ask, wish, None))
    if not always and not rights.takes_second(ask.db, giver, wish, ask.now):
        return Proposal(told=carry_out(ask, wish, giver))
    if wish.role and not rights.giving(giver.own, wish.role, _at(ask, wish).path):
        raise Denied(f"代理期间不能任命{wish.role.label}，请找原来的老师或上级管理员。", what="任命")
    number = appointments.ask(ask.db, wish, giver.id, ask.now)
    able = rights.nearest(ask.db, wish, giver.id, ask.now)
    if not able:
        how = f"python -m bot confirm {number}"
        return Proposal(f"还要第二个人确认。这里没有别人能确认，请信息技术老师在机器上运行：{how}")
    # One of them is enough.
    names = "或".join(each.name for each in able[:3])
    one = appointments.Appointment(number, giver.id, ask.now, wish)
    return Proposal(f"还要{names}确认，确认以后才有。", [_request(ask, one, each.id) for each in able])


def _at(ask: Ask, wish: appointments.Wish) -> units.Unit:
    return units.by_id(ask.db, wish.unit_id)


def _what(ask: Ask, wish: appointments.Wish) -> str:
    """张老师 担任 实验小学的大队辅导员, or 张老师 用新的账号."""
    name = people.by_id(ask.db, wish.person_id, ask.now).name
    if wish.role is None:
        return f"{name} 用新的{channel_name(wish.channel or '')}账号"
    last = wish.until and wish.until.astimezone(ask.now.tzinfo) - timedelta(seconds=1)
    until = f"，到 {last:%Y-%m-%d}" if last else ""
    how = "代理" if wish.deputy_for else "担任"
    return f"{name} {how} {units.full_name(ask.db, _at(ask, wish))}的{wish.role.label}{until}"


def _request(ask: Ask, one: appointments.Appointment, to: int) -> Reply:
    text = f"请确认 {one.id}：{described(ask, one)}。\n您知道这件事、确定是本人，才按「同意」。"
    return Reply(text, _buttons(one.id), to=to)


def described(ask: Ask, one: appointments.Appointment) -> str:
    """张老师 担任 实验小学的大队辅导员(刘校长请的)."""
    if one.claimed:
        name = people.by_id(ask.db, one.wish.person_id, ask.now).name
        return f"{name}（{units.full_name(ask.db, _at(ask, one.wish))}）扫码选了自己"
    return f"{_what(ask, one.wish)}（{people.by_id(ask.db, one.asked_by, ask.now).name}请的）"


def _buttons(number: int | str) -> tuple[Button, ...]:
    return Button("同意", "待确认", f"{number} 同意"), Button("不同意", "待确认", f"{number} 不同意")


def _mine(ask: Ask) -> list[appointments.Appointment]:
    return [
        each for each in appointments.waiting(ask.db, ask.now)
        if rights.may_confirm(ask.db, ask.me, each.wish, each.asked_by, ask.now)
    ]  # fmt: skip


def _in_inbox(ask: Ask) -> list[Waiting]:
    return [
        Waiting(f"待确认{one.id}", described(ask, one), one.asked_at, Button("看", "待确认", str(one.id)))
        for one in _mine(ask)
    ]


@command(
    "待确认", "confirm", who=rights.GIVERS, group="人员", rank=27, help="等您确认的任职、新手机", examples=("待确认",),
    glued=r"\d+$|从", waits=_in_inbox, looks=r"\d*|从\s*\d+",
)  # fmt: skip
def pending(ask: Ask) -> Reply | list[Reply]:
    """`待确认`: what waits for the asker; `待确认 3 同意`, `待确认 3 不同意`, `待确认 全部同意` decide."""
    if not ask.message.private:
        raise Refusal("请私聊我发「待确认」。")
    mine = _mine(ask)
    if begun := _FROM.fullmatch(ask.args):
        return _listed(mine, ask, max(int(begun[1]) - 1, 0))
    answer = _ANSWER.fullmatch(ask.args)
    if answer is None:
        return _listed([each for each in mine if ask.args in ("", str(each.id))], ask)
    which = answer["which"] or answer["these"] or "全部"
    last = int(answer["last"]) if answer["last"] else None
    meant = [each for each in mine if _is_meant(each, which) and (last is None or each.id <= last)]
    if not meant and not re.search(r"\d", which):
        return Reply(_NOTHING)
    if not meant:
        raise Denied(_GONE.format(which), what="待确认")
    return _decided(ask, meant, answer["yes"] is not None)


def _is_meant(one: appointments.Appointment, which: str) -> bool:
    """Whether it is one of 3, 1-5、8 or 全部."""
    spans = re.findall(r"(\d{1,9})(?:\s*[至到~～—–-]\s*(\d{1,9}))?", which)
    return not spans or any(int(first) <= one.id <= int(end or first) for first, end in spans)


def _listed(mine: list[appointments.Appointment], ask: Ask, first: int = 0) -> Reply:
    if not mine:
        return Reply(_NOTHING)
    first = min(first, len(mine) - 1)
    shown = mine[first : first + _SHOWN]
    left = len(mine) - first - len(shown)
    lines = [f"{each.id}. {_briefly(ask, each) if len(mine) > _BUTTONS else described(ask, each)}" for each in shown]
    single = (Button(f"同意 {one.id}", "待确认", f"{one.id} 同意") for one in shown if len(mine) <= _BUTTONS)
    more = (Button(f"后面 {min(_SHOWN, left)} 件", "待确认", f"从{first + _SHOWN + 1}"),) if left else ()
    # Whoever came after this list was made has not been seen by the one who presses.
    all_of = Button("全部同意", "待确认", f"全部 同意 到{shown[-1].id}")
    buttons = _buttons(mine[0].id) if len(mine) == 1 else (*single, all_of, *more)
    head = f"等您确认 {len(mine)} 件" + (f"，从第 {first + 1} 件起" if len(mine) > len(shown) else "")
    return Reply("\n".join([f"{head}：", *lines, "不同意的，发：待确认 编号 不同意"]), buttons)


def _briefly(ask: Ask, one: appointments.Appointment) -> str:
    """A line of a long list: whoever picked their row stands there with their own unit only."""
    if not one.claimed:
        return described(ask, one)
    return f"{people.by_id(ask.db, one.wish.person_id, ask.now).name}（{_at(ask, one.wish).name}）扫码"


def _decided(ask: Ask, meant: list[appointments.Appointment], yes: bool) -> list[Reply]:
    """Of one what becomes of it; of many one answer, and one letter to each other person whom it concerns."""
    found = [(one, _decide(ask, one, yes)) for one in meant]
    if len(found) == 1:
        return found[0][1]
    word = "已确认" if yes else "好的，没有同意"
    done = [
        people.by_id(ask.db, one.wish.person_id, ask.now).name for one, said in found if said[0].text.startswith(word)
    ]
    rest = [said[0].text for _, said in found if not said[0].text.startswith(word)]
    head = [f"{word} {len(done)} 件：{'、'.join(done)}。"] if done else []
    letters = [reply for _, said in found for reply in said[1:]]
    return [Reply("\n".join([*head, *dict.fromkeys(rest)])), *inbox.one_each(letters)]


def _decide(ask: Ask, one: appointments.Appointment, yes: bool) -> list[Reply]:
    words = _what(ask, one.wish)
    stands = not yes or still_stands(ask, one)
    if not appointments.settle(
        ask.db, one, appointments.CONFIRMED if yes and stands else appointments.DECLINED, ask.me.id, ask.now
    ):
        return [Reply(_GONE.format(one.id))]
    if one.claimed:
        return _claim_settled(ask, one, yes and stands)
    if not stands:
        return [
            Reply(f"{one.id} 没有照办：请的老师现在已经不管这里了。还要的话，请重新任命。"),
            *_newcomer_told(ask, one),
        ]
    if not yes:
        refused = [Reply(f"好的，没有同意：{words}。"), Reply(f"{ask.me.name}没有同意：{words}。", to=one.asked_by)]
        return [*refused, *_newcomer_told(ask, one)]
    told = [Reply(f"已确认：{words}。"), Reply(f"{ask.me.name}确认了：{words}。", to=one.asked_by)]
    return [*told, *confirmed(ask, one)]


def still_stands(ask: Ask, one: appointments.Appointment) -> bool:
    """Whether whoever asked could still give it; of a claim, whether nobody else has come as this person meanwhile."""
    if one.claimed:
        return not accounts.joined(ask.db, [one.wish.person_id])
    return rights.could_give(ask.db, people.by_id(ask.db, one.asked_by, ask.now), one.wish, ask.now)


def _claim_settled(ask: Ask, one: appointments.Appointment, yes: bool) -> list[Reply]:
    """Whoever picked their row is let in by an admin's word, or by a second one's where that is not enough."""
    name, wish = people.by_id(ask.db, one.wish.person_id, ask.now).name, one.wish
    there = (wish.channel or "", wish.address or "", "")
    if not yes:
        return [
            Reply(f"好的，没有同意：{name}加入。"),
            Reply("您的加入没有得到确认。请问问管理员，或要一个邀请码。", at=there),
        ]
    done = propose(ask, ask.me, wish)
    if done.waits:
        return [Reply(f"{name}：{done.waits}"), *done.told]
    welcome = f"欢迎，{name}！管理员确认好了。发「帮助」看看能做什么。"
    return [Reply(f"已确认：{name}加入了。"), *done.told, Reply(welcome, at=there)]


def _newcomer_told(ask: Ask, one: appointments.Appointment) -> list[Reply]:
    """Whoever joined by a code was promised to hear of it; who is here already was not asked."""
    if one.wish.role is None or people.by_id(ask.db, one.wish.person_id, ask.now).grants:
        return []
    return [Reply("您的加入没有得到确认。请问问给您邀请码的老师。", to=one.wish.person_id)]


def confirmed(ask: Ask, one: appointments.Appointment) -> list[Reply]:
    """What waited comes true; what whoever it is about and others are told."""
    wish = one.wish
    told = carry_out(ask, wish, ask.person)
    if wish.role is None:
        known = people.by_addresses(ask.db, wish.channel or "", [wish.address or ""], ask.now)
        if known[wish.address or ""].id != wish.person_id:
            return told
        name = people.by_id(ask.db, wish.person_id, ask.now).name
        back = f"确认好了。欢迎回来，{name}！报过的、提名过的都在。发「帮助」看看能做什么。"
        return [*told, Reply(back, at=(wish.channel or "", wish.address or "", ""))]
    if wish.from_id is None:
        told.append(Reply(f"确认好了：{_what(ask, wish)}。发「帮助」看看能做什么。", to=wish.person_id))
    return told


def carry_out(ask: Ask, wish: appointments.Wish, giver: Person | None) -> list[Reply]:
    """The wish comes true by the giver's word (None: the operator's); what others are to be told of it."""
    if wish.role is None:
        assert wish.channel and wish.address
        known = people.by_addresses(ask.db, wish.channel, [wish.address], ask.now)
        if not known:
            people.link(ask.db, wish.person_id, wish.channel, wish.address)
        return []
    if wish.from_id is not None:
        return _take_over(ask, wish, wish.from_id)
    if wish.deputy_for is not None:
        since, until = max(wish.since or ask.now, ask.now), wish.until or ask.now
        held, by = _still_held(ask, wish.deputy_for, wish), giver.id if giver else None
        handover.lend(ask.db, wish.deputy_for, wish.person_id, held, since, until, ask.now, by)
    else:
        _give(ask, wish, wish.role, giver)
    announcements.announce(ask.db, wish.person_id, wish.role, _at(ask, wish), ask.now)
    return []


def _give(ask: Ask, wish: appointments.Wish, role: Role, giver: Person | None) -> None:
    """What a deputy gives ends with the deputyship, and never sooner than it would without them."""
    at, until, for_id = _at(ask, wish), wish.until, None
    by = rights.giving(giver, role, at.path) if giver else None
    if by is not None and by.lent_until is not None:
        if _still_held(ask, wish.person_id, wish):
            raise Refusal(f"{people.by_id(ask.db, wish.person_id, ask.now).name}已经有这个角色了，没有改。")
        until, for_id = min(until or by.lent_until, by.lent_until), by.deputy_for
    begins = wish.since if wish.since and wish.since > ask.now else None
    people.give(
        ask.db, wish.person_id, role, at, ask.now, since=begins, until=until, deputy_for=for_id,
        given_by=giver.id if giver else None,
    )  # fmt: skip


def _take_over(ask: Ask, wish: appointments.Wish, from_id: int) -> list[Reply]:
    leaver, held = people.by_id(ask.db, from_id, ask.now), _still_held(ask, from_id, wish)
    for each in held:
        announcements.announce(ask.db, wish.person_id, each.role, each.unit, ask.now)
    return duties.pass_on(ask, leaver, wish.person_id, duties.work_of(ask, leaver, held)) if held else []


def _still_held(ask: Ask, person_id: int, wish: appointments.Wish) -> list[Grant]:
    """The role of the wish, if it is still this person's own."""
    own = people.by_id(ask.db, person_id, ask.now).own.grants
    return [each for each in own if (each.role, each.unit.id) == (wish.role, wish.unit_id)]


def hand_over(ask: Ask, giver: Person, leaver: Person, to_id: int, work: duties.Work) -> Proposal:
    """Work goes over as far as the giver's word is enough; the rest waits."""
    wishes = work.wishes(leaver.id, to_id)
    later = [each for each in wishes if rights.takes_second(ask.db, giver, each, ask.now)]
    now = [each for each, wish in zip(work.held, wishes, strict=True) if wish not in later]
    told = duties.pass_on(ask, leaver, to_id, duties.work_of(ask, leaver, now)) if now else []
    asked = [propose(ask, giver, each) for each in later]
    waits = "\n".join(dict.fromkeys(each.waits for each in asked))
    return Proposal(waits, [*told, *(reply for each in asked for reply in each.told)])
