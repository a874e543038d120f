"""What takes long to read is read by a process of its own, of low priority: a thread would not let the writer work.

While a thread runs Python the writer gets the interpreter back only every few milliseconds, and it asks for it after
each of its statements. `python -m bot.readers` is that process: it ends when its standard input does.
"""

import contextlib
import gc
import logging
import os
import pickle  # nosec B403 # between two processes of ours
import struct
import subprocess
import sys
from collections.abc import Callable
from queue import LifoQueue
from typing import IO, TYPE_CHECKING, Any, TypeVar

from storage.organisation import units

if TYPE_CHECKING:
    from bot.engine import Engine

log = logging.getLogger(__name__)
T = TypeVar("T")
# With fewer units all is read before anybody would notice, and a process takes 90 MiB.
MANY_UNITS = 5000
# A second one for what is asked during a long table; more would only take the processor from the writer.
_MOST = 2
# Behind the backup too, which nobody waits for.
_NICE = 10
_LENGTH = struct.Struct("!Q")


class NotRead(Exception):
    """The other process did not read it: it raised something, or is gone."""


class Readers:
    """Those processes; each begins when it is needed, and stays."""

    def __init__(self) -> None:
        # By the running bot; what a command reads nobody waits for.
        self.wanted = False
        # The last one that read is the first to read again, so the second begins only while that one is busy.
        self._idle: LifoQueue[subprocess.Popen[bytes] | None] = LifoQueue()
        for _ in range(_MOST):
            self._idle.put(None)

    def read(self, engine: "Engine", function: Callable[..., T], *arguments: Any) -> T:
        """What `function(engine, *arguments)` gives: of an engine there, or of this one where that is quicker."""
        if self.wanted and _are_many(engine):
            address = engine.database.read.url.render_as_string(hide_password=False)
            with contextlib.suppress(NotRead):
                found: T = self._ask((engine.settings, address, engine.practice), function, arguments)
                return found
        return function(engine, *arguments)

    def _ask(self, opening: tuple[Any, ...], function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        try:
            asked = _packed((function, arguments))
        except (pickle.PicklingError, AttributeError, TypeError) as fault:
            raise NotRead from fault
        process = self._idle.get()
        try:
            process = process or _begun(opening)
            _put(process, asked)
            assert process.stdout is not None
            done, found = _taken(process.stdout)
        except (OSError, EOFError) as fault:
            log.warning("在旁边读的进程断了，这一次在这里读：%s", type(fault).__name__)
            if process:
                process.kill()
                process.communicate()
            process = None
            raise NotRead from fault
        finally:
            self._idle.put(process)
        if not done:
            raise NotRead(found)
        return found

    def close(self) -> None:
        """End those that read nothing any more; one that still does ends by itself when nobody can take its answer."""
        idle = [self._idle.get() for _ in range(self._idle.qsize())]
        for process in idle:
            if process:
                process.communicate()
            self._idle.put(None)


def _are_many(engine: "Engine") -> bool:
    with engine.database.read.connect() as db:
        return units.newest(db) > MANY_UNITS


def _begun(opening: tuple[Any, ...]) -> "subprocess.Popen[bytes]":
    command, pipe = [sys.executable, "-m", "bot.readers"], subprocess.PIPE
    # In a session of its own: Ctrl-C is for the bot, which ends this one.
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True)  # nosec B603 # of ours
    _put(process, _packed(opening))
    return process


def _packed(value: Any) -> bytes:
    whole = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(whole)) + whole


def _put(process: "subprocess.Popen[bytes]", packed: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(packed)
    process.stdin.flush()


def _taken(pipe: IO[bytes]) -> Any:
    if len(head := pipe.read(_LENGTH.size)) < _LENGTH.size:
        raise EOFError
    [length] = _LENGTH.unpack(head)
    if len(whole := pipe.read(length)) < length:
        raise EOFError
    return pickle.loads(whole)  # nosec B301 # what our own process has written


def main() -> None:
    """Read what is asked, one thing after the other, until nobody can ask any more."""
    os.nice(_NICE)
    from bot import logs
    from bot.startup import opened_for_reading

    pipe, answers = sys.stdin.buffer, sys.stdout.buffer
    # Whatever is printed is no answer.
    sys.stdout = sys.stderr
    settings, *more = _taken(pipe)
    logs.configure(settings.log_level, settings.secrets)
    engine = opened_for_reading(settings, *more)
    # A twelfth of the time of a large digest; after an answer nobody waits.
    gc.freeze()
    gc.disable()
    while True:
        try:
            function, arguments = _taken(pipe)
            answers.write(_answer(function, engine, arguments))
            answers.flush()
            gc.collect()
        except (EOFError, BrokenPipeError):
            return


def _answer(function: Callable[..., Any], engine: Any, arguments: tuple[Any, ...]) -> bytes:
    """(True, what it gave), packed; (False, why) of whatever cannot be said there is raised, or read, by the bot."""
    try:
        packed = _packed((True, function(engine, *arguments)))
        pickle.loads(packed[_LENGTH.size :])  # nosec B301 # an exception may be written and not be read
    except Exception as fault:
        return _packed((False, type(fault).__name__))
    return packed


if __name__ == "__main__":
    main()
