"""key: a fresh key for NAME_KEY."""

import argparse

from cryptography.fernet import Fernet

from bot.settings import BadSettings, Settings


def add(parser: argparse.ArgumentParser) -> None:
    """No arguments."""
    parser.epilog = 'example: echo "NAME_KEY=$(python -m bot key)" >> .env'


def run(_arguments: argparse.Namespace, _settings: Settings) -> int:
    """Print it; 0."""
    print(Fernet.generate_key().decode())
    return 0


def without_settings(_problems: BadSettings) -> int:
    """The same: a key is what may be missing."""
    print(Fernet.generate_key().decode())
    return 0
