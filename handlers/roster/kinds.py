"""Which kind of unit stands below which, in the two trees that meet at the school (domain: 少工委 and 关工委)."""

from storage.organisation.units import Kind

_COMMITTEES = {Kind.PROVINCE, Kind.CITY, Kind.COUNTY}
_CARE = {Kind.CARE, Kind.GROUP}
# What of a town stands between a committee and its schools, kindergartens, communities.
_TOWN = {Kind.STREET, Kind.EDUCATION_OFFICE}
# Of the other kinds (社区, 基地, 工作室, 团队 …): anywhere but below a class.
_ABOVE: dict[Kind, set[Kind]] = {
    Kind.PROVINCE: set(),
    Kind.CITY: {Kind.PROVINCE},
    Kind.COUNTY: {Kind.CITY, Kind.PROVINCE},
    Kind.STREET: {*_COMMITTEES, *_CARE, Kind.OTHER},
    Kind.EDUCATION_OFFICE: {*_COMMITTEES, *_CARE, Kind.STREET, Kind.OTHER},
    Kind.SCHOOL: {*_COMMITTEES, *_CARE, *_TOWN, Kind.OTHER},
    Kind.KINDERGARTEN: {*_COMMITTEES, *_CARE, *_TOWN, Kind.SCHOOL, Kind.OTHER},
    Kind.GRADE: {Kind.SCHOOL},
    Kind.SQUAD: {Kind.SCHOOL, Kind.GRADE, Kind.COMMUNITY, Kind.OTHER},
    Kind.TEAM: {Kind.SQUAD, Kind.COMMUNITY},
    Kind.GROUP: _CARE,
    Kind.STATION: {*_CARE, Kind.STATION, Kind.STREET, Kind.COMMUNITY, Kind.SCHOOL, Kind.COUNTY},
}
_BELOW_ANYTHING = set(Kind) - {Kind.SQUAD, Kind.TEAM}


def may_stand_below(kind: str, above: str) -> bool:
    """Whether a unit of this kind belongs below one of that kind."""
    return above in _ABOVE.get(Kind(kind), _BELOW_ANYTHING)
