"""Guardians' consents are recorded: of a few children by name, of a whole class by number."""

from dataclasses import dataclass
from datetime import date

from handlers.kit import Ask, Refusal, Reply
from handlers.wording import questions
from handlers.wording.children import class_lists, consents
from storage.children import children
from storage.children import consents as stored
from storage.children.consents import Consent
from storage.medals import badges
from storage.organisation import units

# A whole class at once would be a list of names that nobody needs.
_MOST = 10
RECORDERS = consents.RECORDERS


@dataclass(frozen=True, slots=True)
class _Class:
    """The guardians of these children, by number, who have agreed: how and when."""

    squad: int
    numbers: list[int]
    method: str
    day: str
    reference: str
    photos: bool | None


CLASS = questions.Question(
    "class-consent",
    _Class,
    undone="家长同意还没有记。",
    dropped="好的，没有记。",
    yes="是，记下",
    no="不记",
    final=True,
)


def told(ask: Ask) -> Reply | None:
    """What is said to 同意 when it is a guardian's: 同意 王小明 书面 9月1日; None when it decides on a nomination."""
    return record(ask) if consents.is_consent(ask.args) else None


def record(ask: Ask) -> Reply:
    """Record the consent that the arguments tell of, for each of the children they name."""
    given, rest = consents.consent_of(ask.args, ask.today)
    if given is None:
        raise Refusal(f"请写明方式（书面或电子）和日期，像这样：{consents.LIKE}")
    if class_lists.is_list(rest):
        return _of_class(ask, given, rest)
    _check_given(rest, consents.LIKE)
    squad, names = consents.child_words(ask, RECORDERS, rest, consents.LIKE)
    if len(names) > _MOST:
        raise Refusal(f"一次最多记 {_MOST} 位。只记要提名的孩子，不用记全班。")
    for name in names:
        child_id = children.find_or_add(ask.db, ask.vault, squad.id, name, ask.today)
        stored.give(ask.db, child_id, given, ask.me.id, ask.now)
    who = "、".join(map(children.masked, names))
    done = f"已记家长同意：{squad.name} {who}，{consents.said(given)}。"
    return Reply(f"{done}\n同意书请学校保存好。家长改了主意，发「撤回同意 中队 姓名」。")


def _of_class(ask: Ask, given: Consent, words: str) -> Reply:
    """三(2) 家长同意 1-40号 除7号 纸质 9月1日: by number, so that no child is named; said before it is recorded."""
    whom = class_lists.of_class(ask, RECORDERS, words, consents.CLASS_LIKE)
    _check_given(whom.rest, consents.CLASS_LIKE)
    known = _Class(whom.squad.id, whom.numbers, given.method, str(given.day), given.reference, given.photos)
    return Reply(f"{whom.squad.name} {whom.said} 的家长都同意了吗？{consents.said(given)}", CLASS.put(ask, known))


def _check_given(rest: str, like: str) -> None:
    if consents.is_to_come(rest):
        raise Refusal(f"还没有收到的不能记，什么都没有记。收到同意书以后，像这样写：{like}")


@questions.answers(CLASS)
def recorded(ask: Ask, known: _Class) -> Reply:
    """The guardians of all of them have agreed."""
    squad = units.by_id(ask.db, known.squad)
    consents.check_scope(ask, RECORDERS, squad, "家长同意")
    given = Consent(known.method, date.fromisoformat(known.day), known.reference, known.photos)
    found = badges.numbered(ask.db, ask.vault, squad, known.numbers, ask.today)
    before = len(stored.standing(ask.db, found.values()))
    for child_id in found.values():
        stored.give(ask.db, child_id, given, ask.me.id, ask.now)
    again = f"，其中 {before} 人原来记过" if before else ""
    return Reply(
        f"已记家长同意：{squad.name} {len(found)} 人，{consents.said(given)}{again}。\n同意书请学校保存好。"
        "哪一位是谁，发「名单 中队 7号 〈姓名〉」，只在企业微信私聊里发。"
    )
