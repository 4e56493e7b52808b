"""What an address alone tells about the main sites: whose it is, and which media it names.

One row per site. A site that is not here is called by its host, and its media by a hash of the
address; the engine then finds the true name of the media.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Site:
    """`hosts` without `www.` and `m.`; a pattern finds the media's id in `path?query`.

    `address` is how the site itself writes the address of `{id}`; empty where other parts of the
    address matter too and it is left as it came.
    """

    name: str
    hosts: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    address: str = ""
    noise: frozenset[str] = frozenset()


def site(name: str, hosts: str, *patterns: str, address: str = "", noise: str = "") -> Site:
    """One row of the table; hosts and names of noise are separated by spaces."""
    found = tuple(re.compile(p) for p in patterns)
    return Site(name, frozenset(hosts.split()), found, address, frozenset(noise.split()))


YOUTUBE_ID = r"(?P<id>[\w-]{11})(?![\w-])"

#: A key begins with the name the engine gives the site, so that both ways to it meet.
SITES = (
    site(
        "youtube",
        "youtube.com youtu.be music.youtube.com youtube-nocookie.com",
        rf"^/watch/?\?(?:.*&)?v={YOUTUBE_ID}",
        rf"^/(?:shorts|live|embed|v|e)/{YOUTUBE_ID}",
        rf"^/(?!(?:watch|playlist|channel|results)\b){YOUTUBE_ID}/?(?:\?|$)",
        address="https://www.youtube.com/watch?v={id}",
        noise="si feature pp ab_channel app t",
    ),
    site(
        "twitter",
        "twitter.com x.com mobile.twitter.com",
        r"^/(?:i/web|i|[\w]+)/status(?:es)?/(?P<id>\d+)",
        address="https://x.com/i/status/{id}",
        noise="s t ref_src ref_url",
    ),
    site(
        "instagram",
        "instagram.com",
        r"^/(?:[\w.]+/)?(?:p|reels?|tv)/(?P<id>[\w-]{5,})",
        address="https://www.instagram.com/p/{id}/",
        noise="igsh igshid img_index hl",
    ),
    site(
        "tiktok",
        "tiktok.com vm.tiktok.com vt.tiktok.com",
        r"^/@[\w.-]*/(?:video|photo)/(?P<id>\d+)",
        noise="is_from_webapp sender_device is_copy_url web_id _r _t",
    ),
    site("vimeo", "vimeo.com player.vimeo.com", r"^/(?:video/)?(?P<id>\d+)(?=[/?]|$)"),
    site(
        "dailymotion",
        "dailymotion.com dai.ly",
        r"^/(?:video/|embed/video/)(?P<id>[a-zA-Z0-9]+)",
        r"^/(?P<id>x[a-zA-Z0-9]+)/?(?:\?|$)",
        address="https://www.dailymotion.com/video/{id}",
    ),
    site("aparat", "aparat.com", r"^/v/(?P<id>\w+)", address="https://www.aparat.com/v/{id}"),
    site("soundcloud", "soundcloud.com on.soundcloud.com", noise="si in ref"),
    site("spotify", "open.spotify.com", noise="si nd"),
    site("facebook", "facebook.com fb.watch", noise="mibextid rdid share_url"),
    site("reddit", "reddit.com old.reddit.com", noise="share_id rdt"),
    site("twitch", "twitch.tv clips.twitch.tv"),
    site("vk", "vk.com vk.ru vkvideo.ru new.vk.com"),
)

#: Parameters that only tell who passed a link on. They change the address, not the media.
TRACKING = frozenset(
    {
        *("fbclid", "gclid", "dclid", "gbraid", "wbraid", "yclid", "msclkid", "ttclid", "twclid"),
        *("igsh", "igshid", "mc_cid", "mc_eid", "vero_id", "wickedid", "_hsenc", "_hsmi"),
    }
)
TRACKING_PREFIX = "utm_"

BY_NAME = {row.name: row for row in SITES}
BY_HOST = {host: row for row in SITES for host in row.hosts}


def of_host(host: str) -> Site | None:
    """The row of a host, with or without `www.` or `m.` in front."""
    return BY_HOST.get(bare(host))


def is_of(host: str, name: str) -> bool:
    """Whether an answer is that of a site we know by this name; "" for a host that is not known
    counts as its own. Any other name is a host's, whose pages anybody may have written."""
    row = BY_NAME.get(name)
    if row is None or not host:
        return row is not None
    return any(f".{host}".endswith(f".{own}") for own in row.hosts)


def bare(host: str) -> str:
    """`host` without the prefixes that mean nothing."""
    for prefix in ("www.", "m."):
        if host.startswith(prefix) and "." in host[len(prefix) :]:
            host = host[len(prefix) :]
    return host


def spoken(url: str) -> str:
    """An address as people call it: without what everybody skips."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = (rest if mark else scheme).partition("/")
    return f"{bare(host)}{slash}{path}".rstrip("/")


def media_id(row: Site, path: str, query: str) -> str:
    """The id of the media that the address names, or nothing."""
    place = f"{path}?{query}" if query else path
    found = (pattern.search(place) for pattern in row.patterns)
    return next((match["id"] for match in found if match), "")


def without_noise(query: str, noise: Iterable[str]) -> str:
    """`query` without tracking parameters, the others as they were and in their order."""
    return "&".join(pair for pair in query.split("&") if pair and not is_noise(pair, noise))


def is_noise(pair: str, noise: Iterable[str]) -> bool:
    """Whether a pair of a query only tracks: by the names known for all sites, or those of this
    one."""
    name = pair.split("=", 1)[0].lower()
    decoded = next((key.lower() for key, _ in parse_qsl(f"{name}=1")), name)
    return decoded in TRACKING or decoded in noise or decoded.startswith(TRACKING_PREFIX)
