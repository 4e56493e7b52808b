"""Recognises pages that answer 200 and show a wall: sign-ins, robot checks, consent. Tables, and
pure.

The words of a page are many people's. So they are believed where a page says little else.
"""

import re
from urllib.parse import urlsplit

from procs import errors
from procs.engine.webpage.page_text import Page
from procs.errors import JobError

#: Letters of a page that says nothing but that.
LITTLE = 800
LOGIN = (
    r"(?:log|sign)(?:ed)?[ -]?in\b|\blogin\b|authenticat|members?[ -]only|registered users"
    r"|ورود به|وارد شوید|وارد حساب|ثبت[‌ ]?نام کنید|لاگین"
)
Rows = tuple[tuple[type[JobError], str], ...]
ROWS: Rows = (
    (
        errors.BotCheck,
        r"just a moment|attention required|checking (?:your|if the site)|verify(?:ing)? (?:that )?"
        r"you are (?:a )?human|are you (?:a )?(?:human|robot)|not a robot|captcha|unusual traffic"
        r"|enable javascript and cookies to continue|ddos protection|ربات نیستید",
    ),
    (
        errors.LoginNeeded,
        r"(?:must|need to|have to|please|you.re not) (?:be )?(?:log|sign)(?:ged|ned)?[ -]?in"
        r"|(?:log|sign)[ -]?in (?:to|or) |login (?:required|to)|members?[ -]only"
        r"|(?:registered users|subscribers?|paying (?:readers|members)) only|only for (?:members"
        r"|subscribers|registered)|subscribe to (?:continue|read|watch|view|unlock)"
        r"|available to (?:subscribers|members)|become a (?:member|subscriber) to"
        r"|وارد (?:حساب|سایت|شوید)|ابتدا وارد|(?:اشتراک|عضویت) (?:تهیه|بخرید|لازم|ویژه)"
        r"|ویژه(?:ٔ|‌ی| ی)? (?:اعضا|مشترک)",
    ),
    (
        errors.GeoBlocked,
        r"(?:not|n.t|isn’t) available in your (?:country|region|location)"
        r"|(?:blocked|restricted) in your (?:country|region)|در کشور شما در دسترس نیست",
    ),
    (
        errors.ConsentNeeded,
        r"age (?:verification|check|gate)|verify your age|(?:are you|i am|you must be)"
        r"(?: at least| over)? ?(?:18|21)|18 years|adults? only"
        r"|accept (?:all )?(?:the )?cookies|before you continue|cookie (?:consent|wall)"
        r"|agree to (?:our|the) (?:terms|use of cookies)|سن خود را|بالای ۱۸",
    ),
    (
        errors.NoSuchFile,
        r"(?:page|file|video|content) (?:was |could )?(?:not (?:be )?found|does not exist)"
        r"|\b404\b|صفحه (?:مورد نظر )?(?:یافت|پیدا) نشد",
    ),
)
#: Phrases that leave no doubt, whatever else is on the page: in its few words, in its title.
SURE: Rows = (
    (
        errors.LoginNeeded,
        r"(?:must|need to|have to|please) (?:be )?(?:log|sign)(?:ged|ned)?[ -]?in\b[^.]{0,30}"
        r"\bto (?:view|see|watch|continue|access|read|download)"
        r"|برای (?:مشاهده|دیدن|تماشا|دانلود)[^.]{0,40}(?:وارد|عضو)",
    ),
)
CERTAIN_ERRORS = (errors.BotCheck, errors.NoSuchFile)
#: Marks in a page's own text, where it has next to no words.
CHALLENGE = re.compile(r"cdn-cgi/challenge|g-recaptcha|h-captcha|cf-turnstile|_cf_chl", re.I)
#: Addresses of sign-ins, to which somebody is led who wanted something else.
DOOR = re.compile(r"/(?:log-?in|sign-?in|auth|accounts?/login|session/new|sso|wp-login)\b", re.I)


def surely(page: Page, asked: str) -> JobError | None:
    """The wall that certainly hides a page which came under another address than was `asked`,
    whatever pictures it shows; None for nothing."""
    if page.password and (re.search(LOGIN, page.title, re.I) or is_led(page, asked)):
        return errors.LoginNeeded(f"the page is a sign-in: {page.title}")
    named = tuple(row for row in ROWS if row[0] in CERTAIN_ERRORS)
    few = page.words if len(page.words) <= LITTLE else ""
    return error_in_words(named, page.title, page) or error_in_words(SURE, few, page)


def likely(page: Page, text: str) -> JobError | None:
    """The same of a page that shows nothing else: what its few words say. `text` is the page as it
    came."""
    if len(page.words) > LITTLE:
        return None
    if CHALLENGE.search(text):
        return errors.BotCheck(f"the page is a check: {page.title}")
    if page.password:
        return errors.LoginNeeded(f"the page has a field for a password: {page.title}")
    return error_in_words(ROWS, f"{page.title}\n{page.words}", page)


def met(page: Page, text: str, asked: str) -> JobError | None:
    """Either of them."""
    return surely(page, asked) or likely(page, text)


def error_in_words(rows: Rows, words: str, page: Page) -> JobError | None:
    """The error of the first pattern that the page's text matches; None for no match."""
    for kind, pattern in rows:
        if found := re.search(pattern, words, re.I):
            return kind(f"the page says {found[0]!r}: {page.title}")
    return None


def is_led(page: Page, asked: str) -> bool:
    """Whether the request was redirected to a page for signing in."""
    return urlsplit(page.url).path != urlsplit(asked).path and bool(DOOR.search(page.url))
