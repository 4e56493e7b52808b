"""What goes with a media into a chat, sent by the real client to the loopback Telegram."""

from dataclasses import replace
from pathlib import Path

import pytest

from procs.core import clock
from procs.records.job import Ask, File, Link, Media, Part, Person
from procs.store.database import Database
from procs.store.inline import inline_switches
from procs.store.people import preferences, users
from procs.store.requests import buttons, requests
from procs.store.requests.requests import RequestOrder
from procs.telegram.delivery.courier import Courier
from procs.telegram.delivery.delivery_presentation import presentation
from procs.telegram.delivery.send_once import ChatTarget
from procs.telegram.session.rpc import free
from procs.worker.delivery_jobs import deliver
from tests.sandbox.person import labels
from tests.sandbox.telegram.server import Telegram
from tests.sandbox.uploads import JPEG, heard

URL = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
FILM = Media("youtube:dQw4w9WgXcQ", "best", "A film", "youtube", URL, ())
LABELS = ["🎧 mp3", "📄 As a file", "🔁 Another form"]


def asked(db: Database, who: int, *, variant: str = "best", chat: int = 0) -> RequestOrder:
    link = Link(URL, "youtube", "youtube:dQw4w9WgXcQ", variant)
    (done,) = requests.submit(db, [Ask(who, chat or who, 1, 0, link)], now=clock.now())
    order = requests.order(db, done.request)
    assert order is not None
    return order


async def film(courier: Courier, folder: Path) -> Media:
    path = folder / "film.mp4"
    path.write_bytes(b"a film")
    file = File(str(path), "video", "film.mp4", "video/mp4", 6, 125.0, 1280, 720)
    part = Part(await courier.upload(file, heard), "video", "film.mp4", 3 << 20, 125.0, 1280, 720)
    return replace(FILM, parts=(part,))


async def shows(
    tg: Telegram, courier: Courier, order: RequestOrder, media: Media, db: Database
) -> None:
    """Send it as a delivery does."""
    target = ChatTarget(order.chat, tg.world.access_hash(tg.bot, order.user))
    shown = presentation(db, order, media)
    await courier.send(target, media.parts[0], 7, shown=shown, leave=free)


async def test_a_film_has_its_name_as_a_link_and_what_it_is(tg, courier, ali, db, tmp_path):
    await shows(tg, courier, asked(db, ali.id), await film(courier, tmp_path), db)
    got = await ali.sees("A film")
    assert got.text == "A film\nyoutube · 720p · 3 MB · 2:05"
    (link,) = got.entities
    assert (link["offset"], link["length"], link["url"]) == (0, 6, URL)
    assert labels(got) == LABELS


async def test_a_persian_caption_has_its_own_digits_or_latin_ones(courier, ali, db, tmp_path):
    users.remember(db, Person(ali.id, "fa"), now=clock.now())
    media, order = await film(courier, tmp_path), asked(db, ali.id)
    said = presentation(db, order, media).caption.text
    assert said == "A film\n\u2068youtube\u2069 · \u2068720p\u2069 · ۳ مگابایت · ۲:۰۵"
    preferences.change(db, ali.id, "digits", "latin", now=clock.now())
    assert "3 مگابایت · 2:05" in presentation(db, order, media).caption.text


async def test_a_repeated_send_has_the_same_buttons(courier, ali, db, tmp_path):
    media, order = await film(courier, tmp_path), asked(db, ali.id)
    first = presentation(db, order, media).buttons
    assert presentation(db, order, media).buttons == first
    assert all(
        buttons.find(db, one.token, ali.id, chat=ali.id, now=clock.now()).fresh for one in first
    )


async def test_what_a_person_switched_off_is_not_there(courier, ali, db, tmp_path):
    for name in ("captions", "media_buttons"):
        preferences.change(db, ali.id, name, False, now=clock.now())
    shown = presentation(db, asked(db, ali.id), await film(courier, tmp_path))
    assert (shown.caption.text, shown.buttons) == ("", ())


async def test_a_persons_tags_stand_under_the_media(courier, ali, db, tmp_path):
    preferences.change(db, ali.id, "tags", ["music", "#شب"], now=clock.now())
    shown = presentation(db, asked(db, ali.id), await film(courier, tmp_path))
    assert shown.caption.text.endswith("\n#music #شب")


@pytest.mark.parametrize(("adult", "wanted"), [(True, True), (True, False), (False, True)])
async def test_a_spoiler_is_over_what_is_for_adults(tg, courier, ali, db, tmp_path, adult, wanted):
    preferences.change(db, ali.id, "spoiler", wanted, now=clock.now())
    media = replace(await film(courier, tmp_path), adult=adult)
    await shows(tg, courier, asked(db, ali.id), media, db)
    got = await ali.sees("A film")
    assert got.media["spoiler"] is (adult and wanted)


async def test_a_quiet_delivery_makes_no_sound(tg, courier, ali, db, tmp_path):
    preferences.change(db, ali.id, "quiet", "always", now=clock.now())
    await shows(tg, courier, asked(db, ali.id), await film(courier, tmp_path), db)
    assert (await ali.sees("A film")).silent


async def test_a_media_is_shared_where_the_bot_serves_inline(tg, courier, ali, db, tmp_path):
    inline_switches.note(db, inline_switches.MODE, on=True, now=clock.now())
    await shows(tg, courier, asked(db, ali.id), await film(courier, tmp_path), db)
    got = await ali.sees("A film")
    assert labels(got) == [*LABELS, "↗ Share"]
    assert got.button("Share")["inline"] == URL


async def test_an_mp3_offers_neither_itself_nor_its_film_as_a_file(courier, ali, db, tmp_path):
    media = await film(courier, tmp_path)
    sound = replace(media, parts=(replace(media.parts[0], kind="audio", name="a film.mp3"),))
    shown = presentation(db, asked(db, ali.id, variant="mp3"), sound)
    assert [one.label for one in shown.buttons] == ["🔁 Another form"]
    assert "mp3" in shown.caption.text


async def test_a_picture_has_no_buttons(courier, ali, db, tmp_path):
    path = tmp_path / "p.jpg"
    path.write_bytes(JPEG)
    file = File(str(path), "photo", "p.jpg", "image/jpeg", len(JPEG))
    part = Part(await courier.upload(file, heard), "photo", "p.jpg", len(JPEG))
    shown = presentation(db, asked(db, ali.id), replace(FILM, parts=(part,)))
    assert shown.buttons == ()


async def test_a_bot_whose_buttons_are_refused_sends_the_media_all_the_same(
    tg, courier, ali, db, tmp_path
):
    media, order = await film(courier, tmp_path), asked(db, ali.id)
    await tg.fails("messages.sendMedia", "BUTTON_TYPE_INVALID")
    await shows(tg, courier, order, media, db)
    assert labels(await ali.sees("A film")) == []


async def test_of_a_film_in_parts_the_last_stands_apart_with_the_buttons(
    tg, courier, ali, db, tmp_path
):
    media, order = await film(courier, tmp_path), asked(db, ali.id)
    parts = [replace(media.parts[0], name=f"a film ({n} of 3).mp4") for n in (1, 2, 3)]
    media = replace(media, parts=tuple(parts))
    order = replace(order, chat_access=tg.world.access_hash(tg.bot, ali.id), message=0)
    shown = presentation(db, order, media)
    planned = [(0, 11), (1, 12), (2, 13)]
    for album in deliver.albums(planned, media.parts, apart=bool(shown.buttons)):
        await deliver.hand_over(courier, order, media, album, shown, leave=free)
    await ali.sees(lambda m: m.buttons)
    parts = [m for m in await ali.chat() if m.media]
    assert [labels(m) for m in parts] == [[], [], LABELS]
    assert [m.text.split("\n")[0] for m in parts] == ["A film", "", ""]
    assert [bool(m.group) for m in parts] == [True, True, False]


async def test_a_film_whose_subtitles_come_in_a_file_has_its_buttons(courier, ali, db, tmp_path):
    media, order = await film(courier, tmp_path), asked(db, ali.id)
    words = replace(media.parts[0], kind="document", name="A film.fa.srt")
    shown = presentation(db, order, replace(media, parts=(*media.parts, words)))
    assert len(shown.buttons) == len(LABELS)
