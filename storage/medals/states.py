"""Where a nomination stands, and from where it may get there (domain §4.3, design §5)."""

from collections.abc import Mapping
from enum import StrEnum

from storage.audit.audit import Action


class State(StrEnum):
    """Where a case stands; at which level it waits, or was decided, stands beside it."""

    # Nobody has decided yet.
    SUBMITTED = "submitted"
    # The levels below have agreed; it waits for the next one.
    PASSED = "passed"
    # The awarding level has decided; everybody may object until the notice ends.
    NOTICE = "notice"
    # Somebody has: the clock of the notice stands still.
    OBJECTION = "objection"
    # Awarded by the level that awards the medal.
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    # The objection was upheld.
    REJECTED = "rejected"
    # Taken away again after it was awarded, by two persons.
    REVOKED = "revoked"


# Somebody's decision is waited for.
WAITING = frozenset({State.SUBMITTED, State.PASSED})
# Decided on, so that it takes one of the places.
DECIDED = frozenset({State.NOTICE, State.OBJECTION, State.APPROVED})
OPEN = WAITING | {State.NOTICE, State.OBJECTION}
# They keep a second one for the same nominee out; the indexes of the table say the same.
STANDING = WAITING | DECIDED
FAILED = frozenset({State.RETURNED, State.WITHDRAWN, State.REJECTED, State.REVOKED})

FROM: Mapping[State, frozenset[State]] = {
    State.SUBMITTED: frozenset(),
    State.PASSED: WAITING,
    State.NOTICE: WAITING | {State.OBJECTION},
    State.OBJECTION: frozenset({State.NOTICE}),
    State.APPROVED: WAITING | {State.NOTICE},
    State.RETURNED: WAITING,
    # After the first decision only because the child is forgotten.
    State.WITHDRAWN: OPEN,
    State.REJECTED: frozenset({State.OBJECTION}),
    State.REVOKED: frozenset({State.APPROVED}),
}
_DEEDS: Mapping[State, Action] = {
    State.SUBMITTED: Action.NOMINATED,
    State.PASSED: Action.PASSED,
    State.NOTICE: Action.NOTICED,
    State.OBJECTION: Action.OBJECTED,
    State.APPROVED: Action.APPROVED,
    State.RETURNED: Action.RETURNED,
    State.WITHDRAWN: Action.WITHDRAWN,
    State.REJECTED: Action.REJECTED,
    State.REVOKED: Action.REVOKED,
}


def deed(before: State, after: State) -> Action:
    """What the audit log calls a step."""
    if before is State.OBJECTION and after is State.NOTICE:
        return Action.RESUMED
    return Action.AWARDED if before is State.NOTICE and after is State.APPROVED else _DEEDS[after]
