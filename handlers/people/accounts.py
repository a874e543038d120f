"""Who is meant by a name; and a lost phone: the account is unlinked, the teacher comes back as the same person."""

from collections.abc import Sequence

from handlers import rights
from handlers.kit import Ask, Button, Denied, Person, Refusal, Reply
from handlers.wording import places
from handlers.wording.people import channel_name
from storage.base import numbered
from storage.organisation import units
from storage.people import addresses, invites, people
from storage.reminders import feeds

# Buttons of one message: WeCom takes six.
_MOST = 6


def unlink(ask: Ask) -> Reply | list[Reply]:
    """`解绑 张老师`: which account of which 张老师; `解绑 #12` does it."""
    number, _ = numbered.row(ask.args)
    if number is not None:
        return _unlink(ask, addresses.by_id(ask.db, number))
    if not ask.args:
        raise Refusal("老师换了手机、丢了手机，写上姓名，像这样发：解绑 张老师\n群不再收周报，请在那个群里发「解绑」。")
    return _choice(ask, _named(ask, ask.args))


def _named(ask: Ask, name: str) -> list[Person]:
    several = found(ask, name, [unit.path for unit in places.scope(ask.me, rights.GIVERS)])
    if not several:
        ask.door.hear_name(name)
        raise Refusal(f"您负责的范围里没有「{name}」。请写名册里的姓名；看一个单位有谁，发「单位 三(2)中队」。")
    return several


def who(ask: Ask, person: Person) -> str:
    """张老师(实验小学三(2)中队 中队辅导员)."""
    at = [f"{units.full_name(ask.db, grant.unit)} {grant.role.label}" for grant in person.grants[:2]]
    return f"{person.name}（{'、'.join(at)}）" if at else person.name


def found(ask: Ask, name: str, paths: Sequence[str]) -> list[Person]:
    """Everybody of this name in these subtrees, or the one with this number (#12); with all that they hold."""
    number, _ = numbered.row(name)
    if number is None:
        return [people.by_id(ask.db, each.id, ask.now) for each in people.called(ask.db, name, paths, ask.now)]
    try:
        one = people.by_id(ask.db, number, ask.now)
    except LookupError:
        return []
    return [one] if any(grant.unit.path.startswith(path) for grant in one.grants for path in paths) else []


def which(ask: Ask, several: Sequence[Person], name: str, word: str, args: str) -> Reply:
    """Of several with one name: who is meant? Each with the command that has their number where `args` has {}."""
    some = list(enumerate(several, 1))[:_MOST]
    lines = [f"{place}. {who(ask, each)}" for place, each in some]
    buttons = tuple(Button(f"第 {place} 位", word, args.replace("{}", f"#{each.id}")) for place, each in some)
    more = f"这里列了前 {_MOST} 位；别的请他们学校的管理员来办。" if len(several) > _MOST else ""
    return Reply("\n".join([f"有 {len(several)} 位{name}，是哪一位？", *lines, *filter(None, [more])]), buttons)


def _choice(ask: Ask, several: Sequence[Person]) -> Reply:
    mine = {person.id: person for person in several if _in_charge(ask, person.id)}
    if not mine:
        words = f"{several[0].name}还有不归您管的职务，请上级管理员来解绑。"
        raise Denied(words, what="解绑", subject=f"person:{several[0].id}")
    theirs = addresses.of_people(ask.db, mine)
    theirs = [each for each in theirs if each.id == min(one.id for one in addresses.of_one_member(ask.db, each))]
    if not theirs:
        raise Refusal(f"{several[0].name}还没有加入，没有可以解绑的账号。要请老师加入，发「邀请」。")
    lines = [
        f"{place}. {who(ask, mine[each.person_id])}：{_shown(each)}" for place, each in enumerate(theirs[:_MOST], 1)
    ]
    buttons = [Button(f"解绑 {place}", "解绑", f"#{each.id}") for place, each in enumerate(theirs[:_MOST], 1)]
    return Reply("\n".join(["要解绑哪一个？解绑以后，那个账号就不能再用了。", *lines]), tuple(buttons))


def _shown(each: addresses.Linked) -> str:
    return f"{channel_name(each.channel)} …{each.address[-4:]}"


def _in_charge(ask: Ask, person_id: int) -> bool:
    return rights.in_charge_of(ask.me, people.lasting(ask.db, person_id, ask.now))


def _unlink(ask: Ask, gone: addresses.Linked | None) -> list[Reply]:
    if gone is None or not _in_charge(ask, gone.person_id):
        raise Denied("没有这个账号，或者不归您管。写上姓名再来一次：解绑 张老师", what="解绑")
    here = ask.message.channel, ask.message.sender
    if here in [(each.channel, each.address) for each in addresses.of_one_member(ask.db, gone)]:
        raise Refusal("这是您正在用的账号，不能解绑。")
    person = people.by_id(ask.db, gone.person_id, ask.now)
    addresses.unlink(ask.db, gone, ask.now)
    feeds.revoke(ask.db, person.id)
    said = (
        f"已解绑：{who(ask, person)}的{_shown(gone)}。"
        "那里的按钮、没答完的问题、日历和网页的链接、没用过的邀请码都失效了。\n"
        f"{_way_back(ask, person.id)}"
    )
    notice = f"您的{_shown(gone)}由{ask.me.name}解绑了。不是您要的，请马上告诉学校管理员。"
    return [Reply(said), Reply(notice, to=person.id)]


def _way_back(ask: Ask, person_id: int) -> str:
    """How they come back by a new phone: a stolen one is unlinked also when no more codes are made today."""
    if not rights.is_once_more(ask, "invitations"):
        return "今天的邀请码开满了，明天给老师开一个：发「邀请」加职务和单位。"
    first = people.lasting(ask.db, person_id, ask.now)[0]
    code = invites.make(ask.db, ask.vault, first.unit.id, first.role, ask.me.id, ask.now, person_id=person_id)
    return (
        f"请老师用新手机私聊我发：加入 {code}\n{invites.LIFETIME.days} 天内有效，只能用一次。"
        "另一位管理员确认是本人以后，还是同一个人，报过的都在。"
    )
