"""All Telegram calls of a worker: upload once, send by reference.

Phase 1 uploads a file and keeps a reference without sending anything; phase 2 sends by reference
under a random_id that was stored before, so that a repeat is recognised by Telegram itself.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pyrogram.raw.functions.messages import SendMultiMedia, UploadMedia
from pyrogram.raw.types import InputSingleMedia

from procs.config import Settings
from procs.config.values import PREMIUM_FILE, TELEGRAM_FILE
from procs.core import log
from procs.errors import (
    SessionRevoked,
    TelegramAway,
    UploadRefused,
)
from procs.records.inline_records import InlineTarget
from procs.records.job import File, Part, Reference
from procs.store.database import Database
from procs.telegram.delivery import media_input, message_lookup
from procs.telegram.delivery.broadcast_sender import BroadcastSender
from procs.telegram.delivery.inline_edit import edit_inline
from procs.telegram.delivery.media_assembly import (
    MISSING_PARTS,
    assembled,
    complete,
    ignore_progress,
)
from procs.telegram.delivery.presentation import PLAIN, Presentation
from procs.telegram.delivery.send_once import ChatTarget, post_all, replied, send_part
from procs.telegram.delivery.upload_peer import UploadPeers, Waiting, nobody
from procs.telegram.rpc_errors import FilePartMissing, PeerRefused
from procs.telegram.session import sign_in
from procs.telegram.session.peers import peer
from procs.telegram.session.rpc import Leave, Rpc
from procs.telegram.upload.stream import UploadStream
from procs.telegram.upload.uploader import Progress, Upload, UploadRecord


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """What an upload may resume from, and for whom it is. `early` may have sent some of the file
    already; parts that `kept` says Telegram has are not sent again; `waiting` has the chats that
    wait for it."""

    early: UploadStream | None = None
    kept: UploadRecord | None = None
    waiting: Waiting = nobody

    @property
    def is_resumed(self) -> bool:
        """Whether the upload resumes another upload's parts."""
        return bool(self.kept and self.kept.begun)


NO_OPTIONS = UploadOptions()


class Courier:
    """The Telegram session of one slot, used by the worker that holds the slot."""

    def __init__(self, settings: Settings, slot: int, db: Database | None = None) -> None:
        self.settings = settings
        self.addressees = UploadPeers(settings.bot_token.partition(":")[0], db)
        self.name = f"slot-{slot}"
        self.rpc: Rpc | None = None
        self.connecting = asyncio.Lock()

    async def connect(self, *, before: sign_in.SignInLeave = sign_in.always_allow) -> None:
        """Connect, or do nothing when connected. Signs in only if this slot never did, after
        `before` gave its leave.

        Raises TelegramAway, TelegramWait, SessionRevoked.
        """
        async with self.connecting:
            if self.rpc is not None and self.rpc.revoked:
                raise SessionRevoked(self.rpc.revoked)
            if self.rpc is not None and self.rpc.dead:
                await self._close()
            if self.rpc is None:
                self.rpc = await sign_in.signed_in(self.settings, self.name, before=before)

    @property
    def largest(self) -> int:
        """Bytes of the largest file that Telegram takes of this account. Raises TelegramAway."""
        return PREMIUM_FILE if self._connected().premium else TELEGRAM_FILE

    async def close(self) -> None:
        """Disconnect, after a connect that is under way."""
        async with self.connecting:
            await self._close()

    async def _close(self) -> None:
        rpc, self.rpc = self.rpc, None
        if rpc is not None:
            await sign_in.shut(rpc)

    def stream(self, path: Path, file: int, *, head: int = 0) -> UploadStream:
        """Begin to upload a file that is still growing, by its open descriptor; its first `head`
        bytes change once more at the end. Raises TelegramAway."""
        rpc = self._connected()
        return UploadStream(rpc.lanes, path, file, head=head, premium=rpc.premium)

    async def upload(
        self, file: File, on_progress: Progress, options: UploadOptions = NO_OPTIONS
    ) -> Reference:
        """Upload a file without sending it. `on_progress` gets the bytes acknowledged and the bytes
        in all. Raises TelegramAway, TelegramWait, TelegramRefused, UploadRefused, TooLarge,
        SessionRevoked."""
        rpc = self._connected()
        try:
            if options.is_resumed and not options.early:
                try:
                    return await self._upload(rpc, file, on_progress, options)
                except FilePartMissing as missing:
                    log.info("upload.anew", file=file.name, why="parts are gone", error=missing)
                    options = replace(options, kept=None)
            return await self._upload(rpc, file, on_progress, options)
        except SessionRevoked as error:
            rpc.revoked = str(error)
            raise

    async def _upload(
        self, rpc: Rpc, file: File, on_progress: Progress, options: UploadOptions
    ) -> Reference:
        tries, early = 1 if options.is_resumed else MISSING_PARTS, options.early
        uploads: list[Upload] = []
        if early and await complete(early, file, on_progress):
            uploads.append(early)
        else:
            facts: dict[str, Any] = {"premium": rpc.premium, "kept": options.kept}
            uploads.append(Upload(rpc.lanes, Path(file.path), on_progress, **facts))
        if file.thumbnail and file.kind != "photo":
            uploads.append(Upload(rpc.lanes, Path(file.thumbnail), ignore_progress))
        names = await all_named(uploads)
        media = media_input.described(file, names[0], names[1] if len(names) > 1 else None)
        return await self._assemble(rpc, media, uploads, options.waiting, tries=tries)

    async def _assemble(
        self, rpc: Rpc, media: Any, uploads: list[Upload], waiting: Waiting, *, tries: int
    ) -> Reference:
        """A medium of what was uploaded, for the first peer that Telegram takes it for."""
        refusal = ""
        for kind, whom in await self.addressees.candidates(rpc, waiting):
            query = UploadMedia(peer=whom, media=media)
            try:
                made = media_input.reference(await assembled(rpc, query, uploads, tries=tries))
            except PeerRefused as error:
                refusal = f"{refusal} {kind}: {error}".strip()
                log.warning("upload.peer-refused", session=self.name, peer=kind, error=error)
            else:
                await self.addressees.note(rpc, kind)
                return made
        raise UploadRefused(refusal)

    async def send(
        self,
        target: ChatTarget,
        part: Part,
        random_id: int,
        *,
        shown: Presentation = PLAIN,
        leave: Leave,
    ) -> int | None:
        """Send one part. Returns, and raises, as `send_once.send_part`."""
        line = self._connected()
        return await send_part(line, target, part, random_id, shown=shown, leave=leave)

    async def send_album(
        self,
        target: ChatTarget,
        parts: Sequence[Part],
        random_ids: Sequence[int],
        *,
        shown: Presentation = PLAIN,
        leave: Leave,
    ) -> list[int | None]:
        """Send two to ten parts as one album, the caption under the first; an album has no
        buttons. Returns and raises as `send`, for each; Telegram takes all of them or none."""
        captions = [shown.words, *[PLAIN.words] * (len(parts) - 1)]
        items = [
            InputSingleMedia(
                media=media_input.shown(part, spoiler=shown.spoiler),
                random_id=random_id,
                **words,
            )
            for part, random_id, words in zip(parts, random_ids, captions, strict=True)
        ]
        facts: dict[str, Any] = {"multi_media": items, "silent": shown.silent or None}
        album = partial(SendMultiMedia, peer=peer(target.chat, target.access), **facts)
        rpc, query = self._connected(), partial(replied, album)
        return await post_all(rpc, query, target, random_ids, leave=leave)

    async def edit_inline(
        self,
        target: InlineTarget,
        part: Part,
        *,
        shown: Presentation,
        buttons: Sequence[Sequence[tuple[str, str]]] = (),
        leave: Leave,
    ) -> bool:
        """Edit an inline message so that it shows one part. False when the message is gone. Raises
        as `send`."""
        media, words = media_input.referred(part.reference, spoiler=shown.spoiler), shown.words
        facts: dict[str, Any] = {"media": media, "buttons": buttons, "leave": leave}
        facts["entities"] = words["entities"]
        return await edit_inline(self._connected(), target, words["message"], **facts)

    async def find(
        self,
        target: ChatTarget,
        part: Part,
        *,
        taken: Collection[int],
        since: int = 0,
    ) -> int | None:
        """The message that shows a part as an answer to the target's `reply_to`, found by reading
        the chat; `taken` are messages of other parts. A part that answers no message is searched
        behind message `since`. What was sent before a restore shows another upload of the file: the
        first that is like it then. None when no message shows it. Raises as `Rpc.ask`."""
        to, rpc, alike = max(target.reply_to, 0), self._connected(), None
        seen = message_lookup.messages_after(rpc, target.chat, target.access, to or since)
        async for message in seen:
            file = message_lookup.answer(message, to, part.reference.kind)
            if file is None or message.id in taken:
                continue
            if file.id == part.reference.id:
                return int(message.id)
            if to and alike is None and getattr(file, "size", part.size) == part.size:
                alike = int(message.id)
        return alike

    async def refreshed(self, *, chat: int, access: int, message: int) -> Reference | None:
        """A fresh reference of the file that a message of ours shows; None when it is gone.
        Raises as `Rpc.ask`."""
        found = await message_lookup.messages(
            self._connected(), chat, access, range(message, message + 1)
        )
        media = getattr(found[0], "media", None) if found else None
        return media_input.reference(media) if message_lookup.is_file(media) else None

    @property
    def broadcasts(self) -> BroadcastSender:
        """Sends broadcasts over this slot's session. Raises TelegramAway."""
        return BroadcastSender(self._connected())

    def _connected(self) -> Rpc:
        if self.rpc is None:
            raise TelegramAway("not connected")
        return self.rpc


async def all_named(uploads: Sequence[Upload]) -> list[Any]:
    """Upload files beside one another. Returns what names each; raises as `Upload.run` of the first
    that fails."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one.run()) for one in uploads]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
