"""What a letter asks to be reported, and how it is answered in few words: 36, 六一 36, 没有, 六一没搞."""

import re
from dataclasses import dataclass, replace
from datetime import date

from handlers.kit import Button


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One thing that a letter asks for.

    `label` says it in few characters, `names` are what it is called, `unit` is who reports; `report` is the command up
    to its numbers (None: it has no heads), `due` the heads on the roll; `nothing` says that there was none, of
    something of this `day`.
    """

    label: str
    names: tuple[str, ...]
    unit: str
    day: date
    nothing: Button
    report: Button | None = None
    due: int | None = None

    def is_of(self, word: str, args: str) -> bool:
        """Whether a button with this command asks for it."""
        ways = (each for each in (self.report, self.nothing) if each)
        return any(word == each.word and args.startswith(each.args) for each in ways)

    @property
    def title(self) -> str:
        """活动1 童心向党, 六一国际儿童节."""
        return self.names[0] if self.label in self.names[0] else f"{self.label} {self.names[0]}"

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

    def reported(self, due: int | None, attended: int) -> Button:
        """The whole report."""
        assert self.report is not None
        whole = due or (self.due if self.due and attended <= self.due else None)
        heads = f"应到{whole} 实到{attended}" if whole else f"实到{attended}"
        return Button(f"{self.label} {attended}人", self.report.word, f"{self.report.args} {heads}")


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
_WEEKS = {"这周": "本周", "本周": "本周", "这星期": "本周", "这个星期": "本周", "上周": "上周", "上星期": "上周"}


def heads_in(text: str) -> tuple[str, str] | None:
    """(what it is about, the heads) of 六一 36, 活动1：36人, 应到40实到36; None of other texts."""
    found = _HEADS.fullmatch(text) if len(text) <= LONGEST and "\n" not in text else None
    return (bare(found["name"]), found["heads"]) if found else None


def none_in(text: str) -> str | None:
    """What there was nothing of: 六一 of 六一没搞 and 没搞六一, empty of 没有; None of other texts."""
    if len(text) > LONGEST or "\n" in text:
        return None
    if found := _AFTER.fullmatch(text):
        return bare(found["name"])
    found = _BEFORE.fullmatch(text)
    return bare(found["name"]) if found and not bare(found["lead"]) else None


def bare(words: str) -> str:
    """What is left of them without what says nothing of what they are about."""
    return _BESIDE.sub("", words)


def week_in(name: str) -> str:
    """本周 or 上周, where the words name no more than that."""
    return _WEEKS.get(name, "")
