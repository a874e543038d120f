"""What features declare: found whatever their files are called, and refused when it cannot be meant."""

import random
from types import ModuleType

import pytest

from bot.channels.telegram.menus import menu as telegram_menu
from bot.channels.wecom.menu import menu as wecom_menu
from bot.dispatch.features import Features, collect, modules
from handlers.kit import Ask, Reply
from handlers.registry import ANYONE, command

FOUND = modules()
FEATURES = collect(FOUND)


@pytest.mark.parametrize("seed", range(20))
def test_files_may_be_called_and_stand_as_they_like(seed: int) -> None:
    shuffled = random.Random(seed).sample(FOUND, len(FOUND))
    assert shuffled != FOUND
    again: Features = collect(shuffled)
    # The order of 帮助, the menus, and who is asked first about an edited message.
    assert again == FEATURES
    assert telegram_menu(again.commands) == telegram_menu(FEATURES.commands)
    assert wecom_menu(again.commands) == wecom_menu(FEATURES.commands)


def test_a_menu_does_not_depend_on_the_order_of_what_it_is_given() -> None:
    shuffled = random.Random(1).sample(FEATURES.commands, len(FEATURES.commands))
    assert telegram_menu(shuffled) == telegram_menu(FEATURES.commands)
    assert wecom_menu(shuffled) == wecom_menu(FEATURES.commands)


def declared(group: str, *words: str) -> ModuleType:
    """A file with one command."""
    module = ModuleType("handlers.planted")

    def show(ask: Ask) -> Reply:
        return Reply(ask.args)

    show.__module__ = module.__name__
    vars(module)["show"] = command(*words, who=ANYONE, group=group, help="", examples=())(show)
    return module


def test_what_cannot_be_meant_is_said_at_the_start() -> None:
    with pytest.raises(ValueError, match="^几号: the group is one of 签到、"):
        declared("日期", "几号")
    with pytest.raises(ValueError, match="^two features claim 签到$"):
        collect([*FOUND, declared("人员", "几号", "签到")])
    assert [each.words for each in collect([declared("人员", "几号")]).commands] == [("几号",)]
