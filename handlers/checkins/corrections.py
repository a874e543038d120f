"""更正 and 撤回: a check-in is put right or taken back; what it said before is kept."""

import re
from dataclasses import dataclass, replace

from handlers import registry
from handlers.asker.context import context_of, reading_of
from handlers.attendance import attachments, drafts, phrases, recent, reports
from handlers.checkins import revisions, targets
from handlers.kit import REPORTERS, Ask, Button, Refusal, Reply
from handlers.reading import Context, Existing, Record, read
from handlers.reading.text.numbers import value_of
from handlers.wording import names, places, questions
from storage.checkins import checkins
from storage.organisation import units

# 不对, 报错了, 人数报错了: that it is wrong, and not what is right.
_SAYS_WRONG = re.compile(
    r"\W*(?:我|刚才|刚刚|上面|上一?条|这条|那条)*(?:的?(?:人数|日期|活动|主题|中队))?(?:也|都)?"
    r"(?:不对|不是这样|有误|[报写发打填弄搞记]?[错反])[了的啊呀哦]*\W*"
)
# 多打了个0: a digit is wrong, and which heads are right is not said.
_DIGIT = re.compile(
    r"(?:[打写输按敲填报发][多少]|[多少][打写输按敲填报发]?)了?[一1]?个?(?:[0零〇]|数字|位数?)(?![\d人名])"
)
# 我们班44个人: of the whole squad, whoever came.
# 多了一个人: of those who were told, or of those who came.
_MORE = re.compile(
    r"(?:刚才|刚刚|上面|上一条|[那这]条|人数|好像|应该|的|[,，\s])*"
    r"多了?(?P<by>[\d一二两三四五]{1,2})\s?[个名位]?人?[了的。!！]*"
)
_OF_ALL = re.compile("班|中队|[一总]共|总人?数")


@dataclass(frozen=True, slots=True)
class _Corrected:
    """The check-in that is put right."""

    checkin: int


CORRECT = questions.Question(
    "correct", _Corrected, undone="还没有改。", asks="直接发新的内容，如：实到39\n不改了，发「取消」。",
    dropped="好的，没有改。",
)  # fmt: skip


@registry.command(
    "更正", "correct", who=REPORTERS, group="签到", rank=14, help="改最近一次签到", glued=registry.ANYTHING,
    examples=("更正", "更正 实到39", "更正 三(2)中队 应到42实到40"),
)  # fmt: skip
def correct(ask: Ask) -> Reply:
    """Change the newest check-in, or the one with this number, or the newest of a squad."""
    old, words = targets.meant(ask, "更正")
    if not words:
        return _ask_what(ask, old)
    reply = _changed(ask, old, words)
    photos = attachments.adopt(ask, None, old)
    return phrases.with_more(reply, f"照片 {photos} 张已附上。") if photos else reply


def _ask_what(ask: Ask, old: checkins.Checkin) -> Reply:
    CORRECT.put(ask, _Corrected(old.id))
    return Reply(f"要改哪里？现在是：{phrases.dated(old, ask.today)} {phrases.heads(old)}\n直接发新的内容，如：实到39")


@registry.command(
    "另记一场", who=REPORTERS, group="签到", listed=False, help="同一天同一种活动的另一场",
    examples=("另记一场 #17 实到40",), follows=r"[#＃]\s?\d",
)  # fmt: skip
def another(ask: Ask) -> list[Reply]:
    """What the squad of this check-in held once more on that day."""
    old, words = targets.meant(ask, "另记一场")
    unit = units.by_id(ask.db, old.unit_id)
    said = drafts.heads_in(ask, unit.name, old.activity, words)
    if said is None:
        raise Refusal(f"没看懂人数，没有记录。像这样发：另记一场 #{old.id} 实到40")
    said = replace(said, activity=old.activity, date=old.day, dated=True, again=True)
    return reports.keep(ask, [drafts.of_unit(ask, unit, said)], None)


@questions.answers(reports.REPLACE)
def replaced(ask: Ask, known: reports.Replacing) -> list[Reply]:
    """What was reported a second time takes the place of the first, or is another event."""
    if questions.says_other(ask.args, reports.ANOTHER):
        return another(replace(ask, args=known.another))
    return [correct(replace(ask, args=known.correction))]


@registry.reads("correct")
def correct_by_words(ask: Ask) -> Reply | list[Reply]:
    """更正:三(2)中队实到应为39人; 不对 alone asks what is right, of what was just recorded."""
    words = ask.args.removeprefix("更正").lstrip(":： ")
    if _DIGIT.search(words) and not any(map(str.isdecimal, rest := _DIGIT.sub("", words))):
        return _ask_what(ask, targets.meant(replace(ask, args=rest), "更正")[0])
    if _SAYS_WRONG.fullmatch(words):
        if not ask.message.private or not recent.recorded(ask):
            return []
        return correct(replace(ask, args=""))
    return correct(replace(ask, args=words))


@registry.reads("amend")
def right_after(ask: Ask) -> Reply:
    """39, 昨天, 队课 right after a record: what was recorded is changed, and it is said how."""
    found = recent.recorded(ask)
    if len(found) != 1:
        raise targets.which(ask, found, targets.Wish("更正", ask.args))
    said = next(iter(ask.heard.records or ask.heard.offered))
    if said.again:
        return another(replace(ask, args=f"#{found[0].id} 实到{said.attended}"))[0]
    if said.attended and said.attended > found[0].attended and _OF_ALL.search(ask.args):
        return _one_of(found[0], "这是应到，还是实到？", (said.attended, found[0].attended), (None, said.attended))
    if more := _MORE.fullmatch(ask.args):
        due, came, by = found[0].due, found[0].attended, value_of(more["by"]) or 0
        return _one_of(found[0], "是多记了，还是多来了？", (due, came - by), (due, came + by))
    told = [number.value or 0 for number in ask.heard.numbers if number.taken in ("attended", "due")]
    if said.absent and len(told) == 1 and told[0] + said.absent == found[0].attended:
        whole, came = found[0].attended, told[0]  # 43,有一个没来, of 44
        return _one_of(found[0], "实到多少？", (whole, came), (came, came - said.absent))
    if said.absent and not told and found[0].day == (said.date or found[0].day):
        return revisions.warned(_absent(found[0], said.absent), ask.heard)
    if said.topic not in (None, said.activity) and said.attended is None and not said.dated:
        # 清明祭英烈: what it was about, and not another activity.
        return _changed(ask, found[0], f"主题：{said.topic}")
    reply = _changed(ask, found[0], ask.args)
    if not said.activity or said.attended is not None:
        return reply
    back = Button(f"改回{found[0].activity}", "更正", f"#{found[0].id} {found[0].activity}")
    return phrases.with_more(reply, "另外报一次的，请连人数一起发。", back)


def _absent(old: checkins.Checkin, number: int) -> Reply:
    """2人请假 right after a record: they are among those who were counted, or they come on top."""
    if old.due is not None and old.due - old.attended == number:
        return Reply(f"已经是这样记的：{phrases.heads(old)}，没有改。")
    asks = f"没到的 {number} 人算在这 {old.attended} 人里吗？"
    return _one_of(old, asks, (old.attended, old.attended - number), (old.attended + number, old.attended))


def _one_of(old: checkins.Checkin, asks: str, *ways: tuple[int | None, int]) -> Reply:
    """The numbers, due and attended, that may be meant of what was just recorded, as buttons."""
    heads = [f"应到{due}实到{came}" if due else f"实到{came}" for due, came in ways if came > 0]
    buttons = tuple(Button(each, "更正", f"#{old.id} {each}") for each in heads)
    return Reply(f"刚记的是 {phrases.checkin_line(old)}。{asks}还没有改。", buttons)


@questions.answers(CORRECT)
def corrected(ask: Ask, known: _Corrected) -> Reply | None:
    """The new content, after 更正 alone."""
    old = checkins.by_id(ask.db, known.checkin)
    alone = reading_of(ask, ask.args)
    if old is None or (alone.status == "ok" and alone.records and not _same_squad(ask, old, alone.records[0])):
        # A whole report of another squad is no correction of this one.
        return None
    return _changed(ask, old, ask.args)


def _same_squad(ask: Ask, old: checkins.Checkin, said: Record) -> bool:
    unit = places.by_key(ask, said.unit) if said.unit else None
    return unit is None or unit.id == old.unit_id


def _changed(ask: Ask, old: checkins.Checkin, words: str) -> Reply:
    reading = names.without_names(ask, read(f"更正 {phrases.with_heads(words)}", _context(ask, old)))
    record = next(iter(reading.records), Record())
    revisions.check_day(reading, record, ask.today)
    topic = record.topic if "主题" in words else None
    said = record.attended, record.due, record.absent, record.activity, topic
    if not record.dated and not any(each is not None for each in said):
        raise Refusal("没看懂要改成什么，原来的没有动。可以改人数、活动、日期、主题，像这样发：更正 实到39 应到42")
    record = replace(record, topic=topic or (record.topic if record.activity else None))
    new = revisions.moved(ask, revisions.merged(old, record), record)
    if new == old:
        return revisions.warned(phrases.echo("已处理过。现在是", old, ask.today), reading)
    return revisions.warned(revisions.said(ask, "已更正", old, revisions.revised(ask, old, new)), reading)


def _context(ask: Ask, old: checkins.Checkin) -> Context:
    """The reader's, with what is put right: 少报了2个 is two more than there are."""
    known, key = context_of(ask), units.by_id(ask.db, old.unit_id).key
    there = (Existing(key, old.activity, old.day, old.attended),) if key else ()
    return replace(known, bound_unit=key or known.bound_unit, existing=there)
