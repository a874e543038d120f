"""The second task of a message, beside a check-in, is done too or named in the answer: a report, a question …."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.dispatch.features import Features
from handlers.asker import context
from handlers.catalogue.model import Row
from handlers.catalogue.telling.reports import read_report
from handlers.kit import REPORTERS, Answer, Ask, Button, Refusal, Reply
from handlers.reading import Reading
from handlers.reading.text.normalise import clean
from handlers.reading.text.units import find_units
from handlers.wording import days, programmes
from storage.messages import dialogues

_WAITS = "这条里还有一件{what}，还没有记。请先答上面的问题，再把{what}单独发一次。"
_NOT_YET = "\n新报的也还没有记，请单独再发一次。"
_CLAUSE_END = re.compile(r"[，,；;。\n]")
# 讲解员5名 are people, whatever they are called by.
_PEOPLE = re.compile(r"(?:讲解|宣讲|辅导|服务|工作)员\s?\d+\s?[名位人]")
# Each half is read: of a long text, which is a story, that would be often.
_LONGEST = 200


def instead(features: Features, ask: Ask) -> list[Reply]:
    """上条作废,重新报: what is taken back before the rest is done; refused, nothing of the message is."""
    replies: list[Reply] = []
    for each in ask.heard.more:
        if each.changes:
            try:
                said: Answer = features.readers[each.intent](replace(ask, reading=each))
            except Refusal as refusal:
                refusal.text += _NOT_YET
                raise
            replies += [said] if isinstance(said, Reply) else said
    return replies


def beside(features: Features, ask: Ask, first: Sequence[Reply]) -> list[Reply]:
    """What else the message asks for; one task that is refused does not cost the other."""
    more = [each for each in ask.heard.more if not each.changes]
    if any(each.intent == "nomination" for each in more) and first and _waits(ask):
        return [Reply(_WAITS.format(what="提名"))]
    return [reply for each in more for reply in _aside(features, replace(ask, reading=each))]


def _aside(features: Features, ask: Ask) -> list[Reply]:
    """A nomination or a question; the sums are written after the message, so who is missing is a press away."""
    order = features.ordered(ask.heard)
    if order and order[0].allows(ask.person):
        word = order[0].words[0]
        return [Reply(f"这条里还问了一件：点「{word}」就看到。", (Button(word, word, order[1]),))]
    return _tried(features, replace(ask, args=ask.heard.words or ask.args), ask.heard.intent)


def reported(features: Features, ask: Ask, said: str) -> list[Reply]:
    """The same of a report that stands beside a check-in."""
    row = programmes.row_in(ask, said)
    if row and _waits(ask):
        return [Reply(_WAITS.format(what=row.name))]
    return _tried(features, replace(ask, args=said), "report") if row else []


def _waits(ask: Ask) -> bool:
    return ask.message.where in dialogues.of_senders(ask.db, ask.message.channel, [ask.message.sender])


def _tried(features: Features, ask: Ask, intent: str) -> list[Reply]:
    try:
        with ask.db.begin_nested():
            said: Answer = features.readers[intent](ask)
    except Refusal as refusal:
        ask.refused(refusal)
        said = Reply(refusal.text, refusal.buttons)
    return [said] if isinstance(said, Reply) else [*said]


def apart(ask: Ask, text: str, reading: Reading) -> tuple[str, str] | None:
    """(what is a check-in, the report beside it, empty where a row is only spoken of): 队课43人，微心愿认领3个.

    None where the text is one thing: 微心愿征集5个，认领3个，帮扶43人次.
    """
    row = programmes.row_in(ask, text) if reading.intent == "checkin" else None
    if row is None or len(text) > _LONGEST or ask.me.roles.isdisjoint(REPORTERS):
        return None
    for held, told in sorted(_halves(row, text), key=lambda halves: -len(halves[0])):
        heard = context.reading_of(ask, _PEOPLE.sub("", held))
        if heard.intent != "checkin" or not heard.records:
            continue
        counted = "COUNT_VAGUE" in heard.issues or all(each.attended is not None for each in heard.records)
        if counted and all(each.activity not in (None, row.name) for each in heard.records):
            plain = _PEOPLE.sub("", clean(told).text)
            figures = programmes.named([row], plain) is not None and read_report(plain, row, ask.today).values
            where = "" if programmes.key_in(ask, told)[0] else _where(ask, held, heard)
            return held, f"{where} {told}".strip() if figures else ""
    return None


def _where(ask: Ask, held: str, heard: Reading) -> str:
    """The unit, where it is one, and day of the check-in, which hold of what stands beside it too."""
    plain = clean(held).text
    units = {plain[hit.start : hit.end] for hit in find_units(plain, context.context_of(ask))[0]}
    days_ = {each.date for each in heard.records if each.date and each.date != ask.today}
    return " ".join([*(units if len(units) == 1 else ()), *(map(days.short, days_) if len(days_) == 1 else ())])


def _halves(row: Row, text: str) -> Iterator[tuple[str, str]]:
    """(the half without a word of the row, the half with one), wherever a clause ends."""
    fields = {word for each in row.fields for word in (*each.words, each.label, *each.choices)}
    for end in _CLAUSE_END.finditer(text):
        halves = text[: end.start()], text[end.end() :]
        held, told = halves if programmes.named([row], halves[0]) is None else halves[::-1]
        if programmes.named([row], held) is None and not any(map(held.__contains__, fields)):
            yield held, told
