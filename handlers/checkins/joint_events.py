"""同场: what several squads held together is one event; the sums count it once at every level."""

import re

from handlers import rights
from handlers.asker import examples
from handlers.attendance import phrases
from handlers.kit import REPORTERS, Ask, Button, Denied, Refusal, Reply
from handlers.registry import ANYTHING, command
from handlers.wording import days
from storage.checkins import checkins, recording
from storage.checkins.checkins import Checkin
from storage.organisation import units

_ARGS = re.compile(r"[#＃编号 ]*(\d{1,15})(?:[\s、,，和#＃]+(\d{1,15})|\s*(各中队|不是))?")
_HOW = "请另外的中队先报自己的人数，再发「同场 {id}」，这几条就只算一场。"


@command(
    "同场", "joint", who=REPORTERS, group="签到", rank=28, help="几个中队合办的只算一场", glued=ANYTHING,
    examples=("同场", "同场 17"),
)  # fmt: skip
def joint(ask: Ask) -> Reply | list[Reply]:
    """Say one's own number; join another's event; all squads of a school; or not the same after all."""
    said = _ARGS.fullmatch(ask.args)
    if said is None:
        return _number(ask)
    found, how = _numbered(ask, said[1]), said[3]
    if how == "各中队":
        return _all_squads(ask, found)
    if how:
        return _apart(ask, found)
    return _join(ask, found, _numbered(ask, said[2]) if said[2] else None)


def _numbered(ask: Ask, number: str) -> Checkin:
    found = checkins.by_id(ask.db, int(number))
    if found is None:
        raise Refusal(f"没有编号 {number} 的签到，什么都没有动。发「同场」看您自己的编号。")
    return found


def _number(ask: Ask) -> Reply:
    mine = checkins.newest(ask.db, ask.me.id)
    if mine is None:
        raise Refusal(f"您还没有报过活动。先报一次，像这样发：{examples.checkin(ask)}")
    return Reply(f"您最近一次签到的编号是 {mine.id}：{phrases.dated(mine, ask.today)}\n{_HOW.format(id=mine.id)}")


def _join(ask: Ask, other: Checkin, mine: Checkin | None) -> list[Reply]:
    """A check-in of the asker's squads, the newest of the same activity and day, goes with the other one."""
    when = f"{days.day(other.day, ask.today)}的{other.activity}"
    if mine is not None:
        _check(ask, mine)
    else:
        mine = checkins.newest_beside(ask.db, ask.me.paths(REPORTERS), other)
    if mine is not None and mine.unit_id == other.unit_id:
        both = f"编号 {mine.id} 和 {other.id} 是{mine.unit_name}自己的两场"
        raise Refusal(f"{both}，没有合。报重了的，发「撤回 #{mine.id}」。")
    if mine is None or (mine.activity, mine.day) != (other.activity, other.day):
        raise Refusal(
            f"编号 {other.id} 是{when}。同一天、同一种活动才能合成一场：先报您的人数，再发「同场 {other.id}」。"
        )
    if mine.event_id is not None and mine.event_id == other.event_id:
        return [Reply(f"已经算同一场了：{phrases.checkin_line(mine)}")]
    recording.unite(ask.db, ask.rollups, [mine, other], ask.me.id, ask.now)
    button = Button("不是同一场", "同场", f"#{mine.id} 不是")
    replies = [
        Reply(f"和编号 {other.id} 算同一场了：{phrases.checkin_line(mine)}\n场次只计一次，人数照计。", (button,))
    ]
    return replies + (_told(mine, other, ask) if other.person_id != ask.me.id else [])


def _told(mine: Checkin, other: Checkin, ask: Ask) -> list[Reply]:
    """Who reported the other one learns of it and can undo it."""
    line = f"{mine.unit_name}和{phrases.dated(other, ask.today)}算同一场了，场次只计一次。"
    return [Reply(line, (Button("不是同一场", "同场", f"#{other.id} 不是"),), to=other.person_id)]


def _apart(ask: Ask, found: Checkin) -> Reply:
    _check(ask, found)
    if found.event_id is None:
        return Reply(f"本来就单独算一场：{phrases.dated(found, ask.today)}")
    recording.part(ask.db, ask.rollups, found, ask.me.id, ask.now)
    return Reply(f"单独算一场了：{phrases.dated(found, ask.today)}\n要再合到一起，发「同场」加对方的编号。")


def _all_squads(ask: Ask, found: Checkin) -> Reply:
    _check(ask, found)
    if not found.whole or found.event_id is None:
        raise Refusal("「各中队」只用在全校或全年级的签到上。先报一次，像这样发：全校 升旗仪式 480人")
    new = recording.name_squads(ask.db, ask.rollups, found, ask.me.id, ask.now)
    more = f"{new} 个中队算作参加，这一周不再算没签到。" if new else "各中队已经都算参加了。"
    return Reply(f"{phrases.dated(found, ask.today)}：{more}\n仍然是一场，人数以全校报的为准。")


def _check(ask: Ask, found: Checkin) -> None:
    if not rights.may_change(ask.me, units.by_id(ask.db, found.unit_id), found.person_id):
        words = f"编号 {found.id} 的签到不在您负责的范围，什么都没有动。"
        raise Denied(words, what="同场", subject=f"checkin:{found.id}")
