"""What a talk leaves in the database, and the practice page's way of each: the other channels are held to it."""

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from storage.base.vault import Vault
from storage.tables import checkin, child, grant, invite, nomination, nomination_step, person, rollup, unit
from tests.support.talk import play

Records = dict[str, list[Any]]


def records(db: Connection, vault: Vault) -> Records:
    """What was recorded, by names instead of numbers that depend on the way there."""
    at = [unit.c.path, unit.c.name]

    def rows(query: Any) -> list[Any]:
        return sorted((tuple(row) for row in db.execute(query)), key=str)

    deeds = [checkin.c[name] for name in ("activity", "day", "topic", "due", "attended", "others", "state")]
    asked = [nomination.c[name] for name in ("number", "medal", "term", "state", "week")]
    at_units = {of: select(*at, person.c.name).select_from(of).join(unit) for of in (checkin, grant, nomination)}
    nominator = person.c.id == nomination.c.nominator_id
    steps = select(nomination.c.number, person.c.name, nomination_step.c.state).select_from(nomination_step)
    children = db.execute(select(child.c.name, unit.c.path).select_from(child).outerjoin(unit))
    return {
        "check-ins": rows(
            at_units[checkin].join(person, person.c.id == checkin.c.person_id).add_columns(*deeds),
        ),
        "sums": rows(select(rollup)),
        "roles": rows(
            at_units[grant]
            .join(person, person.c.id == grant.c.person_id)
            .add_columns(grant.c.role, grant.c.until.is_(None))
        ),
        "nominations": rows(at_units[nomination].join(person, nominator).add_columns(*asked)),
        "steps": rows(steps.join(nomination).join(person, person.c.id == nomination_step.c.person_id)),
        "children": sorted(((name and vault.open(name), path) for name, path in children), key=str),
        "people": rows(select(person.c.name)),
        "units": rows(select(*at)),
        "invites": rows(select(unit.c.path, invite.c.role, invite.c.used_at.is_(None)).join(unit)),
    }


def on_the_practice_page(path: Path, folder: Path) -> Records:
    """Play the talk there, and see what it has left."""
    found: Records = {}

    def look(db: Connection, vault: Vault) -> None:
        found.update(records(db, vault))

    play(path.read_text(encoding="utf-8"), path.name, folder, look)
    return found


class Shelf:
    """The records of the talks that have been played in this run of the tests, in whichever process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, path: Path, folder: Path) -> Records:
        """Of a talk that has not been played yet: play it in this folder."""
        name = f"{path.parent.name}-{path.stem}"
        place = self._folder / f"{name}.records"
        if not place.exists():
            mine = self._folder / f"{name}.{os.getpid()}"
            mine.write_bytes(pickle.dumps(on_the_practice_page(path, folder)))
            mine.replace(place)
        found: Records = pickle.loads(place.read_bytes())
        return found


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """One for all processes of this run."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "recorded"
    folder.mkdir(exist_ok=True)
    return Shelf(folder)
