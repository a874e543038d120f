"""How a check-in is said: in a line, in a list, as the echo of a report."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from handlers.asker import examples
from handlers.kit import Ask, Button, Refusal, Reply
from handlers.wording import days
from storage.checkins.checkins import Checkin

# How a check-in that was not in time is marked.
TIMINGS = {"late": "迟报", "backfilled": "补报"}


def with_heads(words: str) -> str:
    """A bare number is a head count: 38 → 38人."""
    bare = words.strip()
    return f"{bare}人" if bare.isdigit() else words


def checkin_line(said: Checkin) -> str:
    """三(2)中队 主题队日 38 人."""
    return f"{said.unit_name} {activity(said)} {said.attended} 人"


def activity(said: Checkin) -> str:
    """主题队会, or 主题队会 第2场 of that day."""
    return f"{said.activity} 第{said.sequence}场" if said.sequence > 1 else said.activity


def told_apart(said: Checkin) -> str:
    """红领巾爱学习 第5期: what tells one of a list from the others."""
    return f"{activity(said)} 第{said.issue}期" if said.issue else activity(said)


def dated(said: Checkin, today: date) -> str:
    """三(2)中队 4月3日(周五) 主题队日."""
    return f"{said.unit_name} {days.day(said.day, today)} {told_apart(said)}"


def heads(one: Checkin) -> str:
    """应到42实到40, or 实到40."""
    return f"应到{one.due}实到{one.attended}" if one.due else f"实到{one.attended}"


def turned(old: Checkin, new: Checkin, today: date) -> str:
    """实到38 → 实到39, of everything that was changed; empty for nothing."""
    parts = (
        (old.unit_name, new.unit_name), (activity(old), activity(new)),
        (days.day(old.day, today), days.day(new.day, today)), (heads(old), heads(new)),
        (old.topic or "没有主题", new.topic or "没有主题"),
        (" ".join(_others(old)) or "没有家长、老师", " ".join(_others(new)) or "没有家长、老师"),
    )  # fmt: skip
    return "，".join(f"{before} → {now}" for before, now in parts if before != now)


def _others(one: Checkin) -> list[str]:
    return [f"{kind} {count} 人" for kind, count in one.others]


def marked(one: Checkin, today: date) -> str:
    """三(2)中队 4月1日(周三) 主题队日 应到42实到40 · 迟报, as a line of a list."""
    return " · ".join(filter(None, (f"{dated(one, today)} {heads(one)}", TIMINGS.get(one.timing, ""))))


def in_lines(found: Iterable[Checkin], today: date) -> list[str]:
    """The lines of a list of check-ins."""
    return [f"· {marked(each, today)}" for each in found]


def echo(result: str, stored: Checkin, today: date, photos: int = 0) -> Reply:
    """What was understood, with the buttons to put it right."""
    more = [days.day(stored.day, today), TIMINGS.get(stored.timing, "")]
    more += [f"应到 {stored.due} 人" if stored.due else "", stored.topic]
    more += _others(stored)
    more += [f"照片 {photos} 张"] if photos else []
    buttons = Button("更正", "更正", f"#{stored.id}", reply=True), Button("撤回", "撤回", f"#{stored.id}")
    said = f"{result}：{checkin_line(stored)}\n" + " · ".join(filter(None, more))
    return Reply(said, buttons, spoken="要改发「更正」，不算发「撤回」。")


def with_more(said: Reply, line: str, *buttons: Button) -> Reply:
    """The same with a further line and further buttons, which are no mere convenience."""
    spoken = "" if buttons else said.spoken
    return replace(said, text=f"{said.text}\n{line}", buttons=(*said.buttons, *buttons), spoken=spoken)


def in_group(result: str, stored: Checkin, today: date) -> Reply:
    """The same in one line, for a group; the buttons are the reporter's."""
    return Reply(f"{result}：{checkin_line(stored)}", echo(result, stored, today).buttons)


def too_old(day: date, today: date) -> str:
    """Why a day is not recorded any more."""
    return f"{days.day(day, today)}已经过去半年多，不能再报，没有记录。日期写错了的话，请改好再发一次。"


def refused(ask: Ask, refusal: Refusal, alone: bool) -> Reply:
    """What is said of a record that is refused; beside others that are recorded it needs no example."""
    shown = refusal.buttons or (examples.beside(ask, refusal.text, None) if alone and ask.message.private else ())
    return Reply(refusal.text, shown, spoken=examples.spoken(shown))
