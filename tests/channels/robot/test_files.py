"""Files on the robot's connection: uploaded in pieces, opened with their key."""

import base64

import pytest

from bot.channels import Failure, Outgoing, SendError
from bot.channels.robot import upload as robot_upload
from bot.channels.robot.media import decrypted
from bot.channels.robot.upload import PIECE
from tests.channels.robot.conftest import Play
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.robot_stage import ZHANG, Stage, words

pytestmark = [pytest.mark.both, pytest.mark.usefixtures("quick")]


def test_an_upload_goes_on_after_a_new_connection(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        fake._spoken.add(ZHANG)
        content = bytes(range(256)) * (5 * PIECE // 256) + b"the rest"
        kept: list[str] = []
        letter = Outgoing(1, ZHANG, "", file=("周报.xlsx", content), notice=True, keep=kept.append)
        fake.faults["aibot_upload_media_chunk"].extend(["", "", "", "drop"])
        with pytest.raises(SendError) as broken:
            await stage.robot.send(letter)
        assert broken.value.kind is Failure.AWAY
        await stage.live()
        await stage.robot.send(letter)
        # Each piece once: what had arrived was not sent again.
        assert fake.chunks == [0, 1, 2, 3, 4, 5]
        assert [each for each in fake.uploaded.values()] == [("file", content)]
        assert words(fake.said_to(ZHANG)[0]) == "<file>" and len(kept) == 1
        # The platform has it: no second upload; and when it has forgotten it, that is told apart.
        again = Outgoing(2, ZHANG, "", file=("周报.xlsx", b""), notice=True, kept=kept[0])
        await stage.robot.send(again)
        assert len(fake.uploaded) == 1 and len(fake.said_to(ZHANG)) == 2
        fake.uploaded.clear()
        with pytest.raises(SendError) as forgotten:
            await stage.robot.send(again)
        assert forgotten.value.kind is Failure.FORGOTTEN

    play(talk)


def test_a_slow_upload_is_spread_over_several_tries(
    play: Play, fake: FakeRobot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk(stage: Stage) -> None:
        fake._spoken.add(ZHANG)
        letter = Outgoing(1, ZHANG, "", file=("周报.xlsx", bytes(3 * PIECE)), notice=True)
        monkeypatch.setattr(robot_upload, "SECONDS_A_TRY", 0.0)
        for _ in range(2):
            with pytest.raises(SendError, match="还在继续"):
                await stage.robot.send(letter)
        monkeypatch.setattr(robot_upload, "SECONDS_A_TRY", 40.0)
        await stage.robot.send(letter)
        assert fake.chunks == [0, 1, 2] and len(fake._times["upload"]) == 1

    play(talk)


def test_a_forgotten_upload_begins_anew(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        fake._spoken.add(ZHANG)
        letter = Outgoing(1, ZHANG, "", file=("周报.png", b"\x89PNG" * 10), notice=True)
        fake.faults["aibot_upload_media_finish"].append("40058")
        with pytest.raises(SendError):
            await stage.robot.send(letter)
        await stage.robot.send(letter)
        assert fake.chunks == [0, 0] and [kind for kind, _ in fake.uploaded.values()] == ["image"]

    play(talk)


def test_a_file_that_no_message_takes_is_given_up(play: Play, fake: FakeRobot) -> None:
    async def talk(stage: Stage) -> None:
        for content in (b"x", b"x" * ((20 << 20) + 1)):
            with pytest.raises(SendError) as refused:
                await stage.robot.send(Outgoing(1, ZHANG, "", file=("a.xlsx", content), notice=True))
            assert refused.value.permanent
        assert not fake.uploaded

    play(talk)


KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"  # made-up


CIPHERTEXT = "SdoCP2KE+l9aTRVHx5eHjFLUqmWxbxt+1f1D8vXVvHM="  # made-up


def test_the_vector_of_the_platform_s_cipher() -> None:
    content = base64.b64decode(CIPHERTEXT)
    assert decrypted(content, KEY).decode() == "少先队活动签到表\n"
    assert decrypted(content, f"{KEY}=") == decrypted(content, KEY)


@pytest.mark.parametrize(("content", "key"), [
    (b"", KEY), (b"x" * 31, KEY), (b"x" * 32, KEY), (b"x" * 32, "short"), (b"x" * 32, "no base64!"), (b"x" * 32, ""),
])  # fmt: skip
def test_what_cannot_be_opened_is_gone(content: bytes, key: str) -> None:
    with pytest.raises(SendError) as gone:
        decrypted(content, key)
    assert gone.value.permanent
