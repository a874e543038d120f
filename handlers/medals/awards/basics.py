"""Badges by the class: 向阳章 三(2)中队 全班除 3、7号. Without the basic ones nobody is ever eligible for a star."""

import re
from dataclasses import dataclass

from handlers.kit import Ask, Refusal, Reply, Role
from handlers.medals.awards.eligibility import ALL_BASIC
from handlers.registry import command
from handlers.wording import days, medals, questions
from handlers.wording.children import class_lists, consents
from scheduling.periods import term_of
from storage.medals import badges, special_badges
from storage.organisation import units

GIVERS = frozenset({Role.COUNSELOR, Role.BRIGADE, Role.SCHOOL_ADMIN})
# Nobody nominates for twelve badges.
_ALL_OF_ONE = re.compile(r"基础章.*\d\s?号|\d\s?号.*基础章")
_LIKE = "记章 向阳章 三(2)中队 全班除 3、7号"
_JOINED_LIKE = "记入队 三(2)中队 全班除 3号 6月1日"
_PIECE = re.compile(r"[^,，;；。]+[,，;；。]*|[,，;；。]+")
# Of a whole school by workbook; more than some are not listed.
_MOST_LINES, _LISTED = 400, 13


@dataclass(frozen=True, slots=True)
class _Given:
    """What is to be given: lines of (squad, medals, numbers)."""

    lines: list[tuple[int, list[str], list[int]]]


GIVE = questions.Question(
    "badges", _Given, undone="基础章还没有记。", dropped="好的，没有记。", yes="记上", no="不记", final=True
)


def meant(ask: Ask, words: str) -> bool:
    """Whether a nomination is badges for a class, or all basic ones: 向阳章 三(2)中队 全班, 12个基础章 5号."""
    many = class_lists.is_list(words) or _ALL_OF_ONE.search(words)
    return bool(many) and bool(badges_in(ask, words)[0])


def badges_in(ask: Ask, words: str) -> tuple[list[str], str]:
    """(the basic and special badges that the words name, the rest): 12个基础章 are all basic ones, 红星章 its four."""
    found, rest = medals.found_in(ask, words)
    codes: dict[str, None] = {}
    for medal in found:
        if medal.code and medal.code.startswith(special_badges.PREFIX):
            codes[medal.code] = None
        whole = medal.code is None and "基础" in words
        codes |= dict.fromkeys(each for each in ALL_BASIC if whole or each == medal.code or _of(each, medal.code))
    return list(codes), rest.replace("12个", " ").replace("十二个", " ").replace("基础", " ")


def _lists(ask: Ask, line: str) -> list[str]:
    """向阳章全班，传承章除5号外全班: each list with its own badges; the squad ahead of the first is that of all."""
    parts: list[str] = []
    for piece in _PIECE.findall(line):
        if parts and badges_in(ask, piece)[0] and class_lists.is_list(parts[-1]) and badges_in(ask, parts[-1])[0]:
            parts.append(piece)
        else:
            parts[-1:] = ["".join([*parts[-1:], piece])]
    squad = class_lists.squad_in(ask, parts[0]) if len(parts) > 1 else ""
    return parts[:1] + [part if class_lists.squad_in(ask, part) else f"{squad} {part}" for part in parts[1:]]


def _of(badge: str, category: str | None) -> bool:
    return badge.partition("/")[0] == category


@command(
    "记章", "badges", who=GIVERS, group="奖章", rank=42, help="给全班记基础章，按序号",
    examples=(_LIKE, "记章 12个基础章 三(2)中队 全班"),
)  # fmt: skip
def preview(ask: Ask) -> Reply:
    """How many badges it is, before any is given; each line of the message is a list of its own."""
    lines = [part for line in ask.args.splitlines() if line.strip() for part in _lists(ask, line)][: _MOST_LINES + 1]
    if not lines or len(lines) > _MOST_LINES:
        raise Refusal(f"请写明基础章、中队和谁，像这样：{_LIKE}")
    wanted: list[tuple[int, list[str], list[int]]] = []
    said: list[str] = []
    for line in lines:
        codes, rest = badges_in(ask, line)
        if not codes:
            raise Refusal(f"请写明是哪些基础章，像这样：{_LIKE}")
        whom = class_lists.of_class(ask, GIVERS, rest, _LIKE)
        medals.check_special(ask, codes, whom.squad)
        wanted.append((whom.squad.id, codes, whom.numbers))
        said.append(f"{whom.squad.name} {names_of(codes)}：{whom.said}")
    count = sum(len(codes) * len(numbers) for _, codes, numbers in wanted)
    if len(said) > _LISTED:
        said = [*said[:_LISTED], f"…共 {len(said)} 行"]
    return Reply("\n".join([*said, f"{term_of(ask.today)}，共 {count} 枚。记上吗？"]), GIVE.put(ask, _Given(wanted)))


def names_of(codes: list[str]) -> str:
    """Their names; many basic ones by their number."""
    basic = [code for code in codes if code in ALL_BASIC]
    short = [f"{len(basic)} 个基础章"] if len(basic) > 4 else list(map(medals.label, basic))
    return "、".join([*short, *(medals.label(code) for code in codes if code not in ALL_BASIC)])


@questions.answers(GIVE)
def give(ask: Ask, known: _Given) -> Reply:
    """Gives them; who had one already keeps it."""
    lines, term = [], term_of(ask.today)
    for squad_id, codes, numbers in known.lines:
        squad = units.by_id(ask.db, squad_id)
        consents.check_scope(ask, GIVERS, squad, "记章")
        children = badges.numbered(ask.db, ask.vault, squad, numbers, ask.today)
        new = badges.give(ask.db, squad, list(children.values()), codes, term, ask.me.id, ask.now)
        before = len(codes) * len(numbers) - new
        had = f"，原来已有 {before} 枚" if before else ""
        lines.append(f"已记 {squad.name} {names_of(codes)}：{len(numbers)} 人，新记 {new} 枚{had}")
    if len(lines) > _LISTED:
        lines = [*lines[:_LISTED], f"…共 {len(lines)} 行，都记了。"]
    return Reply("\n".join([*lines, "记错了，发「收章 向阳章 三(2)中队 7号」这样的话。看还差什么，发「还差什么」。"]))


@command("记入队", who=GIVERS, group="奖章", rank=44, help="记下谁是队员，按序号", examples=(_JOINED_LIKE,))
def admitted(ask: Ask) -> Reply:
    """Who is a Young Pioneer since which day: stars are for members."""
    day, words = days.day_in(ask.args, ask.today)
    if day and day > ask.today:
        raise Refusal("入队的日期还没有到，请核对。")
    whom = class_lists.of_class(ask, GIVERS, words, _JOINED_LIKE)
    children = badges.numbered(ask.db, ask.vault, whom.squad, whom.numbers, ask.today)
    new = badges.admit(ask.db, list(children.values()), day or ask.today)
    return Reply(f"已记入队：{whom.squad.name} {whom.said}，其中新记 {new} 人。")
