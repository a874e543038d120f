"""What the process that forks bots has imported before: all that a bot imports until it serves."""

import bot.app
import bot.channels.group_robot.channel
import bot.channels.robot.channel
import bot.channels.telegram.channel
import bot.channels.wecom.channel
import bot.commands.serve
import bot.practice.routes  # noqa: F401
from bot.dispatch.features import modules
from handlers.reading import compile_all

modules()
compile_all()
