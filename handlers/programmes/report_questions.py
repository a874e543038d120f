"""What is asked about a report: whose a number is, what is missing, what has no place, whether it is another one."""

from dataclasses import dataclass

from handlers.wording import questions


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said of which row on which day (ISO); `add`: the field that is asked for, `open`: the number whose."""

    row: str
    said: str
    day: str
    asked: str = ""
    add: str = ""
    open: str = ""
    # The message whose photos and documents wait for the answer.
    files: int | None = None
    # Whether the same was reported just before and this is another one.
    again: bool = False


_REPORTS = frozenset({"report"})
_OR_NOT = "\n不报了，发「取消」。"
NOTHING = "好的，没有记。要重新报，直接发就行。"
FIELD = questions.Question(
    "report", Asked, undone="还没有记。", asks="{asked}" + _OR_NOT, dropped=NOTHING, ended_by=_REPORTS
)
YES_OR_NO = questions.Question(
    "report-yesno", Asked, undone="还没有记。", asks="{asked}请回「是」或「否」。" + _OR_NOT, dropped=NOTHING,
    ended_by=_REPORTS, either=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replacing:
    """The correction that is asked about: `R12 听众65`."""

    correction: str


AGAIN = questions.Question(
    "report-again",
    Asked,
    undone="没有再记。",
    dropped="好的，没有再记。",
    yes="再记一次",
    no="不记",
    ended_by=_REPORTS,
)
LEFT_OUT = questions.Question(
    "report-left", Asked, undone="还没有记。", asks="{asked}请回「是」或「否」。", dropped=NOTHING, ended_by=_REPORTS,
    yes="记下", no="不记",
)  # fmt: skip
REPLACE = questions.Question(
    "report-replace", Replacing, undone="原来的没有改，这次也没有再记。", dropped="好的，没有改。",
    yes="改成这次的", no="不改", ended_by=frozenset({"report", "更正", "撤回"}),
)  # fmt: skip
