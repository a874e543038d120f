"""Long polling that loses nothing: getUpdates → committed → the next offset, and only then."""

import asyncio
import json
import logging
import random
import traceback
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic
from typing import Any, TypeVar

import httpx

from bot.channels.telegram_decode import KINDS, NAME, Edited, Heard, Standing, Unreadable, decode, message_id
...
