"""The command line: one file a command, each with `add(parser)` and `run(arguments, settings)`."""

import sys


class CommandError(Exception):
    """What the operator did or wrote that cannot be: one clear sentence, exit status 1."""


def in_words(error: Exception) -> str | None:
    """What to tell the operator of an error that is no bug of ours; None of every other."""
    if isinstance(error, CommandError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.strerror or error}{f':{error.filename}' if error.filename else ''}"
    # Only a command that has loaded the library can have met one of its errors.
    if "sqlalchemy.exc" not in sys.modules:
        return None
    from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return f"数据库打不开:{str(error.orig).strip().splitlines()[0]}"
    return f"DATABASE_URL 写得不对:{error}" if isinstance(error, ArgumentError) else None
