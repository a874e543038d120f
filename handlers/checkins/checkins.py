"""签到: what a counselor writes about an activity becomes a check-in, is echoed, and can be corrected."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.asker import examples
from handlers.asker.context import reading_of
from handlers.attendance import phrases, reports
from handlers.checkins import exemptions
from handlers.checkins.questions import asking
from handlers.kit import REPORTERS, Ask, Denied, Refusal, Reply
from handlers.reading import Reading
from handlers.registry import command, reads
from handlers.wording import names, places

# 签到率 is asked for.
_NO_RATE = "[^率]"


@command(
    "签到", "checkin", who=REPORTERS, group="签到", rank=1, help="报一次活动", glued=_NO_RATE, in_groups=True,
    examples=("签到 三(2)中队 主题队日 38人 清明祭英烈", "签到 三(2)中队 主题队日 应到42实到40"),
)  # fmt: skip
def checkin(ask: Ask) -> Sequence[Reply]:
    """The same as writing without the word."""
    if not ask.args:
        return [Reply(f"请写明中队、活动和人数，像这样：\n{examples.checkin(ask)} 清明祭英烈")]
    reading = reading_of(ask, ask.args)
    if reading.intent == "zero":
        return exemptions.nothing(replace(ask, reading=reading))
    if reading.intent != "checkin":
        like = examples.checkin(ask, *reading.records[:1])
        return [Reply(f"没看懂要报什么，没有记录。像这样发：\n签到 {like} 清明祭英烈")]
    return take(replace(ask, reading=reading))


@reads("checkin")
def take(ask: Ask, first: int | None = None) -> Sequence[Reply]:
    """
    Store what is complete, ask once for what is missing.

    `first` is the message whose open question this answers: its photos belong to the check-in too.
    """
    if ask.me.roles.isdisjoint(REPORTERS):
        raise Denied(f"签到由中队辅导员或大队辅导员来报，没有记录。{examples.nearest(ask)}", what="签到")
    heard = names.without_names(ask, ask.heard)
    replies = _replies(ask, heard, first)
    warning = names.privacy_warning(heard.issues)
    return [*replies, Reply(warning)] if warning else replies


@reads("offered")
def offered(ask: Ask) -> Reply:
    """What is not stated as a fact is stored only if it is said to be one."""
    # What stands beside it says why it is none: no topic.
    return asking.doubt(ask, ask.heard, [replace(record, topic=None) for record in ask.heard.offered], None)


def _replies(ask: Ask, reading: Reading, first: int | None) -> list[Reply]:
    if reading.claim == "plan":
        return [Reply(examples.planned(ask, reading.records[0]))] if ask.message.private else []
    schools = places.in_doubt(ask, [record.unit for record in reading.records if record.unit])
    if schools:
        return [asking.which_school(ask, reading, schools, first)]
    complete = [record for record in reading.records if asking.is_complete(record)]
    if reading.status == "confirm" and complete:
        return [asking.doubt(ask, reading, complete, first)]
    if reading.status == "reject" and complete and complete[0].date:
        raise Refusal(phrases.too_old(complete[0].date, ask.today))
    if reading.status not in ("ok", "partial"):
        return [asking.missing(ask, reading, first)]
    if len(complete) == 1 and (complete[0].sessions or 1) > 1:
        return [asking.sessions(ask, complete[0], first)]
    replies = reports.store(ask, [record for record in complete if not record.issues], first, reading.joint)
    if reading.status == "partial":
        replies.append(asking.missing(ask, reading))
    return replies
