"""What somebody's work is and how it goes over to a successor."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers import rights
from handlers.kit import Ask, Grant, Person, Reply, Role
from handlers.wording import medals
from storage.medals import nominations
from storage.medals.nominations import Case
from storage.messages import dialogues
from storage.organisation import units
from storage.people import accounts
from storage.people.appointments import Wish
from storage.roster import handover

_LISTED = 5
# Questions that somebody else can answer, since they say what is known already.
_ASKED = ("checkin", "checkin-confirm")


@dataclass(frozen=True, slots=True)
class Work:
    """What goes over: roles, nominations that wait, questions that are open."""

    held: Sequence[Grant]
    cases: Sequence[Case]
    questions: Sequence[tuple[dialogues.Where, dialogues.Dialogue]]

    def wishes(self, from_id: int, to_id: int) -> list[Wish]:
        """That each of the roles goes from the one person to the other."""
        return [Wish(to_id, each.unit.id, each.role, from_id=from_id) for each in self.held]


def to_pass(ask: Ask, asker: Person, leaver: Person) -> Work | None:
    """
    What of the leaver's work the asker may hand over: roles that the asker could give, and their own classes.

    None when there is nothing.
    """
    # A deputy gives nothing away for good.
    held = [
        each
        for each in leaver.own.grants
        if rights.giving(asker.own, each.role, each.unit.path)
        or (asker.id == leaver.id and each.role is Role.COUNSELOR)
    ]
    return work_of(ask, leaver, held) if held else None


def work_of(ask: Ask, leaver: Person, held: Sequence[Grant]) -> Work:
    """These roles of the leaver, with what waits of them."""
    cases = nominations.waiting(ask.db, leaver.id, [each.unit.path for each in held])
    return Work(held, cases, dialogues.of_person(ask.db, leaver.id, _ASKED, ask.now))


def listed(ask: Ask, leaver: Person, work: Work) -> str:
    """The work in words, for a private chat."""
    lines = [f"角色：{roles(ask, work)}"]
    if work.cases:
        words = medals.case_lines(ask, work.cases[:_LISTED])
        numbers = "、".join(f"{case.number} {words[case.id]}" for case in work.cases[:_LISTED])
        lines.append(f"待审的提名 {len(work.cases)} 件：{numbers}{' 等' if len(work.cases) > _LISTED else ''}")
    if work.questions:
        lines.append(f"没答完的问题 {len(work.questions)} 个")
    reminders = handover.waiting(ask.db, leaver.id)
    lines += [f"排好的提醒 {reminders} 条，以后发给接手的老师"] if reminders else []
    return "\n".join(lines)


def roles(ask: Ask, work: Work) -> str:
    """实验小学三(2)中队 中队辅导员."""
    return "、".join(f"{units.full_name(ask.db, each.unit)} {each.role.label}" for each in work.held)


def pass_on(ask: Ask, leaver: Person, to_id: int, work: Work) -> list[Reply]:
    """Everything that waits goes to the successor; what they and the leaver are told."""
    nominations.hand_over(ask.db, work.cases, to_id)
    handover.pass_on(ask.db, leaver.id, to_id, work.held, ask.now)
    what = roles(ask, work)
    told = [Reply(f"{leaver.name}的工作交接给您了：{what}。发「帮助」看看能做什么。", to=to_id)]
    if ask.person is None or leaver.id != ask.person.id:
        told.append(Reply(f"您的工作交接出去了：{what}。您报过的都留着，谢谢您！", to=leaver.id))
    return [*told, *_questions(ask, leaver, to_id, work)]


def _questions(ask: Ask, leaver: Person, to_id: int, work: Work) -> list[Reply]:
    address = accounts.best(ask.db, [to_id]).get(to_id)
    told = []
    for where, question in work.questions:
        dialogues.close(ask.db, where)
        there = dialogues.Where(address[0], address[1], address[1]) if address else None
        if there and dialogues.take_over(ask.db, there, question, ask.now):
            asked = ask.vault.open(question.payload)["asked"]
            told.append(Reply(f"{leaver.name}有一个没答完的问题，请您接着回答。{asked}", to=to_id))
    return told
