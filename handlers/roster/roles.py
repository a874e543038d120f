"""Who the people of a roster file are, and which roles they get or lose."""

from collections.abc import Iterable

from handlers import rights
from handlers.kit import Person
from handlers.roster.head import unpadded
from handlers.roster.notes import place
from handlers.roster.sheet import Line, Sheet
from handlers.roster.units import Units
from storage.people.people import Role
from storage.roster.roster import State

_Key = tuple[int, int, Role]


class Roles:
    """
    The roles that the file wants, by person, unit and role; negative numbers for new people.

    Somebody is known by an account; without one, or with the first on this platform, by the name at the same unit.
    """

    def __init__(self, sheet: Sheet, state: State, units: Units, importer: Person | None = None) -> None:
        """`importer`: who gives no role, account or name that is not theirs to give; None: the operator."""
        self.new_people: dict[int, str] = {}
        self.renamed: dict[int, str] = {}
        self.accounts: dict[tuple[str, str], int] = {}
        self.wanted: dict[_Key, int] = {}
        # What the importer's word is not enough for: it waits for a second person's.
        self.asked: list[_Key] = []
        self.asked_accounts: dict[tuple[str, str], tuple[int, int]] = {}
        self._notes, self._state, self._units, self._importer = sheet.notes, state, units, importer
        self._called: dict[int, tuple[str, int]] = {}
        self._channels: dict[int, set[str]] = {}
        self._in_use = set(state.accounts.values())
        for (channel, _), person in state.accounts.items():
            self._channels.setdefault(person, set()).add(channel)
        self._there: dict[tuple[str, int], list[int]] = {}
        for (person, unit, _), held in state.grants.items():
            # Whoever has no account gets in nowhere by a role that is given again.
            if not held.ended or person not in self._channels:
                self._there.setdefault((unpadded(state.people[person]), unit), []).append(person)
        for line in sheet.lines:
            if line.name and line.role:
                self._want(line, line.role)

    def missing(self, tops: Iterable[int]) -> dict[int, str]:
        """The roles at and below these units that nobody in the file has: number → who loses what."""
        inside = {str(top) for top in tops}
        units = {stored.id: (stored.path, "/".join(names[-2:])) for names, stored in self._state.units.items()}
        return {
            held.id: f"{self._state.people[person]}（{units[unit][1]} {role.label}）"
            for (person, unit, role), held in self._state.grants.items()
            if not held.ended
            and (person, unit, role) not in self.wanted
            and not inside.isdisjoint(units[unit][0].split("/"))
            and self._gives(role, units[unit][0])
            and (self._importer is None or person != self._importer.id)
        }

    def _gives(self, role: Role, path: str) -> bool:
        return self._importer is None or rights.giving(self._importer, role, path) is not None

    def _want(self, line: Line, role: Role) -> None:
        at = self._units.refs.get(line.path)
        if at is None or line.path in self._notes.broken:
            # There is no such unit, or it is not the importer's: said of its row.
            return
        kind = self._units.facts[at].kind
        if not rights.fits(role, kind):
            words = f"{role.label}要写在{rights.place_of(role)}上，「{line.path[-1]}」是{kind}"
            self._notes.problem(line.number, words)
            return
        person = self._person(line, at)
        if person is None:
            return
        if not self._holds(person, at, role) and not self._may_get(line, person, role, self._units.paths[at]):
            return
        key = person, at, role
        first = self.wanted.setdefault(key, line.number)
        if first != line.number:
            self._notes.warn(line.number, f"和{place(first)}是同一个人、同一个角色")
        elif not self._holds(*key) and self._takes_second(role, self._units.paths[at]):
            self.asked.append(key)

    def _may_get(self, line: Line, person: int, role: Role, path: str) -> bool:
        if self._importer is not None and person == self._importer.id:
            self._notes.problem(line.number, f"不能给自己角色（{role.label}），请上级管理员来写")
        elif not self._gives(role, path):
            self._notes.problem(line.number, f"您不能在「{line.path[-1]}」任命{role.label}")
        else:
            return True
        return False

    def _takes_second(self, role: Role, path: str) -> bool:
        return self._importer is not None and rights.needs_second(self._importer, role, path)

    def _person(self, line: Line, at: int) -> int | None:
        owners = {owner for account in line.accounts if (owner := self._owner(account))}
        if len(owners) > 1:
            self._notes.problem(line.number, "企业微信账号和 Telegram ID 是两个不同的人的")
            return None
        person = owners.pop() if owners else self._homonym(line, at) or self._add(line.name)
        name, number = self._called.setdefault(person, (line.name, line.number))
        if name != line.name:
            self._notes.problem(line.number, f"这个账号在{place(number)}是「{name}」的，这里是「{line.name}」")
            return None
        if not self._identify(line, person, at):
            return None
        there = self._there.setdefault((name, at), [])
        if person not in there:
            there.append(person)
        return person

    def _identify(self, line: Line, person: int, at: int) -> bool:
        """Note the name and the accounts of the row; False for somebody who is not the importer's to change."""
        known = unpadded(self._state.people.get(person, line.name))
        fresh = [account for account in line.accounts if account not in self._state.accounts]
        held = self._state.held.get(person, ())
        changes = bool(fresh) or known != line.name
        if self._importer is not None and changes and held and not rights.in_charge_of(self._importer, held):
            self._notes.problem(line.number, f"{known}还有不归您管的职务，姓名和账号请上级来改")
            return False
        if known != line.name:
            self.renamed[person] = line.name
        # Whoever writes from it is taken for them.
        waits = any(self._takes_second(each.role, each.unit.path) for each in held)
        waits = waits or (self._importer is not None and person in self._in_use)
        for account in fresh:
            self._channels.setdefault(person, set()).add(account[0])
            if waits:
                self.asked_accounts.setdefault(account, (person, at))
            else:
                self.accounts[account] = person
        return True

    def _owner(self, account: tuple[str, str]) -> int | None:
        waits, _ = self.asked_accounts.get(account, (None, None))
        return self._state.accounts.get(account) or self.accounts.get(account) or waits

    def _homonym(self, line: Line, at: int) -> int | None:
        """Somebody of this name at this unit who has no other account on the platforms of this row."""
        channels = {channel for channel, _ in line.accounts}
        found = [
            person
            for person in self._there.get((line.name, at), ())
            if channels.isdisjoint(self._channels.get(person, ()))
            and self._called.get(person, (line.name, 0))[0] == line.name
        ]
        same_role = [person for person in found if self._has(person, at, line.role)]
        return next(iter(same_role or found), None)

    def _has(self, person: int, at: int, role: Role | None) -> bool:
        return role is not None and ((person, at, role) in self.wanted or self._holds(person, at, role))

    def _holds(self, person: int, at: int, role: Role) -> bool:
        held = self._state.grants.get((person, at, role))
        return held is not None and not held.ended

    def _add(self, name: str) -> int:
        person = -len(self.new_people) - 1
        self.new_people[person] = name
        return person
