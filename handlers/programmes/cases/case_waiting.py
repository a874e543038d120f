"""Which cases wait for somebody, and which one a number means."""

import re

from handlers.asker import inbox
from handlers.catalogue import chain, current
from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Denied, Refusal
from handlers.programmes import signing
from handlers.programmes.cases import case_rights
from handlers.wording.numbers import CaseNumbers
from storage.organisation import unit_groups, units
from storage.programmes import cases
from storage.programmes.cases import Case

COMMAND = "办"
# 一起 D20260403-01 同意 D20260403-02: several, which are asked about once more.
TOGETHER = "一起"
_DONE = re.compile("^(?:我们?|本校|学校)?(?:已经?|都)")
# 《红领巾小社团》这个已经
_TITLE = re.compile(r"^(?:[ :：,，]*《[^》]*》)?[ :：,，]*(?:已经?|都|也|现在)*")
_MOST_WAITING = 300
_MOST_BUTTONS = 6


def reviews(ask: Ask) -> bool:
    """Whether the sender decides on anything at all, be it that nothing waits now."""
    return ask.person is not None and not signing.REVIEWERS.isdisjoint(ask.me.roles)


def found(ask: Ask) -> list[tuple[Case, Row]]:
    """What waits for the asker, the first due first."""
    rows = {row.key: row for row in current.catalogue_of(ask.db).rows if row.shape == "case"}
    levels = case_rights.levels_of(ask.me)
    states = {
        row.key: {step.state for step in row.chain if not step.optional and step.by in levels} for row in rows.values()
    }
    states = {key: each for key, each in states.items() if each}
    waiting = [(one, rows[one.row]) for one in cases.waiting(ask.db, states, _paths(ask), _MOST_WAITING)]
    return [(one, row) for one, row in waiting if _is_for(ask, one, row)]


def _paths(ask: Ask) -> list[str]:
    paths = [units.sphere(grant.unit) for grant in ask.me.grants]
    groups = [grant.unit for grant in ask.me.grants if grant.unit.kind == units.Kind.GROUP]
    return paths + [each.path for group in groups for each in unit_groups.members(ask.db, group)]


def _is_for(ask: Ask, one: Case, row: Row) -> bool:
    here = [each for each in chain.steps_at(row, one.state) if not each.optional]
    if not any(case_rights.is_level(ask.me, each.by, one) for each in here):
        return False
    able = case_rights.possible(ask.me, row, one, cases.steps(ask.db, one.id))
    return any(not each.optional for each in able)


def _able(ask: Ask, text: str) -> list[tuple[Case, str, str]]:
    """Whatever waits for the asker and may take the step that the text begins with, each with its word and the rest.

    已会签, 派课了 王老师周三来.
    """
    said = _DONE.sub("", text)
    able: list[tuple[Case, str, str]] = []
    for one, row in found(ask):
        word = max(chain.named(row, said), chain.named(row, text), key=len)
        rest = (said if said.startswith(word) else text)[len(word) :].lstrip("了 ,，:：")
        steps = case_rights.possible(ask.me, row, one, cases.steps(ask.db, one.id)) if word else []
        if chain.actions(row).get(word) in {each.action for each in steps}:
            able.append((one, word, rest))
    return able


def _of_one_row(ask: Ask, able: list[tuple[Case, str, str]]) -> list[tuple[Case, str, str]]:
    """授予 十佳, 公示 老干部: only those; the name is no note."""
    rows = current.catalogue_of(ask.db).by_key
    named = [
        (one, word, "") for one, word, rest in able if rest in (rows[one.row].name, *rows[one.row].words, one.kind)
    ]
    return named or able


def _of_row(ask: Ask, text: str) -> list[tuple[Case, str, str]]:
    """课题结项了, 制度《…》已经印发: what is open of the row that is named, be it another's to do."""
    words = current.catalogue_of(ask.db).case_words
    name = max((word for word in words if text.startswith(word)), key=len, default="")
    title = re.search("《([^》]+)", text)
    said = _TITLE.sub("", text.removeprefix(name))
    rows = [words[name]] if name else [row for row in words.values() if title and "matter" in row.subject]
    by_key = {row.key: (row, action) for row in rows if (action := chain.named(row, said))}
    if not by_key:
        return []
    states = {key: row.waiting for key, (row, _) in by_key.items()}
    found = cases.waiting(ask.db, states, _paths(ask), _MOST_WAITING)
    # Of several the one that is called so.
    called = [one for one in found if title and one.words and title[1] in str(ask.vault.open(one.words))]
    if not (called or (found and name)):
        row, _ = next(iter(by_key.values()))
        raise Refusal(f"没有办着的{row.name}，没有改。先立一件，像这样发：\n{row.example}")
    steps = ((one, by_key[one.row][1]) for one in called or found)
    return [(one, action, said.removeprefix(action).lstrip("了 ,，:：")) for one, action in steps]


NUMBERS = CaseNumbers(cases.LETTER, "事项", lambda ask: [one.number for one, _ in found(ask)])


def named(ask: Ask, number: str) -> tuple[Case, Row]:
    """The case, for whoever has to do with it; another one's is answered like none."""
    one = cases.by_number(ask.db, number)
    row = current.catalogue_of(ask.db).by_key.get(one.row) if one else None
    none = f"{NUMBERS.unknown(ask, number)}发「待办」看等您办的。"
    if one is None or row is None:
        raise Refusal(none)
    if not case_rights.may_see(ask.me, row, one):
        raise Denied(none, what=COMMAND, subject=f"case:{number}")
    return one, row


def step(ask: Ask, text: str) -> str:
    """The arguments of 办 for a step that is told without a number; empty where none is meant.

    整改 2 is the second of the list that was shown last; 同意 1-3 and 同意 全部 are asked about once more.
    """
    able = _of_one_row(ask, _able(ask, text)) or _of_row(ask, text)
    if not able:
        return ""
    _, word, rest = able[0]
    numbers = [one.number for one, _, _ in able]
    # All that can be done, and not all of a list with things of another kind.
    listed = numbers if inbox.ALL.fullmatch(rest) else inbox.shown(ask) or numbers
    places, words = inbox.places(rest, len(listed))
    if not places:
        return _only(able)
    meant = dict.fromkeys(listed[place - 1] for place in places if 0 < place <= len(listed))
    waiting = [number for number in meant if number in numbers]
    if len(waiting) < len(set(places)):
        raise Refusal(f"序号里有不能{word}的，还没有办。发「待办」看现在的序号。", inbox.LIST)
    first, *others = waiting
    args = " ".join([first, word, *others, words]).strip()
    return f"{TOGETHER} {args}" if others else args


def _only(able: list[tuple[Case, str, str]]) -> str:
    if len(able) == 1:
        one, word, rest = able[0]
        return f"{one.number} {word} {rest}".strip()
    args = ((f"{word} {one.number}", f"{one.number} {word} {rest}".strip()) for one, word, rest in able)
    buttons = [Button(label, COMMAND, words) for label, words in args]
    first, *others = (one.number for one, _, _ in able)
    if len({(word, rest) for _, word, rest in able}) == 1:
        _, word, rest = able[0]
        together = " ".join([TOGETHER, first, word, *others, rest]).strip()
        buttons.insert(0, Button(f"{len(able)} 件都{word}", COMMAND, together))
    raise Refusal(f"有 {len(able)} 件，是哪一件？还没有办。发「待办」看各是什么。", *buttons[:_MOST_BUTTONS])
