"""另记一场: what a squad held once more on a day of which it has reported; and the answer whether it did."""

from dataclasses import replace

from handlers import registry
from handlers.attendance import drafts, reports
from handlers.checkins.corrections import corrections, targets
from handlers.kit import REPORTERS, Ask, Refusal, Reply
from handlers.wording import questions


@registry.command(
    "另记一场", who=REPORTERS, group="签到", listed=False, help="同一天同一种活动的另一场",
    examples=("另记一场 #17 实到40",), follows=r"[#＃]\s?\d",
)  # fmt: skip
def another(ask: Ask) -> list[Reply]:
    """What the squad of this check-in held once more on that day."""
    old, words = targets.meant(ask, "另记一场")
    said = drafts.heads_like(ask, old, words)
    if said is None:
        raise Refusal(f"没看懂人数，没有记录。像这样发：另记一场 #{old.id} 实到40")
    said = replace(said, activity=old.activity, date=old.day, dated=True, again=True)
    return reports.keep(ask, [drafts.like(ask, old, said)], None)


@questions.answers(reports.REPLACE)
def replaced(ask: Ask, known: reports.Replacing) -> list[Reply]:
    """What was reported a second time takes the place of the first, or is another event."""
    if questions.says_other(ask.args, reports.ANOTHER):
        return another(replace(ask, args=known.another))
    return [corrections.correct(replace(ask, args=known.correction))]
