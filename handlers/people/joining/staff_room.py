"""邀请 办公室: one code for a staff room; each picks their own row of the roster, and an admin confirms them all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers import rights
from handlers.kit import Ask, Button, File, Person, Refusal, Reply, Role
from handlers.people.joining import cards, newcomers
from handlers.registry import command
from handlers.wording import places, questions
from storage.organisation import units
from storage.people import appointments, invites, people
from storage.people.appointments import Wish

_WORD = "邀请 办公室"
_LISTED, _BUTTONS = 60, 6
# 3号, 我是第3个; 包 晓岚, 3. 包晓岚, 我是包晓岚老师: one's place and one's name as people say them.
_PLACE = re.compile(r"(?:我?是)?第?(\d{1,3})[号个位。.、]?", re.ASCII)
_ASIDE = re.compile(r"\s|^\d{1,3}[.、]\s?|^我?[是叫]|老师[。.]?$|[。.]$")


@dataclass(frozen=True, slots=True)
class _Rows:
    """The code's unit, and the people in the order in which they were shown."""

    unit_id: int
    ids: list[int]


PICK = questions.Question(
    "staff-room", _Rows, undone="还没有加入。", asks="请回您的序号或姓名。",
    dropped="好的，没有加入。要加入，请再扫一次码。", free=True,
)  # fmt: skip


@command(
    _WORD, "邀请办公室", "办公室码", who=rights.GIVERS, group="人员", rank=27, exports=True,
    help="一个二维码，老师自己选、您一次确认", examples=("邀请 办公室", "邀请 办公室 实验小学"),
)  # fmt: skip
def open_room(ask: Ask) -> Reply:
    """A code that everybody of a unit may use whom the roster knows; it gives nothing before an admin's word."""
    if not ask.message.private:
        raise Refusal("二维码不能在群里开，请私聊我。")
    at = places.chosen(ask, rights.GIVERS, ask.args, _WORD)
    if len(at) > 1:
        raise Refusal(f"请写明是哪个单位，像这样：{_WORD} {at[0].name}")
    found = people.unjoined(ask.db, [at[0].path], ask.now)
    if not found:
        return Reply(f"{newcomers.nobody(ask, at)}\n新来的老师，请先写进名册，或发「邀请」。")
    rights.spend(ask, "invitations")
    code = invites.make(ask.db, ask.vault, at[0].id, Role.COUNSELOR, ask.me.id, ask.now, room=True)
    return Reply(
        f"{at[0].name}还没加入的老师 {len(found)} 位。请把这个二维码放在办公室，不要发到群里：\n"
        f"每位老师扫码，选自己那一行。"
        f"扫出来是一句话的，私聊我发：加入 {code}\n"
        "大家选好了，您发「待确认」看一遍，按「全部同意」，就都能用了。7 天内有效。"
        f"{newcomers.waits(ask, at, found)}",
        (Button("待确认", "待确认"),),
        file=File("扫码加入.png", cards.ROOM, {"says": cards.link(ask, code) or f"加入 {code}"}, plain=True),
    )


def enter(ask: Ask, found: invites.Invite, name: str) -> list[Reply]:
    """Somebody came by the code: they pick their row, or have said who they are."""
    if ask.person is not None and ask.person.grants:
        return [Reply("您已经加入了，不用再选。要在这里用另一个平台的账号，发「关联」。")]
    rows = _rows(ask, found.unit_id)
    if any(each.wish.address == ask.message.sender for each in _claims(ask)):
        return [Reply("您已经选过了，等管理员确认，确认好我会告诉您。")]
    if not rows:
        return [Reply("名册里没有还能选的老师：都加入了，或在等管理员确认。没有您的话，请向大队辅导员要一个邀请码。")]
    shown = rows[:_LISTED]
    if name and (told := _picked(ask, rows, name)):
        return told
    PICK.put(ask, _Rows(found.unit_id, [each.id for each in shown]))
    held = [(each.name, each.grants[0]) for each in shown]
    lines = [f"{place}. {who} {at.unit.name} {at.role.label}" for place, (who, at) in enumerate(held, 1)]
    more = [f"还有 {len(rows) - _LISTED} 位，没有列出的请直接回姓名。"] if len(rows) > _LISTED else []
    few = shown if len(shown) <= _BUTTONS else ()
    buttons = tuple(Button(each.name, answer=str(place)) for place, each in enumerate(few, 1))
    return [Reply("\n".join(["您是哪一位？请回序号或姓名：", *lines, *more]), buttons)]


@questions.answers(PICK)
def pick(ask: Ask, known: _Rows) -> Sequence[Reply]:
    """A place of the list that was shown, or a name; raises Refusal for what is neither."""
    rows = _rows(ask, known.unit_id)
    said = ask.args
    placed = _PLACE.fullmatch(said.strip())
    place = int(placed[1]) if placed else 0
    if 0 < place <= len(known.ids):
        rows = [each for each in rows if each.id == known.ids[place - 1]]
        said = rows[0].name if rows else ""
    if told := _picked(ask, rows, said):
        return told
    raise Refusal("名册里没有这一位，或已经有人选了，还没有加入。请回列表里的序号或姓名；不对的话，请找管理员。")


def _picked(ask: Ask, rows: Sequence[Person], name: str) -> list[Reply]:
    """The one row of this name waits for an admin's word; nothing when there is none, or several."""
    named = [each for each in rows if _plain(each.name) == _plain(name)]
    if len(named) != 1:
        return []
    me, at = named[0], named[0].grants[0].unit
    first = not _has_waited(ask, me)
    wish = Wish(me.id, at.id, channel=ask.message.channel, address=ask.message.sender)
    # Nobody has asked for it but whoever it is about: an admin's word is the first, and not always enough.
    appointments.ask(ask.db, wish, me.id, ask.now)
    told = f"{me.name}扫码选了自己，等您确认。大家都选好以后，发「待确认」一起确认。"
    asked = rights.nearest(ask.db, wish, me.id, ask.now) if first else []
    said = f"收到了，{me.name}：{units.full_name(ask.db, at)}的{me.grants[0].role.label}。管理员确认以后，我会告诉您。"
    return [Reply(said), *(Reply(told, (Button("待确认", "待确认"),), to=each.id) for each in asked)]


def _plain(name: str) -> str:
    return _ASIDE.sub("", name)


def _has_waited(ask: Ask, me: Person) -> bool:
    """Whether those who decide on this person were told of one like them, who is still waiting."""
    at, role = me.grants[0].unit, me.grants[0].role
    school = units.by_id(ask.db, at.school_id or at.id)
    alike = {each.id for each in people.unjoined(ask.db, [school.path], ask.now) if each.grants[0].role == role}
    return any(each.wish.person_id in alike for each in _claims(ask))


def _rows(ask: Ask, unit_id: int) -> list[Person]:
    """Who may still be picked."""
    taken = {each.wish.person_id for each in _claims(ask)}
    path = units.by_id(ask.db, unit_id).path
    return [each for each in people.unjoined(ask.db, [path], ask.now) if each.id not in taken]


def _claims(ask: Ask) -> list[appointments.Appointment]:
    return [each for each in appointments.waiting(ask.db, ask.now) if each.claimed]
