"""The weekly digest of a part of the tree, from the rollups, and its frozen snapshots."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from storage.checkins import coverage, exemptions, weekly_coverage
from storage.checkins.rollups import week_of
from storage.digests import archive, digest_changes, figures, funnel, sums
from storage.organisation import history
from storage.organisation.units import Unit

FROZEN = archive.FROZEN
# So many names of missing squads are enough to say or draw a digest.
NAMED = 20
_BEST = 3


def weekly(
    db: Connection, of: Unit, week: str, now: datetime | None = None, last: figures.Previous | None = None,
    named: int | None = None,
) -> figures.Digest:  # fmt: skip
    """
    The digest as it stands now (revision 0), of the units of that week; `last` is the week before, if known.

    Of many missing squads at least `named` are named, without a number all of them.
    """
    before = week_of(history.monday_of(week) - timedelta(days=7))
    year = _year_before(week)
    part = history.part(db, [of.path], week, *([] if last else [before]), *([year] if sums.is_any(db, year) else []))
    of, alone = part.was(of, week), part.only([week])
    found, rows = weekly_coverage.of(db, alone, named), sums.by_activity(db, alone)
    earlier = _previous(db, part.only(one for one in part.weeks if one != week))
    path, names = history.path_names(db, [of], week)[of.id], tuple(_name(squad, of) for squad in found.named)
    return figures.Digest(
        unit=path,
        week=week,
        revision=0,
        events=sum(row.events for row in rows),
        squads_due=found.due,
        squads_covered=sum(told for _, told in found.counts.values()),
        attendance=_attendance(rows),
        by_activity=tuple(row.figure for row in rows),
        missing=names,
        unnamed=sum(found.missing.values()) - len(names),
        nominations=sums.nominations(db, week, part),
        previous=last or earlier[before],
        title=_title(of, path),
        at=now,
        late=sum(row.late for row in rows),
        backfilled=sum(row.backfilled for row in rows),
        doubtful=sum(row.doubtful for row in rows),
        zero=found.exempt[exemptions.ZERO],
        excused=found.exempt[exemptions.EXCUSED],
        stars=funnel.of_week(db, of, week),
        last_year=earlier.get(year),
        schools=() if of.school_id else sums.schools(db, week, found.counts, found.told),
    )


def _previous(db: Connection, part: history.Part) -> dict[str, figures.Previous]:
    """What each week of a part came to, as it stands now."""
    summed = sums.totals(db, part) if part.weeks else {}
    return {
        week: figures.Previous(
            week, each.events, each.told, each.attended, figures.percent(each.rated_attended, each.rated_due)
        )
        for week, each in summed.items()
    }


def _as_previous(frozen: figures.Digest) -> figures.Previous:
    heads = frozen.attendance
    return figures.Previous(frozen.week, frozen.events, frozen.squads_covered, heads.attended, heads.rate)


def trend(db: Connection, of: Unit, weeks: Sequence[str]) -> list[figures.Previous]:
    """What each of these weeks came to, as it stands now; the units are those of each week."""
    found = _previous(db, history.part(db, [of.path], *weeks))
    return [found[week] for week in weeks]


def _year_before(week: str) -> str:
    """The week that is as far into the term of a year before."""
    monday = history.monday_of(week)
    thursday = monday + timedelta(days=3)
    begun = date(thursday.year, 9 if thursday.month >= 9 else 2, 1)
    if thursday.month == 1:
        begun = date(thursday.year - 1, 9, 1)
    return week_of(history.monday(begun.replace(year=begun.year - 1)) + (monday - history.monday(begun)))


def report(
    db: Connection, of: Unit, week: str, now: datetime | None = None, named: int | None = None
) -> figures.Digest:
    """What is said when somebody asks: the frozen digest where there is one, with its `late`; else `weekly`."""
    previous = week_of(history.monday_of(week) - timedelta(days=7))
    kept_of = archive.weeks(db, of, (previous, week))
    row, before = kept_of.get(week), kept_of.get(previous)
    if row is None:
        return _open(db, of, week, now, before, named)
    then = replace(figures.from_json(row.body), title=_title(of, row.body["unit"]))
    then = replace(then, at=row.made_at.astimezone(now.tzinfo) if now else None)
    changes = digest_changes.since(db, of, week, row.made_at)
    if not changes.total:
        return replace(then, revision=FROZEN)
    correction = digest_changes.Correction(changes, then.figures, weekly(db, of, week, named=0).figures)
    return replace(then, correction=correction, revision=FROZEN + changes.total)


def _open(
    db: Connection, of: Unit, week: str, now: datetime | None, before: Any | None, named: int | None
) -> figures.Digest:
    """The digest of a week of which nothing is kept; `before` is what is kept of the one before."""
    if before is None:
        return weekly(db, of, week, now, named=named)
    frozen, changes = figures.from_json(before.body), digest_changes.since(db, of, before.week, before.made_at)
    if not changes.total:
        # Nothing has come since it was frozen: it need not be added up again.
        return weekly(db, of, week, now, _as_previous(frozen), named)
    shown = weekly(db, of, week, now, named=named)
    last = shown.previous
    standing = digest_changes.Figures(last.events, last.squads_covered, last.attended)
    return replace(shown, correction_before=digest_changes.Correction(changes, frozen.figures, standing))


def closed(
    db: Connection, of: Unit, week: str, at: datetime, now: datetime | None = None, named: int | None = None
) -> figures.Digest:
    """The digest of a week that was closed `at`: what is kept, else as it stands, since nothing has changed then."""
    found = report(db, of, week, now or at, named)
    return found if found.revision else replace(found, revision=FROZEN, at=at, best=best(db, of, found))


def freeze(db: Connection, of: Unit, week: str, now: datetime) -> figures.Digest:
    """Keep the digest as it stands now, once; a second time returns the first (domain §1.3: never silently changed)."""
    frozen = closed(db, of, week, now)
    archive.add(db, [archive.of_week(of, frozen, now)])
    return frozen


def best(db: Connection, of: Unit, shown: figures.Digest) -> tuple[figures.Part, ...]:
    """
    At most three parts of a unit that did best in a week: its schools, or in a school its squads with the most events.
    """
    if len(shown.schools) > 1:
        return best_schools(shown.schools)
    if shown.revision or shown.squads_due < 2:
        return shown.best
    return tuple(each for each in reversed(sums.squads(db, of, shown.week)) if each.events)[:_BEST]


def best_schools(schools: Sequence[figures.Part]) -> tuple[figures.Part, ...]:
    """
    At most three: those whose squads have all reported, the largest first, else the one with the largest share.

    Of equal shares it is the one that held most; all of them where that is equal, too.
    """
    told = sorted((each for each in schools if each.due and each.covered), key=_did, reverse=True)
    whole = [each for each in told if each.covered == each.due]
    return tuple((whole or [each for each in told if _did(each) == _did(told[0])])[:_BEST])


def _did(school: figures.Part) -> tuple[float, int, int, int]:
    """What a school is praised by."""
    whole = school.covered == school.due
    return school.covered / school.due, school.due if whole else 0, school.events, school.attended


def _attendance(rows: list[sums.ActivitySums]) -> figures.Attendance:
    due, present = sum(row.rated_due for row in rows), sum(row.rated_attended for row in rows)
    rate, rated = figures.percent(present, due), sum(row.rated for row in rows)
    return figures.Attendance(sum(row.attended for row in rows), due, present, rate, rated)


def _name(squad: coverage.Squad, seen_from: Unit) -> str:
    return squad.name if seen_from.school_id else f"{squad.school}{squad.name}"


def _title(of: Unit, path: str) -> str:
    """A name that is clear outside its school; the school is as far from the end as its id is in the path."""
    names, ids = path.split("/"), of.path.strip("/").split("/")
    if of.school_id in (None, of.id):
        return of.name
    return names[ids.index(str(of.school_id))] + of.name
