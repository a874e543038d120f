"""Groups of units beside the tree in what people ask for: 第一协作组, or 按片区 for each of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handlers.kit import Ask, Role, Unit
from handlers.wording import places
from storage.organisation import unit_groups, units

_EACH = "按"


@dataclass(frozen=True, slots=True)
class Group:
    """A group with the units of it that the asker may see."""

    name: str
    units: Sequence[Unit]

    @property
    def paths(self) -> list[str]:
        """The subtrees that it adds up."""
        return [unit.path for unit in self.units]


def asked(ask: Ask, roles: Iterable[Role], words: str) -> list[Group]:
    """The group that the words name, or all groups of a set; empty when they name none."""
    if not words:
        return []
    top = [unit.path for unit in places.scope(ask.me, roles)]
    found = unit_groups.below(ask.db, top)
    wanted: Mapping[str, Sequence[int]]
    if words.startswith(_EACH):
        wanted = found.get(words.removeprefix(_EACH).strip(), {})
    else:
        wanted = next(({words: found[of][words]} for of in found if words in found[of]), {})
    return [Group(name, [units.by_id(ask.db, id) for id in ids]) for name, ids in wanted.items()]


def chosen(ask: Ask, roles: frozenset[Role], words: str, word: str, args: str = "{}") -> list[Unit]:
    """The units of the one group that the words name, else as `places.chosen`; raises Refusal."""
    found = asked(ask, roles, words)
    return list(found[0].units) if len(found) == 1 else places.chosen(ask, roles, words, word, args)
