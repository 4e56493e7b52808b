"""Fills the bot's tables of commands and buttons: which part of the bot handles which of them."""

from functools import partial
from typing import TYPE_CHECKING

from procs.bot.bot_options import BotOptions
from procs.bot.cards.list_actions import ListActions
from procs.bot.cards.request_actions import RequestActions
from procs.bot.commands.command_set import CommandSet
from procs.bot.commands.menu_sender import MenuSender
from procs.bot.commands.router import ChatCommand
from procs.bot.follows.follow_actions import FollowActions
from procs.bot.groups.group_settings import GroupSettings

if TYPE_CHECKING:
    from procs.bot.intake import Intake

#: Commands that take a link, and the form in which they do.
BEST, SOUND = "dl", "audio"
LINKED = {"dl": BEST, "audio": SOUND}


def fill(intake: "Intake", options: BotOptions) -> None:
    """Register every command with the intake's router and every button with its actions."""
    menus = MenuSender(intake.db, intake.replies)
    add_buttons(intake)
    follows = FollowActions(intake.db, intake.hints, menus, options.manners.follows)
    intake.actions.add(*follows.rows())
    mine = command_set(intake, options, menus)
    mine.add_to(intake.actions)
    intake.router.add(*mine.commands(), *follows.commands())
    intake.admins.add_to(intake.router)
    for name, form in LINKED.items():
        intake.router.add(ChatCommand(name, partial(intake.handle_link_command, form=form)))


def add_buttons(intake: "Intake") -> None:
    """The buttons of inline results, searches, cards, lists and requests."""
    requests = RequestActions(intake.db, intake.status_board, intake.allowance)
    intake.actions.add(*intake.inline.actions, *intake.sponsors.rows())
    intake.actions.add(*intake.searching.rows(intake.accept, intake.answers.answer))
    intake.actions.add(*intake.cards.rows(), *ListActions(intake.cards).rows())
    intake.actions.add(*requests.rows())


def command_set(intake: "Intake", options: BotOptions, menus: MenuSender) -> CommandSet:
    """The commands of every person."""
    in_group = GroupSettings(intake.db, intake.hints, menus, intake.group_admins).ask
    return CommandSet(
        *(intake.db, menus, intake.hints, intake.answers.first, intake.allowance),
        in_group=in_group,
        manners=options.manners,
        relay=intake.admins.support.begin,
    )
