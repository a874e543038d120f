"""关联: somebody's account on another platform becomes theirs too, by a code that they make themselves."""

from dataclasses import dataclass

from handlers import rights
from handlers.kit import Ask, Grant, Person, Reply
from handlers.people import appointments
from handlers.registry import ANYONE, command
from handlers.wording import questions
from handlers.wording.people import channel_name
from storage.organisation import units
from storage.people import accounts, invites, links, people
from storage.people.appointments import Wish

_UNKNOWN = (
    "还不认识您，没有关联。您已经在别的平台上用我的话，在那边发「关联」得到一个码，再在这里发：关联 码\n"
    "还没用过的话，请向学校大队辅导员要一个邀请码，再发给我：加入 邀请码"
)
_TOO_OFTEN = "输错的次数太多，请一小时后再试。"


@dataclass(frozen=True, slots=True)
class _Merging:
    """The code of the other account."""

    code: str


MERGE = questions.Question(
    "link", _Merging, undone="两个账号还没有合成一个人。", dropped="好的，没有合。什么都没有改。", yes="是，合成一个人",
    no="不合", final=True,
)  # fmt: skip


@command(
    "关联", "link", who=ANYONE, group="人员", rank=42, help="把两个平台上的账号合成一个人", glued=invites.GLUED,
    examples=("关联", "关联 QH7K3-M9XTP"),
)  # fmt: skip
def link(ask: Ask) -> Reply | list[Reply]:
    """Without a code: make one. With one: the asker is whoever made it."""
    if ask.args:
        return _used(ask)
    if ask.person is None or not ask.person.grants:
        return Reply(_UNKNOWN)
    if not ask.message.private:
        return Reply("关联码不能在群里开，请私聊我发「关联」。")
    code = links.make(ask.db, ask.vault, ask.me.id, ask.message.channel, ask.message.chat, ask.now)
    return Reply(
        f"关联码：{code}\n10 分钟内有效，只能用一次。请在另一个平台上私聊我发：关联 {code}\n"
        "不要给别人：谁用了它，谁在我这里就是您。"
    )


def _used(ask: Ask) -> Reply | list[Reply]:
    sender = ask.message.channel, ask.message.sender
    if invites.wrong_tries(ask.db, *sender, ask.now) >= invites.TRIES_AN_HOUR:
        return Reply(_TOO_OFTEN)
    code = next(iter(links.spoken(ask.args)), ask.args)
    found = links.find(ask.db, ask.vault, code, ask.now)
    if found is None:
        invites.note_wrong(ask.db, *sender, ask.now)
        return Reply("这个关联码不对，或已用过、已过期（10 分钟）。请在另一个平台上再发一次「关联」，用新的码。")
    if ask.person is not None and ask.person.id == found.person_id:
        return Reply("您在这里已经关联好了。这个码要在还没有关联的那个平台上发。")
    return _joined(ask, found) if ask.person is None else _asked(ask, ask.person, found, code)


def _asked(ask: Ask, me: Person, found: links.Link, code: str) -> Reply:
    """Two people who are known would become one: that is not undone, so it is asked about."""
    other = people.by_id(ask.db, found.person_id, ask.now)
    return Reply(
        f"您在这里是{_who(ask, me)}，在{channel_name(found.channel)}上是{_who(ask, other)}。\n"
        "合成一个人吗？两边的记录和角色会放在一起，不能再分开。",
        MERGE.put(ask, _Merging(code)),
    )


def _who(ask: Ask, person: Person) -> str:
    held = (f"{units.full_name(ask.db, grant.unit)}{grant.role.label}" for grant in person.grants[:2])
    return f"{person.name}（{'、'.join(held)}）" if person.grants else person.name


@questions.answers(MERGE)
def merge(ask: Ask, known: _Merging) -> Reply | list[Reply]:
    """The two become one, as long as the code holds."""
    found = links.find(ask.db, ask.vault, known.code, ask.now)
    if found is None:
        return Reply("关联码已经过期（10 分钟），没有合。请在另一个平台上再发一次「关联」。")
    return _joined(ask, found)


def _merged(ask: Ask, keep: Person, gone: Person) -> list[tuple[Grant, appointments.Proposal]]:
    """One person from now on; a role that the one has of the other waits for a second person's word."""
    given = []
    for one, other in ((keep, gone), (gone, keep)):
        theirs = {(each.role, each.unit.id) for each in other.own.grants}
        for each in one.grants:
            extra = (each.role, each.unit.id) not in theirs
            if not _is_of(other, each) and not (extra and _may_be_of(other, each)):
                continue
            people.end(ask.db, one.id, each.role, each.unit, ask.now, ask.now)
            if extra and each.lent_until is None:
                given.append(each)
    links.merge(ask.db, keep.id, gone.id, ask.now)
    both = people.by_id(ask.db, keep.id, ask.now)
    return [(each, _asked_for(ask, both, each)) for each in given]


def _asked_for(ask: Ask, both: Person, held: Grant) -> appointments.Proposal:
    if rights.giving(both.own, held.role, held.unit.path) is None:
        return appointments.Proposal("是您自己给的，没有留下。还要的话，请上级管理员来任命。")
    return appointments.propose(ask, both, Wish(both.id, held.unit.id, held.role), always=True)


def _is_of(giver: Person, held: Grant) -> bool:
    """Given by them, or in their stead: it would be a right from oneself."""
    return giver.id in (held.given_by, held.deputy_for)


def _may_be_of(giver: Person, held: Grant) -> bool:
    """Of what was given before it was noted by whom."""
    return held.given_by is None and rights.giving(giver, held.role, held.unit.path) is not None


def _joined(ask: Ask, found: links.Link) -> list[Reply]:
    here = ask.message.channel
    if not links.use(ask.db, found, ask.now):
        return [Reply("这个关联码刚被用掉了。请在另一个平台上再发一次「关联」。")]
    asked: list[tuple[Grant, appointments.Proposal]] = []
    if ask.person is None:
        people.link(ask.db, found.person_id, here, ask.message.sender)
    else:
        asked = _merged(ask, people.by_id(ask.db, found.person_id, ask.now), ask.person)
    accounts.heard(ask.db, found.person_id, here)
    name = people.by_id(ask.db, found.person_id, ask.now).name
    waits = "".join(f"\n{each.role.label}：{done.waits}" for each, done in asked)
    return [
        Reply(
            f"关联好了。您在{channel_name(found.channel)}和{channel_name(here)}上是同一个人：{name}。\n"
            f"提醒和通知发到您最近用的那个，要改发「通知方式」。{waits}"
        ),
        *(reply for _, done in asked for reply in done.told),
        Reply(
            f"您的账号刚在{channel_name(here)}上关联了。不是您做的话，请马上告诉大队辅导员或管理员。",
            at=(found.channel, found.chat, ""),
        ),
    ]
