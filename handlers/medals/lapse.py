"""A nomination that nobody decided on in half a year is withdrawn, and whoever looks after it told."""

from datetime import datetime

from sqlalchemy import Connection

from handlers.kit import Reply
from storage.base.vault import Vault
from storage.medals import nominations
from storage.medals.states import State
from storage.retention import terms

_LAPSED = "提名 {} 半年没有人审核，已自动撤回。还要争这枚奖章，请重新提名。"


def withdraw(db: Connection, vault: Vault, now: datetime, most: int) -> list[Reply]:
    """Withdraw at most so many; what is said to whom."""
    found = nominations.undecided(db, now - terms.FAILED_NOMINATIONS_KEPT, most)
    for case in found:
        nominations.move(db, vault, case, State.WITHDRAWN, case.nominator_id, now)
    return [Reply(_LAPSED.format(case.number), to=case.holder) for case in found]
