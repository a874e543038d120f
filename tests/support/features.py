"""The features of all bots of a process: they are looked for once, not at each of the hundreds of starts."""

from collections.abc import Callable
from functools import lru_cache
from types import ModuleType

import bot.startup
from bot.dispatch import features
from bot.dispatch.features import Features


def share_features() -> None:
    """Let every bot that is started from now on have the features that were found for the others."""

    @lru_cache(2)
    def of(modules: Callable[[], list[ModuleType]]) -> Features:
        return features.collect(modules())

    # A test that plants a feature puts another function in place of `modules`.
    bot.startup.collect = lambda: of(features.modules)  # type: ignore[attr-defined]
