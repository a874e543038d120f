"""晚点提醒, 不再提醒: a letter is answered where it stands; 勿扰: the hours in which somebody hears of things."""

import re
from datetime import datetime, time

from handlers.attendance import ladder
from handlers.attendance.requests import place_in
from handlers.catalogue.loader import calendar_of
from handlers.kit import MEMBERS, Ask, Button, Refusal, Reply
from handlers.reading.text.windows import hours_in
from handlers.registry import command
from handlers.reminders import letter
from handlers.reminders.calendars import moments
from handlers.wording import days
from scheduling.calendar import DAY
from storage.reminders import deliveries, wishes

_OFFERED = "今天傍晚", "明天", "下周一"
_OF_LETTER = re.compile(r"(\d\d)-(\d\d)(?!\d)\s*(.*)")
_BACK = "恢复"
# So many days back a letter is meant without its day.
_OF_LATE = 4
# 下午再说 is said of a letter, or of nothing that was asked.
_SAID_LATER = re.compile("再(?:说|报|通知)")
# 知道了 of who is missing, also with what it is of, and what is done about it; 不知道 and 知道了吗 are none.
_KNOWN = re.compile(
    r"(?P<before>[^不没谁怎?？]{0,20}?)(?:知道|晓得|知悉|已阅|阅悉|了解|明白|清楚)[了啦哈的]*"
    r"(?P<after>[^不没谁怎吗?？]{0,20})"
)
_AROUND = re.compile(
    r"(?:我们?|咱们?)|这[个件]?|[两二三四几]件|学校|单位|这边|的?事情?|已经?|都|全部?|好[的嘞]?|[嗯哦噢]+|行|谢谢您?|老师|[啦了哈的是\s\W]"
    r"|(?:这就|马上|现在|会|去|来|再)*(?:催|问|处理|跟进|落实|提醒|通知)(?:一下|他们|大家|各班|各校)*"
)
# One thing of several and what is to become of it: 第2件不再提醒, 国庆的事明天再说.
_OF_ONE, _OF_IT = re.compile("提醒|[再后][说叫报]"), re.compile(r"^(?:节|日)?的?(?:事情?|提醒)?[\s,，:：]*")
_PLACE_FIRST = re.compile(r"(第[一二三四五六七\d][件个条项]|最后一[件个条项])")
_LONGEST_NAME, _GREETED = 24, re.compile("【补发】|老师好，")
_AT_ANY_TIME = frozenset({"取消", "关", "关闭", "不用", "随时"})


@command(
    letter.LATER, who=MEMBERS, group="提醒", listed=False, help="过些时候再提醒", glued="第",
    examples=("晚点提醒", "晚点提醒 明天"),
)  # fmt: skip
def later(ask: Ask) -> Reply:
    """The letter of a day is said once more, at the time that is chosen, as far as it still asks for something."""
    if _SAID_LATER.search(ask.message.text) and not _said_on(ask, "", _OF_LATE):
        # 下午再说, and nothing was asked.
        return Reply("好的，没有记录。这几天没有提醒过您什么，不另外提醒；办完了直接发给我就行。")
    day, rows, words = _letter(ask)
    calendar = calendar_of(ask.db)
    place, words = _picked(ask, rows, words)
    one = "" if place is None else f"{place + 1} "
    rows = rows if place is None else [rows[place]]
    words, then = moments.found_in(words, calendar, ask.now)
    if not words:
        at = [(each, at) for each in _OFFERED if (at := moments.found_in(each, calendar, ask.now)[1])]
        buttons = [Button(each, letter.LATER, f"{day} {one}{each}") for each, then in at if _useful(ask, rows, then)]
        if not buttons:
            raise Refusal("过了今天就没有用了，或者已经报过了，没有再安排。")
        return Reply("什么时候再提醒您？", tuple(buttons))
    if then is None:
        raise Refusal("今天已经晚了，没有安排。可以选明天。", Button("明天", letter.LATER, f"{day} 明天"))
    useful = _useful(ask, rows, then)
    if not useful:
        raise Refusal(f"{words}就过了日子，或者已经报过了，没有再安排。")
    deliveries.again(ask.db, [row.id for row in useful], then)
    return Reply(f"好的，{words}（{days.moment(then)}）再提醒您，报了就不再提醒。")


def _useful(ask: Ask, rows: list[deliveries.DeliveryRow], then: datetime) -> list[deliveries.DeliveryRow]:
    """What still asks for something at that time."""
    found = [row for row in rows if row.lead < 0 or row.day >= then.date() or row.kind != "key_date"]
    return [row for row in found if letter.still(ask.db, ask.occasions, row, ask.now)]


@command(
    letter.MUTE, who=MEMBERS, group="提醒", listed=False, help="一件事不再提醒", glued="第", examples=("不再提醒",),
)  # fmt: skip
def mute(ask: Ask) -> Reply:
    """The person hears no more of one thing of a letter; of several it is asked which."""
    day, rows, words = _letter(ask)
    place, back = _picked(ask, rows, words)
    if len(rows) > 1 and not words:
        named = [(number, _name(ask, row)) for number, row in enumerate(rows, 1)]
        listed = "\n".join(f"{number}. {name}" for number, name in named)
        buttons = tuple(Button(f"第 {number} 件", letter.MUTE, f"{day} {number}") for number, _ in named[:6])
        return Reply(f"哪一件不再提醒？\n{listed}", buttons)
    if words and place is None:
        raise Refusal(f"那天的提醒有 {len(rows)} 件，没有「{words}」。")
    row = rows[place or 0]
    if back == _BACK:
        wishes.unmute(ask.db, ask.me.id, row.occurrence)
        return Reply(f"好的，「{_name(ask, row)}」照常提醒。")
    wishes.mute(ask.db, ask.me.id, row.occurrence, ask.now)
    undo = Button("还是提醒", letter.MUTE, f"{day} {(place or 0) + 1} {_BACK}")
    return Reply(f"好的，「{_name(ask, row)}」不再提醒您。", (undo,))


def _picked(ask: Ask, rows: list[deliveries.DeliveryRow], words: str) -> tuple[int | None, str]:
    """(which of several they begin with: 第2件, 2, 国庆; the rest of the words); None: with none."""
    head, _, rest = words.partition(" ")
    place = place_in(head)
    if place is not None and -1 <= place < len(rows):
        return place % len(rows), rest.strip()
    names = [_name(ask, row) for row in rows]
    for end in range(min(len(words), _LONGEST_NAME), 1, -1):
        found = [at for at, name in enumerate(names) if words[:end] in name]
        if len(found) == 1:
            return found[0], _OF_IT.sub("", words[end:])
    return None, words


def named_first(ask: Ask, text: str) -> tuple[str, str]:
    """(the day of the newest letter and which thing of it, what is said of that) of 第2件不再提醒, 国庆的事明天再说."""
    told = _said_on(ask, "", _OF_LATE) if ask.message.private and ask.person and _OF_ONE.search(text) else None
    if told is None:
        return "", ""
    first = _PLACE_FIRST.match(text)
    place, rest = _picked(ask, told[1], f"{first[1]} {text[first.end() :]}" if first else text)
    return ("", "") if place is None else (f"{told[0]} {place + 1}", _OF_IT.sub("", rest))


def _said_on(ask: Ask, on: str, back: int) -> tuple[str, list[deliveries.DeliveryRow]] | None:
    """(day, what was said on it) of the letter of that day, without one the newest; None where there is none."""
    midnight = calendar_of(ask.db).midnight(ask.now)
    for at in (midnight - n * DAY for n in range(back)):
        if on and f"{at:%m-%d}" != on:
            continue
        rows = deliveries.of_day(ask.db, ask.me.id, at, at + DAY)
        if rows := [row for row in rows if row.kind in ask.occasions.by_kind and ask.occasions.of(row).asks]:
            return f"{at:%m-%d}", rows
    return None


def _letter(ask: Ask) -> tuple[str, list[deliveries.DeliveryRow], str]:
    """(day, what was said on it, the rest of the arguments) of the letter that is meant, without a day the newest."""
    match = _OF_LETTER.fullmatch(ask.args.strip())
    words = (match[3] if match else ask.args).strip()
    if found := _said_on(ask, f"{match[1]}-{match[2]}", 60) if match else _said_on(ask, "", _OF_LATE):
        return *found, words
    when = "那天" if match else "这几天"
    hours = "只想在方便的时间收，像这样发：勿扰 7:30-20:00"
    raise Refusal(f"没有找到{when}的提醒，什么都没有改。发「提醒」看接下来的；{hours}", Button("提醒", "提醒"))


def _name(ask: Ask, row: deliveries.DeliveryRow) -> str:
    """What its first words say; of what is settled already the day."""
    said = letter.still(ask.db, ask.occasions, row, ask.now)
    first = re.split(r"[:：。，,\n]", _GREETED.sub("", said))[0][:_LONGEST_NAME]
    # A bracket that is cut off says nothing.
    return re.sub(r"还(?:有|有? ?\d+)?$|（[^）]*$", "", first) or f"{days.short(row.day)}的事"


@command(
    ladder.SEEN, who=MEMBERS, group="提醒", listed=False, help="知道谁没报了，不用再告诉上级",
    follows=r"[a-z0-9_-]+:", examples=("知道了 children:2026-06-01",),
)  # fmt: skip
def seen(ask: Ask) -> Reply:
    """Of what is missing below somebody, of several things as well, the levels above hear no more."""
    occurrences = ask.args.split()
    for occurrence in occurrences:
        if ask.me.id not in deliveries.ever_told(ask.db, occurrence):
            raise Refusal("没有找到这条提醒。发「提醒」看接下来的。")
        wishes.see(ask.db, ask.me.id, occurrence, ask.now)
    return Reply(f"好的，知道了。这{f' {len(occurrences)} ' if len(occurrences) > 1 else ''}件事不再提醒上级。")


def known(ask: Ask, text: str) -> str:
    """The occurrences that 我知道了, 都知道了, 联席会的事知道了 are said of, as `seen` takes them; empty: of none."""
    found = _KNOWN.fullmatch(text) if ask.message.private and ask.person else None
    told = _said_on(ask, "", _OF_LATE) if found else None
    if not found or not told:
        return ""
    about = _AROUND.sub("", found["before"]) + _AROUND.sub("", found["after"])
    place = place_in(about)
    every = [(at, *one) for at, row in enumerate(told[1]) if (one := _missing_below(ask, row))]
    return " ".join(
        occurrence
        for at, occurrence, what in every
        if not about or (place in (at, at - len(told[1])) if place is not None else about in what)
    )


def _missing_below(ask: Ask, row: deliveries.DeliveryRow) -> tuple[str, str] | None:
    """(occurrence, what it is called) of what tells who has not reported, as long as it would be told still."""
    reply = letter.unless_cleared(ask.db, ask.occasions, row, ask.now)
    if reply is None or not any(each.word == ladder.SEEN for each in reply.buttons):
        return None
    known = ask.me.id in wishes.seen(ask.db, row.occurrence)
    return None if known else (row.occurrence, f"{reply.name} {reply.text.partition('提醒后')[0]}")


@command(
    "勿扰", "免打扰", "quiet", who=MEMBERS, group="提醒", rank=44, help="只在您方便的时间收提醒",
    follows=r"$|.*[\d点]|[取关不随]", looks="", examples=("勿扰", "勿扰 7:30-20:00", "勿扰 取消"),
)  # fmt: skip
def hours(ask: Ask) -> Reply:
    """From when to when somebody wants to be written to, within the hours of the catalogue."""
    times = calendar_of(ask.db).times
    if ask.args in _AT_ANY_TIME:
        wishes.put_hours(ask.db, ask.me.id, time(), time(), ask.now)
        return Reply(f"好的，{times.quiet_until:%H:%M} 到 {times.quiet_from:%H:%M} 之间随时提醒您。")
    said = hours_in(ask.args)
    if len(said) != 2:
        return Reply(_standing(ask) + "\n要改，发「勿扰 7:30-20:00」，只在这段时间提醒；不要这样了，发「勿扰 取消」。")
    since, until = said
    if since is None or until is None:
        raise Refusal("时间不对，没有改。像这样发：勿扰 7:30-20:00")
    if since > until:
        # From ten in the evening to seven is when nobody is to be disturbed.
        since, until = max(until, times.quiet_until), min(since, times.quiet_from)
    if not since < until or times.quiet(since) or (until > times.quiet_from):
        raise Refusal(f"请写 {times.quiet_until:%H:%M} 到 {times.quiet_from:%H:%M} 之间的一段，没有改。")
    wishes.put_hours(ask.db, ask.me.id, since, until, ask.now)
    return Reply(f"好的，只在 {since:%H:%M} 到 {until:%H:%M} 提醒您；您问我，照样马上答。")


def _standing(ask: Ask) -> str:
    own, times = wishes.of(ask.db, [ask.me.id]).hours(ask.me.id), calendar_of(ask.db).times
    since, until = (times.quiet_until, times.quiet_from) if own.since == own.until else (own.since, own.until)
    # 勿扰 25点 is told apart from 勿扰 alone: it is not nodded at.
    return ("没看懂，没有改。" if ask.args else "") + f"现在 {since:%H:%M} 到 {until:%H:%M} 之间提醒您。"
