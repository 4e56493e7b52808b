"""A look job: it reads what a link leads to, and shows it, or turns it into the requested
downloads."""

from dataclasses import asdict

from procs.core import clock, codec, log
from procs.engine.client import Probed
from procs.engine.protocol.messages import Entry
from procs.engine.ytdlp.playlists import ALBUM
from procs.errors import Unsupported
from procs.records.job import Lease, Step
from procs.store import wake
from procs.store.cards import card_choices, entry_links
from procs.store.cards.card_choices import Looked
from procs.store.jobs import outcomes
from procs.store.media import references
from procs.store.requests import lists
from procs.store.requests.allowances import LiveAllowance
from procs.wishes import card_offer, searches
from procs.wishes.look_text import BEST
from procs.wishes.variant import Variant, parse
from procs.worker.jobs import card_thumbnail, engine_order, job_folder, site_search
from procs.worker.process.context import WorkerContext
from procs.worker.site import admission, host_gate
from procs.worker.site.admission import Visit

#: The most forms, and the most languages of subtitles, that are stored for one media.
FORMS_OFFERED, LANGUAGES_OFFERED = 20, 60
#: Chapters that a card offers; a recording of a day has one for each question.
CHAPTERS_OFFERED = 60


async def look(context: WorkerContext, lease: Lease) -> None:
    """Run one look to its end. Raises JobError, LeaseLost."""
    if site_search.is_known(context, lease):
        return
    visit = admission.enter(context, lease)
    try:
        await visit_link(context, lease, visit)
    finally:
        context.over.discard(lease.job)
        visit.leave()


async def visit_link(context: WorkerContext, lease: Lease, visit: Visit) -> None:
    """Read what the link leads to, and decide what follows; a picture comes behind that."""
    context.progress.say(lease, Step.PROBE)
    outcomes.note_start(context.db, lease, worker=context.name, now=clock.now())
    folder = job_folder.make(context.db, context.settings.jobs, lease)
    try:
        largest = await engine_order.largest(context, lease)
        asked = engine_order.order(context, lease, visit, folder, largest=largest)
        async with context.engine.open(asked, folder, proxy=visit.identity.proxy) as child:
            found = await child.probe()
            host_gate.check_found(context.db, lease, found.site)
            engine_order.keep(context, lease, visit, folder)
            visit.note_success(whole=False)
            settle(context, lease, found)
            context.over.add(lease.job)
            wake.notify_idle(context.db.run)
            wake.notify(context.db.run, wake.BOT)
            has_picture = await card_thumbnail.fetched(context, lease, child, found)
        if has_picture:
            await card_thumbnail.keep_picture(context, lease, folder, adult=found.adult)
    finally:
        job_folder.remove(context.db, folder)


def settle(context: WorkerContext, lease: Lease, found: Probed) -> None:
    """Decide what follows from a look."""
    wish = parse(lease.link.variant)
    if searches.sought(lease.link.key):
        site_search.settle(context, lease, found)
    elif wish.looks:
        show(context, lease, found)
    elif found.kind == "list":
        spread(context, lease, found, wish)
    else:
        variant = wish if found.kind == "album" else wish.one
        lists.give_variant(context.db, lease, str(variant.fetched), now=clock.now())


def show(context: WorkerContext, lease: Lease, found: Probed) -> None:
    """Store what was found for the requests that wait, or ask what they want of it; nothing is
    downloaded."""
    facts = shown(context, lease, found)
    what = Looked(
        codec.dump(facts),
        found.title,
        frozenset(engine_order.keys(lease, found)),
        is_list=found.kind == "list",
        offers=card_offer.has_choice(facts),
        silent=found.kind in ("photo", "file", "album"),
    )
    card_choices.finish_look(context.db, lease, what, now=clock.now())
    wake.notify(context.db.run, wake.BOT)
    log.info("job.looked", job=lease.job, worker=context.name, kind=found.kind)


def shown(context: WorkerContext, lease: Lease, found: Probed) -> dict[str, object]:
    """What was found, in the form in which requests store it. `ready` are the variants that
    Telegram holds already, `most` the entries that one request may take."""
    keys, most = engine_order.keys(lease, found), context.settings.max_playlist
    forms = found.choices[:FORMS_OFFERED]
    asked = (BEST, *(one.variant for one in forms))
    ready = [variant for variant in asked if is_ready(context, keys, variant)]
    return {
        "kind": found.kind,
        "title": found.title,
        "duration": found.duration,
        "size": found.size,
        "count": found.count,
        "more": found.more,
        "most": most,
        "follows": context.settings.follows > 0,
        "page": page_of(parse(lease.link.variant)),
        "entries": [entry_facts(found, one) for one in found.entries[: max(ALBUM, most)]],
        "choices": [asdict(choice) for choice in forms],
        "ready": ready,
        "subtitles": found.subtitles[:LANGUAGES_OFFERED],
        "captions": len(found.captions),
        "chapters": len(found.chapters),
        "card": card_facts(found),
    }


def card_facts(found: Probed) -> dict[str, object]:
    """What a card shows besides."""
    return {
        "key": found.key,
        "performer": found.performer,
        "direct": found.direct,
        "captions": found.captions[:LANGUAGES_OFFERED],
        "chapters": found.chapters[:CHAPTERS_OFFERED],
        "sounds": found.sounds,
        "refused": [asdict(choice) for choice in found.refused[:FORMS_OFFERED]],
        "published": found.published,
    }


def entry_facts(found: Probed, entry: Entry) -> dict[str, object]:
    """An entry of a list, or a part of a post; `locked` is what cannot be had."""
    barred = found.kind == "list" and not entry_links.entry_link(entry.url, "", BEST)
    return {**asdict(entry), "locked": entry.locked or barred}


def page_of(wish: Variant) -> int:
    """The page of a list that is wanted; 1 where none is."""
    return wish.page if wish.looks else 1


def is_ready(context: WorkerContext, keys: set[str], variant: str) -> bool:
    """Whether a media of one of these keys can be sent without a download."""
    return any(references.find(context.db, key, variant) for key in keys)


def spread(context: WorkerContext, lease: Lease, found: Probed, wish: Variant) -> None:
    """Create a request for each entry that was chosen."""
    chosen = found.entries[: context.settings.max_playlist]
    variant = str(wish.one)
    entries = [(one.place, entry_links.entry_link(one.url, one.title, variant)) for one in chosen]
    good = [(place, one) for place, one in entries if one is not None]
    if not good:
        raise Unsupported("no entry has an address", site=found.site)
    rest = lists.left_out(good[-1][0] + 1) if found.more else ""
    made = lists.spread(
        context.db,
        lease,
        good,
        title=found.title,
        found=rest,
        allowance=LiveAllowance(context.settings),
        now=clock.now(),
    )
    log.info("list.spread", job=lease.job, worker=context.name, entries=len(good), requests=made)
