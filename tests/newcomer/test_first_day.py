"""docs/first-day.md done word by word: a clone, the commands of each step, the first check-in on either platform."""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.newcomer.test_upgrade import git, source
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.fake_robot_rules import ROBOT, SECRET
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram
from tests.support.platforms.robot_stage import words
from tests.support.process import ROOT
from tests.support.waiting import until

__all__ = ["source"]
pytestmark = [pytest.mark.both, pytest.mark.sqlite("a first day begins with a file")]
PAGE = (ROOT / "docs/first-day.md").read_text(encoding="utf-8")
WECOM, TELEGRAM = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:3]
# What the tests bring along themselves: the platforms on this machine, and a port that is free.
HERE = {"PORT": "0", "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


class Teacher:
    """Works through one way of the page in a clone; the packages are those that run this test."""

    def __init__(self, way: str, source: Path, folder: Path, where: dict[str, str], **settings: str) -> None:
        self.steps = re.split(r"^\d+\. ", way, flags=re.MULTILINE)[1:]
        self.settings, self.environment, self.said, self.warned = settings, HERE | where, "", ""
        self.place = folder / "counselor-bot"
        assert "git clone REPOSITORY counselor-bot && cd counselor-bot && make install" in self.steps[0]
        git(folder, "clone", "-q", str(source), str(self.place))
        (self.place / ".venv" / "bin").mkdir(parents=True)
        python = self.place / ".venv" / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
        stamp = self.place / ".venv" / ".installed"
        stamp.touch()
        os.utime(stamp, (time.time() + 3600,) * 2)

    def prepare(self) -> None:
        """All up to `make run`: files are written, commands run, 是 is answered, settings filled in."""
        for step in self.steps[1:]:
            if "`make run`" in step:
                return
            for kind, inside in re.findall(r"```(\w+)\n(.*?)```", step, re.DOTALL):
                lines = "".join(f"{line.strip()}\n" for line in inside.splitlines())
                if kind == "csv":
                    (self.place / "roster.csv").write_text(lines, encoding="utf-8")
                else:
                    self.run(lines)
            for command in re.findall(r"`(cp [^`]+)`", step):
                self.run(command)
                self._fill_in(re.findall(r"`(\w+)=`", step))

    def run(self, command: str) -> None:
        """A command of the page at a terminal, which must end well."""
        ours, theirs = pty.openpty()
        os.write(ours, "是\n".encode())
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.place,
            env=self.environment,
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=120,
        )
        os.close(ours)
        os.close(theirs)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        self.said, self.warned = done.stdout, done.stderr

    def _fill_in(self, named: list[str]) -> None:
        file = self.place / ".env"
        text = file.read_text(encoding="utf-8")
        for name in named:
            assert re.search(f"^{name}=$", text, re.MULTILINE), name
            text = re.sub(f"^{name}=$", f"{name}={self.settings.get(name, '')}", text, flags=re.MULTILINE)
        file.write_text(text, encoding="utf-8")

    @contextmanager
    def running(self) -> Iterator[None]:
        """`make run`, as long as it is needed."""
        process = subprocess.Popen(
            ["make", "run"], cwd=self.place, env=self.environment, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            said, log = process.communicate(timeout=60)
        assert "辅导员助手已启动" in said and "Traceback" not in log, said + log

    def sentence(self, number: int) -> str:
        """What is to be sent at this step."""
        return next(each for each in re.findall("发「([^」]+)」", self.steps[number - 1]))


def test_the_first_check_in_by_the_robot(source: Path, tmp_path: Path) -> None:
    with FakeRobot() as fake:
        where = {"WECOM_ROBOT_URL": fake.url}
        teacher = Teacher(WECOM, source, tmp_path, where, WECOM_ROBOT_ID=ROBOT, WECOM_ROBOT_SECRET=SECRET)
        teacher.prepare()
        with teacher.running():
            until(lambda: fake.live)
            fake.say("zhangls", teacher.sentence(9))
            until(lambda: fake.said_to("zhangls"))
            assert words(fake.said_to("zhangls")[0]).startswith("已记录：三(2)中队 主题队日 40 人")
            fake.say("lils", teacher.sentence(10))
            until(lambda: fake.said_to("lils"))
            assert "1 场活动，1/2 个中队签到" in words(fake.said_to("lils")[0])


def test_the_first_check_in_on_telegram(source: Path, tmp_path: Path) -> None:
    with FakeTelegram() as fake:
        teacher = Teacher(TELEGRAM, source, tmp_path, {"TELEGRAM_API_URL": fake.url}, TELEGRAM_TOKEN=TOKEN)
        teacher.prepare()
        code = teacher.said.strip().splitlines()[-1].split()[-1]
        with teacher.running():
            fake.say(11, teacher.sentence(9).replace("邀请码", code))
            until(lambda: fake.texts(11))
            assert fake.texts(11)[0].startswith("欢迎！您现在是实验小学三(2)中队的中队辅导员。")
            fake.say(11, teacher.sentence(10))
            until(lambda: len(fake.texts(11)) > 1)
            assert fake.texts(11)[1].startswith("已记录：三(2)中队 主题队日 40 人")
