"""What a letter asks to be reported, and how it is answered in few words: 36, 六一 36, 没有, 六一没搞."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers.kit import Button
from handlers.reading.text.dates import near_date
from handlers.reading.text.numbers import value_of
from handlers.wording import days


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One thing that a letter asks for.

    `label` says it in few characters, `names` are what it is called, `unit` is who reports; `report` is the command up
    to its numbers (None: it has no heads), `due` the heads on the roll; `nothing` says that there was none, of
    something of this `day`, or of the days from `since` to it.
    """

    label: str
    names: tuple[str, ...]
    unit: str
    day: date
    nothing: Button
    report: Button | None = None
    due: int | None = None
    since: date | None = None

    def holds(self, day: date, today: date) -> bool:
        """Whether what was done on that day is of it; of what is to come, what is done today, ahead of it."""
        return (self.since or min(self.day, today)) <= day <= self.day

    def is_of_day(self, day: date) -> bool:
        """Whether it is that day, and not some days of which it is one."""
        return self.since is None and self.day == day

    def is_of(self, word: str, args: str) -> bool:
        """Whether a button with this command asks for it."""
        ways = (each for each in (self.report, self.nothing) if each)
        return any(word == each.word and f"{args} ".startswith(f"{each.args} ") for each in ways)

    @property
    def title(self) -> str:
        """活动1 童心向党, 六一国际儿童节."""
        return self.names[0] if self.label in self.names[0] else f"{self.label} {self.names[0]}"

    @property
    def when(self) -> str:
        """6月1日."""
        return days.short(self.day)

    @property
    def line(self) -> str:
        """The report as it is copied out of the letter, up to its number."""
        assert self.report is not None
        return " ".join((self.report.args, *([f"应到{self.due}"] if self.due else []), "实到"))

    def buttons(self, report: str, nothing: str) -> tuple[Button, ...]:
        """The report but for its number, and that there was none, under these labels."""
        assert self.report is not None
        args = self.line.removesuffix(" 实到")
        return replace(self.report, label=report, args=args), replace(self.nothing, label=nothing)

    def reported(self, due: int | None, attended: int, day: date | None = None) -> Button:
        """The whole report, of this day of several."""
        assert self.report is not None
        on = f"{days.short(day)} " if day and self.since else ""
        whole = due or (self.due if self.due and attended <= self.due else None)
        heads = f"应到{whole} 实到{attended}" if whole else f"实到{attended}"
        return Button(f"{self.label} {attended}人", self.report.word, f"{self.report.args} {on}{heads}")


# Longer texts are no short answers.
LONGEST = 30
_COUNT = r"\s*\d{1,4}\s*(?:[人名个位](?:孩子|同学|队员|学生|小朋友)?)?"
_HEADS = re.compile(
    rf"(?P<name>.*?)[\s:：,，、]*(?P<heads>(?:应该?[到有来]?{_COUNT}[\s,，、/;；]*)?(?:[都全]?(?:实际?|一?共|总共|有|到|来|参加))*了?"
    rf"{_COUNT}(?:都?[到来参加]+了?|了|吧|哦|啊)?(?:[\s,，、]*应该?[到有来]?{_COUNT})?)[\s。.!！~]*"
)
_DID = "(?:开展|组织|举行|举办|安排|参加|[搞办弄做开过上][成了]?)"
_KIND = "(?:什么|任何)?(?:活动|队会|队课|队日|仪式)?"
# 还没 is not yet, 没人 and 没来 are of people.
_NONE = rf"(?<![还暂])(?:(?:没有?|未|无)(?:能|有)?{_DID}?过?|不{_DID}){_KIND}"
_AFTER = re.compile(rf"(?P<name>.*?)[\s:：,，、]*{_NONE}(?:[的了啊呀哦哈嘛呢]|可报|要报的?|来得?及)*[\s。.!！~]*")
_BEFORE = re.compile(rf"(?P<lead>.*?)(?:没有?|未){_DID}过?(?P<name>.+?)(?:活动|仪式)?[了的呢啊\s。.!！~]*")
# What is said beside what it is about.
_BESIDE = re.compile(
    r"老师|您?好|(?:实到|到场|参加|实际)?人数|报告|我们|咱们?|我|班里?|中队|学校|这[边儿里次回个项件场]|那[次个天场]|本次|今年|当天|都|也|真的?|就|确实|的|是|活动|[\s,，:：、。.《》“”「」]"
)
# All that may stand beside a name in a report of it.
_OF_HEADS = re.compile(
    r"[\d〇零一二两三四五六七八九十百人个名位孩子同学队员生小朋友实应该到来了搞办弄做开展举行组织完成请假病事缺席勤全齐其余他参加共总有没未去吧啊哦呢嘛/!！~?]*"
)
_OF_DAYS = re.compile(
    r"[昨前今]天|上午|下午|早上|晚上|\d{1,2}(?:月\d{1,2}[日号]?|\.\d{1,2}(?!\d)|[日号])|(?:[上本这下]个?)?(?:周|星期)[一二三四五六日天]?"
)
_BACK = "今昨前"
_DAY = re.compile(
    rf"(?<![\d.])(?:(?P<back>[{_BACK}])天|(?P<month>\d{{1,2}})(?:\.|月)(?P<day>\d{{1,2}})(?![\d.])[日号]?)"
)
# 没人 and 没来 are of people: with a name that nobody came.
_NOBODY = re.compile("(?:没有?|无)人[来去参加到]*了?|一个(?:人|孩子|同学)?[都也]?没有?[来去参加到]+")
# All that is open: 都没有, 两个都没搞, 这几项活动都没开展.
_EACH = re.compile(
    r"(?:我们?班?|这)?(?P<count>[两二俩三四五六几\d]?)(?:[个件项场次样]|活动)*(?:全都|[都均全])(?=[没未无不])"
)
_PLACE = re.compile(r"第?(?P<at>[一二三四五六\d]{1,2})[个件项条场]?|(?P<last>最后[一1]?[个件项条场])")
THIS_WEEK = "本周"
_WEEKS = {**dict.fromkeys(("这周", "本周", "这星期", "这个星期"), THIS_WEEK), "上周": "上周", "上星期": "上周"}


def heads_in(text: str) -> tuple[str, str] | None:
    """(what it is about, the heads) of 六一 36, 活动1：36人, 应到40实到36; None of other texts, as 36 请假2."""
    found = _HEADS.fullmatch(text) if len(text) <= LONGEST and "\n" not in text else None
    name = bare(found["name"]) if found else ""
    only_heads = bool(re.search(r"[\d全齐]", name) and _OF_HEADS.fullmatch(name))
    return (name, found["heads"]) if found and not only_heads else None


def none_in(text: str) -> str | None:
    """What there was nothing of: 六一 of 六一没搞 and 没搞六一, empty of 没有; None of other texts."""
    if len(text) > LONGEST or "\n" in text:
        return None
    if found := _AFTER.fullmatch(text):
        return bare(found["name"])
    found = _BEFORE.fullmatch(text)
    return bare(found["name"]) if found and not bare(found["lead"]) else None


def beside(text: str, name: str) -> str | None:
    """What the text says beside this name: 昨天 来了38个 of 昨天六一来了38个; None of what is no short answer."""
    before, found, after = text.partition(name)
    if not found or len(text) > LONGEST or "\n" in text or re.match(r"[班中(（]", after):
        return None
    if name[-1].isdigit() and after[:1].isdigit():
        return None
    rest = f"{before} {after}"
    said = bare(_OF_DAYS.sub("", rest))
    return rest.strip() if none_of(rest) is not None or (said and _OF_HEADS.fullmatch(said)) else None


def day_in(text: str, today: date) -> tuple[date, str] | None:
    """(the day, the rest) of 6.1 38人, 昨天没搞: a day, and of what it was nothing but heads or none."""
    found = _DAY.search(text)
    rest = beside(text, found[0]) if found else None
    if not found or rest is None:
        return None
    if found["back"]:
        return today - timedelta(days=_BACK.index(found["back"])), rest
    day = near_date(int(found["month"]), int(found["day"]), today)
    return (day, rest) if day else None


def none_of(rest: str) -> str | None:
    """本周 or nothing of 这周没有, 我们班没参加, 没人来, as they stand beside a name; None of heads."""
    if _NOBODY.fullmatch(bare(rest)):
        return ""
    left = none_in(rest)
    return None if left is None or (left and not week_in(left)) else week_in(left)


def all_in(text: str) -> int | None:
    """Of how many things it says that there was nothing: 2 of 两个都没搞, 0 of 都没有; None of other texts."""
    found = _EACH.match(text)
    if not found or none_in(text[found.end() :]) != "":
        return None
    return (value_of(found["count"].replace("俩", "两")) or 0) if found["count"] else 0


def place_in(text: str) -> int | None:
    """0 of 第一个, 1, ①, 1.; -1 of 最后一个; None of other texts."""
    found = _PLACE.fullmatch(unicodedata.normalize("NFKC", text).strip(" .。、!！"))
    if not found:
        return None
    at = value_of(found["at"]) if found["at"] else 0
    return None if at is None else at - 1


def bare(words: str) -> str:
    """What is left of them without what says nothing of what they are about."""
    return _BESIDE.sub("", words)


def week_in(name: str) -> str:
    """本周 or 上周, where the words name no more than that."""
    return _WEEKS.get(name, "")
