"""What the database cannot take is on the disk before it is acknowledged, and is committed later, in its order."""

import asyncio
import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from bot.channels.wecom.callback import spool as wecom_spool
from bot.channels.wecom.callback.spool import Spool
from storage.base.vault import Vault
from storage.tables import checkin, inbox, outbox
from tests.support.databases import nothing_is_taken
from tests.support.platforms.fake_wecom import FakeWecom
from tests.support.platforms.wecom_stage import ZHANG, Stage, play
from tests.support.waiting import happens

pytestmark = pytest.mark.both
REPORTS = [f"三(2)中队 {activity} {heads}人" for activity, heads in (("主题队日", 38), ("队课", 39), ("升旗仪式", 40))]


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeWecom]:
    with FakeWecom() as wecom:
        yield wecom


def activities(stage: Stage) -> list[str]:
    return [activity for (activity,) in stage.query(select(checkin.c.activity).order_by(checkin.c.id))]


async def health(stage: Stage) -> tuple[int, str]:
    response = await stage.client.get("/health")
    return response.status_code, response.json().get("reason", "")


@pytest.mark.sqlite("makes the connection read-only by a pragma")
def test_a_failing_disk_loses_nothing_that_was_acknowledged(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        messages = [stage.message(ZHANG, Content=each) for each in REPORTS]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.channels.wecom.callback.intake.SECONDS_BETWEEN_REPLAYS", 0.05)
            listening = asyncio.create_task(stage.app.channels["wecom"].listen())
            with nothing_is_taken(stage.app.engine.database.write):
                for message in messages:
                    # Three tries of the platform.
                    for _ in range(3):
                        response = await stage.post(message)
                        assert (response.status_code, response.content) == (200, b"")
                status, reason = await health(stage)
                assert status == 503 and "写不进" in reason and "readonly" in reason
                assert stage.query(select(func.count()).select_from(inbox)) == [(0,)]
                (kept,) = (tmp_path / "spool").glob("wecom-*")
                assert "主题队日".encode() not in kept.read_bytes() and kept.stat().st_mode & 0o077 == 0
            await happens(lambda: len(activities(stage)) == 3)
            await happens(lambda: not list((tmp_path / "spool").glob("wecom-*")))
            listening.cancel()
        assert activities(stage) == ["主题队日", "队课", "升旗仪式"]
        assert await health(stage) == (200, "")
        await stage.later(minutes=1)
        assert len([text for text in fake.texts(ZHANG) if text.startswith("已记录")]) == 3
        # No response has said it, so nobody has it twice.
        assert stage.query(select(outbox.c.state).distinct()) == [("sent",)]

    play(tmp_path, fake, scene)


def test_two_members_with_one_number_are_two_messages(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        first = stage.message(ZHANG, Content=REPORTS[0])
        other = first.replace(ZHANG, "lijing")
        said = [stage.platform.read((await stage.post(each)).content)["Content"] for each in (first, other, first)]
        assert said[0] == said[2] != said[1]
        assert stage.query(select(func.count()).select_from(inbox)) == [(2,)]

    play(tmp_path, fake, scene)


# --- the file ------------------------------------------------------------------------------------------------


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])


def test_what_a_dead_process_left_is_taken_over(tmp_path: Path, vault: Vault) -> None:
    dead = Spool(tmp_path, vault)
    dead.adopt()
    for text in ("一", "二"):
        dead.add(text)
    dead.done()
    alive = Spool(tmp_path, vault)
    alive._path = tmp_path / "wecom-another"
    alive.adopt()
    assert alive.waiting == [], "its process still lives"
    dead.close()
    alive.adopt()
    # What had been committed comes again too: it is known as a repeat.
    assert alive.waiting == ["一", "二"]
    assert [path.name for path in tmp_path.glob("wecom-*")] == ["wecom-another"]
    alive.done()
    alive.done()
    assert list(tmp_path.glob("wecom-*")) == []


def test_what_a_dead_process_left_waits_until_there_is_room(
    tmp_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, alive = Spool(tmp_path, vault), Spool(tmp_path, vault)
    dead.adopt()
    for text in ("一", "二"):
        dead.add(text)
    dead.close()
    (tmp_path / "ballast").unlink()
    flush, left = wecom_spool.os.fsync, [0, 0]

    def once(number: int) -> None:
        if not left:
            raise OSError(errno.ENOSPC, "no space left")
        left.pop()
        flush(number)

    with monkeypatch.context() as full:
        full.setattr(wecom_spool.os, "fsync", once)
        with pytest.raises(OSError, match="no space left"):
            alive.adopt()
    assert alive.waiting == ["一"] and len(list(tmp_path.glob("wecom-*"))) == 2
    alive.adopt()
    assert alive.waiting == ["一", "二"] and len(list(tmp_path.glob("wecom-*"))) == 1
    alive.close()


def test_the_ballast_makes_room(tmp_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, flush = Spool(tmp_path, vault), wecom_spool.os.fsync
    spool.adopt()

    def until_there_is_room(number: int) -> None:
        if (tmp_path / "ballast").exists():
            raise OSError(errno.ENOSPC, "no space left")
        flush(number)

    spool.add("一")
    monkeypatch.setattr(wecom_spool.os, "fsync", until_there_is_room)
    spool.add("二")
    assert not (tmp_path / "ballast").exists()
    assert [vault.open(line) for line in spool._path.read_bytes().splitlines()] == spool.waiting == ["一", "二"]
    # When all has been committed there is room again.
    spool.done()
    spool.done()
    assert (tmp_path / "ballast").stat().st_size == wecom_spool.BALLAST


def test_what_is_not_on_the_disk_is_not_acknowledged(
    tmp_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, vault)
    spool.add("一")

    def broken(_number: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(wecom_spool.os, "fsync", broken)
    with pytest.raises(OSError, match="input/output"):
        spool.add("二")
    spool.close()
    assert spool.waiting == ["一"] and len(spool._path.read_bytes().splitlines()) == 1
