"""Phrases by which sites refuse, and the class that each means. Data only.

The words are those of the extractors and, behind them, of the sites themselves. A site's own rows
are asked first, in their order; they are whole phrases, for they also see the words of wrappers
around an HTTP status. ALL is asked last, and reads single words.
"""

from procs import errors
from procs.errors import JobError

Rows = tuple[tuple[type[JobError], str], ...]

SITES: dict[str, Rows] = {
    "youtube": (
        (errors.BotCheck, r"confirm you.re not a bot|captcha challenge|IP is likely being blocked"),
        (errors.SiteBusy, r"rate.limited by YouTube|content isn.t available, try again later"),
        (
            errors.GeoBlocked,
            r"in your country|blocked it in your|not available in your (?:country|location)",
        ),
        (
            errors.LoginNeeded,
            r"confirm your age|members.only|Music Premium members|requires? payment|to watch this"
            r" (?:video|live stream)[^.]*purchase|purchase this|age.restricted|Please sign in",
        ),
        (errors.Gone, r"private video|video is private|live stream recording is not available"),
        (errors.LiveNow, r"live event|premieres? (?:in|will)|waiting for .*live|is offline"),
        (errors.NotReady, r"processing this video|check back later"),
        (
            errors.ExtractorBroken,
            r"page needs to be reloaded|not available on this app|on other websites has been"
            r"|only images are available|n challenge|player response",
        ),
    ),
    "instagram": (
        (errors.SiteBusy, r"exceeded the rate.limit|wait a few minutes"),
        (errors.Gone, r"registered users who follow this account|page isn.t available"),
        (errors.LoginNeeded, r"empty media response|restricted video|content is unreachable"),
        (errors.Unsupported, r"no video in this post|missing a highlight"),
    ),
    "tiktok": (
        (errors.GeoBlocked, r"IP address is blocked from accessing this post"),
        (errors.Gone, r"permission to view this post|(?:is|either) private|livestream has ended"),
        (errors.Unsupported, r"does not have any videos"),
        (errors.LoginNeeded, r"fresh cookies"),
    ),
    "twitter": (
        (errors.SiteBusy, r"rate limit exceeded"),
        (errors.LoginNeeded, r"NSFW tweet|age.restricted|log in to (?:X|twitter)"),
        (
            errors.Gone,
            r"protected tweet|limits who can view|no longer exists|suspended account"
            r"|deleted by the|replay is disabled|broadcast no longer|space not found",
        ),
        (errors.LiveNow, r"not (?:yet )?started(?: yet)?|not downloadable yet"),
        (errors.Unsupported, r"no video could be found|is not a video"),
        (errors.SiteBroken, r"over ?capacity|internal (?:server )?error|timeout: unspecified"),
        (errors.ExtractorBroken, r"guest token|could not authenticate"),
    ),
    "facebook": (
        (errors.LoginNeeded, r"you must (?:log|sign) in|only available for registered users"),
        (errors.Gone, r"content isn.t available|video is not available, facebook said"),
        (errors.ExtractorBroken, r"cannot parse data"),
    ),
    "soundcloud": (
        (errors.GeoBlocked, r"geo restriction"),
        (errors.ExtractorBroken, r"client id"),
        (errors.Gone, r"track was not found|maybe it has been removed"),
    ),
    "reddit": (
        (errors.BotCheck, r"IP address is unable to access|blocked by network security"),
        (errors.Gone, r"private subreddit|reason given: \w+"),
        (errors.LoginNeeded, r"quarantined subreddit|authentication is required"),
        (errors.Unsupported, r"no media found"),
        (errors.NotReady, r"video is processing"),
    ),
    "vimeo": (
        (errors.BotCheck, r"TLS fingerprint|data ?center IP"),
        (errors.GeoBlocked, r"needed due to your location"),
        (errors.Gone, r"protected by a password|wrong (?:video )?password|not been made available"),
        (errors.LiveNow, r"live event is scheduled"),
        (errors.Unsupported, r"embed-only video|no vimeo embed"),
        (errors.LoginNeeded, r"only works when logged.in"),
    ),
    "twitch": (
        (errors.GeoBlocked, r"geo.?block"),
        (errors.LoginNeeded, r"subscriber-only|unauthorized_entitlements|manifest_restricted"),
        (errors.Gone, r"does not exist|clip is no longer|channel .* not found"),
        (errors.LiveNow, r"not currently live|is offline"),
    ),
    "aparat": ((errors.Gone, r"حذف شده|وجود ندارد|خصوصی"),),
    "dailymotion": (
        (errors.Gone, r"password protected|content rejected|deleted by the owner|private content"),
        (errors.NotReady, r"being (?:processed|encoded)"),
    ),
    "vk": (
        (errors.Gone, r"access denied to video|has been removed|author has been blocked"),
        (errors.GeoBlocked, r"not available in your region"),
        (errors.NotReady, r"temporarily unavailable"),
        (errors.BotCheck, r"unusual location"),
    ),
}

#: Said by wrappers around a status that alone would mislead.
WRAPPER_PHRASES: Rows = (
    (errors.Forbidden, r"no connection adapters were found"),  # a redirect out of the web
    (errors.BotCheck, r"anti-bot|generic:impersonate|TLS fingerprint"),
    (errors.SiteFiltered, r"access to this webpage has been blocked"),
    (errors.RedirectLoop, r"redirect loop|exceeded \d+ redirects|too many redirects"),
    (errors.Empty, r"did not get any data blocks|downloaded file is empty"),
    (errors.BrokenOff, r"bytes read, \d+ more expected|incomplete ?read|in the place of a piece"),
    (errors.Unsupported, r"initialization fragment found after"),
)

#: Of the sites above: they gave addresses, and do not take them. Our reader knows them no more.
STALE: Rows = ((errors.ExtractorBroken, r"unable to download video data: HTTP Error 403"),)

GENERAL_PHRASES: Rows = (
    (errors.Drm, r"\bDRM\b"),
    (
        errors.SiteBusy,
        r"rate.?limit|too many requests|HTTP Error 429|temporarily blocked"
        r"|try again (?:later|in a few minutes)",
    ),
    (
        errors.BotCheck,
        r"not a (?:ro)?bot|captcha|unusual traffic|are (?:you )?human"
        r"|your IP (?:address )?(?:is|may be|has been) (?:likely )?(?:being )?blocked",
    ),
    (errors.Gone, r"private (?:video|account|subreddit|post|playlist)|protected by a password"),
    (
        errors.LoginNeeded,
        r"--cookies|sign in|log ?in\b|logged.in|registered users|members?.only"
        r"|subscribers?.only|age.restrict|authenticat|join this channel|purchase|not authorized",
    ),
    (
        errors.GeoBlocked,
        r"geo.?(?:restrict|block)|in your (?:country|region|location|territory)"
        r"|from your (?:country|region|location)|certain (?:countries|regions)",
    ),
    (
        errors.LiveNow,
        r"live event|premieres? in|not currently live|is offline|live ?stream|live broadcast",
    ),
    (errors.NotReady, r"(?:is|being|still) (?:processing|processed|encoded)"),
    (errors.NoSuchVariant, r"requested format is not available"),
    (errors.DiskFull, r"no space left|disk quota"),
    (errors.TooLarge, r"file too large|larger than max-filesize"),
    (
        errors.ExtractorBroken,
        r"unable to extract|failed to parse|no video formats found|signature|nsig"
        r"|an extractor error has occurred",
    ),
    (
        errors.Unsupported,
        r"unsupported url|not a valid url|there is no video|no (?:media|video) (?:found|in|could)"
        r"|no supported (?:media|format)",
    ),
    (
        errors.Gone,
        r"unavailable|(?:not|n.t) available|removed|deleted|does ?n[o']t exist|not found|terminated"
        r"|private|no longer|HTTP Error 4(?:04|10)|suspended|expired",
    ),
    (errors.NetworkBroken, r"\bproxy\b|\bSOCKS|tunnel connection"),
    (errors.TlsBroken, r"certificate|SSL:|\bTLS\b"),
    (errors.SiteBroken, r"HTTP Error 5\d\d"),
    (
        errors.NetworkBroken,
        r"timed? ?out|connection (?:was )?(?:reset|refused|aborted|broken|closed)|remote end closed"
        r"|name or service|name resolution|getaddrinfo|unreachable|giving up after|empty reply"
        r"|network error|unable to continue",
    ),
    (errors.ProcessingFailed, r"ffmpeg|ffprobe|postprocessing|invalid data|conversion failed"),
)
