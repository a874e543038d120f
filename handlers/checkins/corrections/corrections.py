"""更正: a check-in is put right, in the words of the command or in one's own; what it said before is kept."""

import re
from dataclasses import dataclass, replace

from handlers import registry
from handlers.asker.context import reading_of
from handlers.attendance import attachments, phrases, recent
from handlers.checkins.corrections import changes, targets
from handlers.kit import REPORTERS, Ask, Reply
from handlers.wording import questions
from storage.checkins import checkins

# 不对, 报错了, 人数报错了: that it is wrong, and not what is right.
_SAYS_WRONG = re.compile(
    r"\W*(?:我|刚才|刚刚|上面|上一?条|这条|那条)*(?:的?(?:人数|日期|活动|主题|中队))?(?:也|都)?"
    r"(?:不对|不是这样|有误|[报写发打填弄搞记]?[错反])[了的啊呀哦]*\W*"
)
# 多打了个0: a digit is wrong, and which heads are right is not said.
_DIGIT = re.compile(
    r"(?:[打写输按敲填报发][多少]|[多少][打写输按敲填报发]?)了?[一1]?个?(?:[0零〇]|数字|位数?)(?![\d人名])"
)


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
    reply = changes.changed(ask, old, words)
    photos, beyond = attachments.adopt(ask, None, old)
    return phrases.with_more(reply, f"照片 {photos} 张已附上。{beyond}") if photos or beyond else reply


def _ask_what(ask: Ask, old: checkins.Checkin) -> Reply:
    CORRECT.put(ask, _Corrected(old.id))
    return Reply(f"要改哪里？现在是：{phrases.dated(old, ask.today)} {phrases.heads(old)}\n直接发新的内容，如：实到39")


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


@questions.answers(CORRECT)
def corrected(ask: Ask, known: _Corrected) -> Reply | None:
    """The new content, after 更正 alone."""
    old = checkins.by_id(ask.db, known.checkin)
    alone = reading_of(ask, ask.args)
    if old is None:
        return None
    if alone.status == "ok" and alone.records and not changes.of_same_squad(ask, old, alone.records[0]):
        # A whole report of another squad is no correction of this one.
        return None
    return changes.changed(ask, old, ask.args)
