"""Where the bot listens: `serve` takes it, a command that wants no bot beside it holds it meanwhile."""

import socket

from bot.settings import Settings


def host_of(settings: Settings) -> str:
    """The practice page is for this machine only, whatever HOST says."""
    return "127.0.0.1" if settings.practice else settings.host


def listen(settings: Settings) -> socket.socket:
    """The socket; raises OSError."""
    host = host_of(settings)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, settings.port), family=family, backlog=2048)
