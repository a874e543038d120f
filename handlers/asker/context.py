"""What the reader is told about the asker: squads, aliases, own squad."""

from dataclasses import replace

from handlers.asker.schools import meant_school, school_ids, school_of, together
from handlers.kit import REPORTERS, Ask, Person, Unit
from handlers.reading import Context, Reading, read
from handlers.reading.text.normalise import clean
from handlers.reading.text.units import Hit, find_units
from storage.organisation.units import Kind

# How the reader marks them, and the ending that it leaves out.
_SIDE = {
    Kind.COMMUNITY: ("社区", "社区"), Kind.STATION: ("站", "辅导站"),
    **dict.fromkeys((Kind.BAND, Kind.BASE, Kind.STUDIO, Kind.OTHER), ("团", "")),
}  # fmt: skip


def context_of(ask: Ask) -> Context:
    """The reader's context for this asker; of somebody without a school it knows only the day."""
    person = ask.person
    ids = school_ids(person)
    if person is None or not ids:
        return _with_side_units(Context(received=ask.today), person)
    if len(ids) == 1:
        schools = [school := school_of(ask, ids[0])]
    else:
        meant = meant_school(ask, ids)
        # What the schools say differently goes by the one that is meant, which comes last.
        schools = [school_of(ask, id) for id in sorted(ids, key=lambda id: id == meant)]
        school = together(schools)
    context = Context(
        received=ask.today,
        grades=school.grades,
        classes=school.classes,
        aliases=school.called,
        units=school.keys,
        roster_size=school.sizes,
        history=school.history,
        bound_unit=_own_key(person),
        feature_medals=tuple(dict.fromkeys(badge for each in schools for badge in each.badges)),
    )
    return _with_side_units(context, person)


def reading_of(ask: Ask, words: str) -> Reading:
    """These words, read as this asker means them."""
    return read(words, context_of(ask))


def units_in(ask: Ask, words: str) -> tuple[list[Hit], str]:
    """The units that these words name, the asker's or not, and the rest of them."""
    return find_units(clean(words).text, context_of(ask))


def _own_key(person: Person) -> str | None:
    """What the reader calls the squad when none is named: 3-2, even of two schools."""
    keys = {unit.key for unit in person.units(REPORTERS) if unit.key}
    return keys.pop() if len(keys) == 1 else None


def _with_side_units(context: Context, person: Person | None) -> Context:
    if person is None or not any(grant.unit.kind in _SIDE for grant in person.grants):
        return context
    at = [unit for unit in person.units() if unit.kind in _SIDE]
    return replace(
        context,
        bound_unit=context.bound_unit or _own_side_unit(at),
        communities=tuple(unit.name.removesuffix("社区") for unit in at if unit.kind == Kind.COMMUNITY),
        stations=tuple(unit.name.removesuffix("辅导站") for unit in at if unit.kind == Kind.STATION),
        teams=tuple(unit.name for unit in at if _SIDE[Kind(unit.kind)][0] == "团"),
    )


def _own_side_unit(at: list[Unit]) -> str | None:
    if len(at) != 1:
        return None
    mark, ending = _SIDE[Kind(at[0].kind)]
    return f"{mark}:{at[0].name.removesuffix(ending)}"
