"""「恢复」 of docs/operations.md done word by word: a clone with a check-in, a backup, a machine that is lost."""

import re
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from tests.newcomer.test_first_day import TELEGRAM, Teacher
from tests.newcomer.test_upgrade import source
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram
from tests.support.process import ROOT
from tests.support.waiting import until

__all__ = ["source"]
pytestmark = [pytest.mark.both, pytest.mark.sqlite("what is restored here is a file"), pytest.mark.long]
_PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
_CHAPTER = re.findall(r"^### 恢复\n(.*?)^## ", _PAGE, re.DOTALL | re.MULTILINE)[0]
STEPS = re.split(r"^\d+\. ", _CHAPTER, flags=re.MULTILINE)[1:]
RESTORE = re.findall(r"```sh\n\s*(.*?)\n", STEPS[1])[0]
BACKUP = re.findall(r"\S+\.backup", RESTORE)[0]
REPORT = "三(2)中队 主题队日 应到42实到40 清明祭英烈"


def command(step: int) -> str:
    """What is to be run at this step."""
    return str(re.findall(r"`(\.venv/bin/python [^`]+)`", STEPS[step - 1])[0])


def machine(source: Path, folder: Path, fake: FakeTelegram) -> Teacher:
    """A clone that is installed, on a machine of its own."""
    folder.mkdir()
    return Teacher(TELEGRAM, source, folder, {"TELEGRAM_API_URL": fake.url}, TELEGRAM_TOKEN=TOKEN)


def test_what_was_backed_up_answers_on_another_machine(source: Path, tmp_path: Path) -> None:
    identity = Identity.generate()
    with FakeTelegram() as fake:
        lost = machine(source, tmp_path / "lost", fake)
        lost.prepare()
        code = lost.said.strip().splitlines()[-1].split()[-1]
        settings = lost.place / ".env"
        settings.write_text(settings.read_text() + f"\nBACKUP_KEY={identity.to_public()}\n", encoding="utf-8")
        with lost.running():
            fake.say(11, f"加入 {code} 张老师")
            until(lambda: fake.texts(11))
            fake.say(11, REPORT)
            until(lambda: len(fake.texts(11)) > 1)
            lost.run(f".venv/bin/python -m bot backup {BACKUP}")
        new = machine(source, tmp_path / "new", fake)
        # Steps 1 and 2: installed and not started; the backup and its key are there.
        (new.place / BACKUP).write_bytes((lost.place / BACKUP).read_bytes())
        (new.place / "age.key").write_text(f"{identity}\n", encoding="utf-8")
        (new.place / ".env").write_bytes(settings.read_bytes())
        new.run(RESTORE)
        new.run(command(4))
        with new.running():
            fake.say(11, "查 本周")
            until(lambda: len(fake.texts(11)) > 2)
            assert "主题队日 应到42实到40" in fake.texts(11)[2]
            new.run(".venv/bin/python -m bot preview --days 2")
            assert "preview --release" in new.warned, new.warned
            new.run(command(6))
            new.run(".venv/bin/python -m bot preview --days 2")
            assert "preview --release" not in new.warned, new.warned
