"""Writes cards into their messages: the status message of a link turns into its card."""

from dataclasses import replace
from typing import Any

from procs.bot.cards import group_limit, list_pages
from procs.bot.cards.card_labels import CardButton
from procs.bot.cards.card_text import render
from procs.bot.commands.button_actions import data
from procs.bot.conversation.reply_sender import ReplySender, once
from procs.bot.status.status_messages import StatusMessage
from procs.bot.status.status_text import StatusView
from procs.bot.status.status_writer import StatusWriter, in_reply
from procs.core import clock, codec, log
from procs.errors import GroupMediaForbidden, ReferenceStale, TelegramRefused
from procs.records.card_values import FACTS, MAIN
from procs.records.media_records import MessagePicture
from procs.store.database import Database
from procs.store.media import cards, thumbnails
from procs.store.media.cards import CHOOSING, Card
from procs.store.people import preferences
from procs.store.requests import buttons, requests, status_columns
from procs.store.requests.buttons import ButtonMeaning
from procs.telegram.chat.sender import Buttons
from procs.telegram.pace import Urgency
from procs.telegram.server_clock import told
from procs.telegram.session.peers import CAPTION_LENGTH, cut

#: The least remaining lifetime, in seconds, of a token that is used again on a card.
LEFT_TO_ACT = 3600.0


class CardWriter:
    """Its writes raise as the methods of `StatusWriter`."""

    def __init__(self, db: Database, replies: ReplySender, status_writer: StatusWriter) -> None:
        self.db = db
        self.replies = replies
        self.status_writer = status_writer

    async def write(self, post: StatusMessage, *, sure: bool) -> None:
        """Make a message say what its card says now. `sure`: nobody made the message before."""
        card = group_limit.read(self.db, post.id)
        if card is None or not card.is_choosing:
            return
        view = self.view(card, post.head.language)
        if post.head.status_message is None:
            await self.status_writer.first(post, view, sure=sure)
            if not sure or view.picture:
                return  # its text is unknown and read first, or its picture is put into it now
        elif not (post.head.status_message and await self.edit(post, view)):
            await self.anew(post, view, card)
        cards.note_shown(self.db, card.request, card.version, now=clock.now())

    async def edit(self, post: StatusMessage, view: StatusView) -> bool:
        """False when the message is not there any more."""
        done = await self.pictured(post, view) if view.picture else None
        if done is None:
            plain = replace(view, picture=None)
            done = await self.status_writer.edit_message(post, plain, urgency=Urgency.ANSWER)
        if done:
            status_columns.note_shown(self.db, post.id, view.text, now=told())
        return done

    async def pictured(self, post: StatusMessage, view: StatusView) -> bool | None:
        """The same with a picture; None where Telegram does not take it there."""
        try:
            done = await self.status_writer.edit_message(post, view, urgency=Urgency.ANSWER)
        except (GroupMediaForbidden, ReferenceStale, TelegramRefused) as error:
            log.info("card.without-picture", request=post.id, error=error)
            done = None
        if done is not False:
            thumbnails.shows(self.db, post.id)
        return done

    async def anew(self, post: StatusMessage, view: StatusView, card: Card) -> None:
        """Send the card as a new message, where the old one is gone."""
        row = post.head
        thumbnails.forget_picture(self.db, post.id)
        random_id = once("card", row.request, row.status_random, card.version)
        message = await self.replies.send(
            in_reply(row, view, random_id=random_id, buttons=view.buttons)
        )
        facts: dict[str, Any] = {"message": message, "shown": view.text, "stage": view.stage}
        requests.note_answered(self.db, post.id, **facts, shown_at=told().wall, now=clock.now())

    def view(self, card: Card, language: str) -> StatusView:
        """The card as a message, with a token for each of its buttons."""
        page = render(card, language)
        tokens = self.tokens(card, [one for row in page.rows for one in row])
        keyboard: Buttons = [
            [(one.label, data(tokens[one.meaning])) for one in row] for row in page.rows
        ]
        picture = self.picture(card, language)
        return StatusView(page.text, CHOOSING, buttons=keyboard, picture=picture)

    def picture(self, card: Card, language: str) -> MessagePicture | None:
        """The picture that the message of a card lacks. All that a card says then is a caption:
        where that would be too long there is none."""
        found = thumbnails.lacking(self.db, card.request, now=clock.now())
        longest = list_pages.longest(codec.load(card.found)) if found else 0
        pages = [
            replace(card, options=replace(card.options, page=one, place=longest))
            for one in (MAIN, FACTS)
        ]
        texts = [render(one, language).text for one in pages] if found else []
        if found is None or any(cut(text, CAPTION_LENGTH) != text for text in texts):
            return None
        return MessagePicture(found.reference, spoiler=found.adult and self.veils(card))

    def veils(self, card: Card) -> bool:
        """Whether the person, or the group, wants a spoiler over what is for adults."""
        if card.chat < 0:
            return preferences.read_group(self.db, card.chat).spoiler
        return preferences.read(self.db, card.person).spoiler

    def tokens(self, card: Card, wanted: list[CardButton]) -> dict[str, str]:
        """The token of each meaning. A token that the card has already is used again while it lives
        long enough, so that turning pages does not add rows."""
        now = clock.now()
        known = {
            meaning: kept
            for meaning, kept in card.tokens.items()
            if kept[1] > now.wall + LEFT_TO_ACT
        }
        new = list({one.meaning: one for one in wanted if one.meaning not in known}.values())
        if new:
            meanings = [
                ButtonMeaning(card.person, card.chat, one.action, one.data, card.request)
                for one in new
            ]
            with self.db.write():
                made = buttons.mint(self.db, meanings, now=now)
                until = now.wall + buttons.LASTS
                known |= {one.meaning: (token, until) for one, token in zip(new, made, strict=True)}
                cards.keep_tokens(self.db, card.request, known)
        return {meaning: token for meaning, (token, _) in known.items()}
