"""What the words of a scenario file may mean. Each mistake is a sentence with its place and its
fix, and all of them are told at once, before anything is started."""

import reprlib
from collections.abc import Callable, Iterator
from typing import Any

from procs.config.setting_table import TABLE

#: Kinds of links. `known`: Telegram has it already; `slow`: by its source; `broken`: nothing comes.
KINDS = ("known", "film", "list", "album", "sound", "clip", "slow", "broken")
#: What people do beside asking. `press`: a page whose card they answer; `join`: ask for the film
#: that somebody else just asked for; `block`: block the bot right after asking.
DEEDS = ("cancel", "press", "join", "block")
HOURS = 24
#: Bytes of a file that Telegram takes, and by how many the films of one size differ from it.
LARGEST, APART = 2_000_000_000, 1 << 20
#: Beyond it nothing of a scenario can be counted with; each of the known links is fetched first.
HUGE, MOST_KNOWN = 1e15, 10_000
#: The figures that a goal may be about: times by what is timed, and what else a run comes to. The
#: drift is by how much the p95 of the last third is above that of the first.
TIMED = (*KINDS[:-1], "answer", "sign")
POINTS = ("p50", "p95", "p99", "p99.9", "max", "drift")
FIGURES = (
    *("cores", "cpu_ms_per_request", "pss_max_mib", "disk_max_mib", "wal_max_mib", "budget_max_s"),
    *("lock_errors", "lock_waits", "asked_per_second", "generator_late_max_s"),
)
SETTINGS = {one.field: one for one in TABLE}
#: Settings by which the load makes the stack its own: with others it would not come up, or not be
#: the one that is measured.
OWN = (
    *("home", "database_url", "database_direct_url", "machine", "roles", "sites"),
    *("telegram_server", "telegram_server_key", "api_id", "api_hash", "bot_token"),
    *("allowed_networks", "allowed_ports", "upstream_proxy"),
)
#: Settings that name things of the operator's, outside of the stack's home: a load would write into
#: the backups that are kept, delete the old ones among them, run a command, alert people, tell a
#: monitor that all is well, or answer in place of the Chapar that serves.
OUTSIDE = (
    *("backup_folder", "backup_key_file", "backup_command", "metrics", "metrics_textfile"),
    *("alert_webhook", "alert_mail", "heartbeat_url"),
)

Facts = dict[str, Any]


def complaints(facts: Facts) -> list[str]:
    """All that is wrong with the tables of a scenario file whose words are known."""
    found = [*words(facts), *numbers(facts), *shares(facts), *curve(facts), *bursts(facts)]
    return [*found, *settings(facts), *goals(facts)]


def is_number(value: Any) -> bool:
    """A number that can be counted with; TOML has `inf` and `nan` too, and any number of digits."""
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return is_one and -HUGE < value < HUGE


def is_whole(value: Any) -> bool:
    """A whole number."""
    return isinstance(value, int) and is_number(value)


def told(value: Any) -> str:
    """A wrong value as a complaint names it: its beginning, where it is long."""
    try:
        return reprlib.repr(value)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "one of thousands of digits"


#: Which numbers a word takes: what it is called, and whether a value is one.
NUMBERS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "seconds": ("a number above 0", lambda one: is_number(one) and one > 0),
    "day": ("a number from 1 on", lambda one: is_number(one) and one >= 1),
    "drain": ("a number above 0", lambda one: is_number(one) and one > 0),
    "per_second": ("a number from 0 on", lambda one: is_number(one) and one >= 0),
    "people": ("a whole number from 1 on", lambda one: is_whole(one) and one > 0),
    "rate": ("a whole number from 1 on", lambda one: is_whole(one) and one > 0),
    "known_links": (
        f"a whole number from 1 to {MOST_KNOWN:,}",
        lambda one: is_whole(one) and 0 < one <= MOST_KNOWN,
    ),
    "site_concurrency": ("a whole number from 1 on", lambda one: is_whole(one) and one > 0),
    "seed": ("a whole number", is_whole),
}


def words(facts: Facts) -> Iterator[str]:
    """The title, and whether they are newcomers."""
    if not isinstance(facts.get("title", "x"), str) or not facts.get("title", "x"):
        yield "title is a text in quotes"
    if not isinstance(facts.get("newcomers", False), bool):
        yield "newcomers is true or false"


def numbers(facts: Facts) -> Iterator[str]:
    """Words that are one number."""
    for name, (what, fits) in NUMBERS.items():
        if name in facts and not fits(facts[name]):
            yield f"{name} is {what}, not {told(facts[name])}"


def shares(facts: Facts) -> Iterator[str]:
    """Tables of shares: of kinds and sizes any weights, of deeds parts of one."""
    for name, known in (("kinds", KINDS), ("deeds", DEEDS), ("sizes", ())):
        table = facts.get(name, {})
        if not isinstance(table, dict):
            yield f"{name} is a table of shares, as {{ {(*known, '1400000')[0]} = 1 }}"
            continue
        strange = [one for one in table if known and one not in known]
        if strange:
            yield f"unknown {', '.join(strange)} in {name}; there are {', '.join(known)}"
        for one, share in table.items():
            if not is_number(share) or share < 0:
                yield f"{name}.{one} is a number from 0 on, not {told(share)}"
    deeds = facts.get("deeds", {})
    parts = [one for one in deeds.values() if is_number(one)] if isinstance(deeds, dict) else []
    if sum(parts) > 1 + 1e-9:
        yield f"deeds are parts of one, and come to {sum(parts):g}"
    if isinstance(sizes := facts.get("sizes", {}), dict):
        wrong = (one for one in sizes if not is_size(one))
        yield from (f"{told(one)} in sizes is no number of bytes" for one in wrong)
        large = (one for one in sizes if is_size(one) and is_large(one))
        yield from (f"{told(one)} in sizes is too large; Telegram takes {LARGEST}" for one in large)


def is_size(word: str) -> bool:
    """Whether a word is a number of bytes."""
    return word.isascii() and word.isdigit() and bool(word.strip("0"))


def is_large(size: str) -> bool:
    """Whether Telegram takes no file of so many bytes, which may have any number of digits."""
    digits = size.lstrip("0")
    return len(digits) > len(str(LARGEST)) or int(digits) > LARGEST


def curve(facts: Facts) -> Iterator[str]:
    """The factors over a day."""
    factors = facts.get("curve", [])
    if not isinstance(factors, list) or (factors and len(factors) != HOURS):
        yield f"a curve has {HOURS} factors, one an hour"
    elif not all(is_number(one) and one >= 0 for one in factors):
        yield "a curve has numbers from 0 on"
    elif factors and not any(factors):
        yield "a curve of zeros brings nobody; let one factor be above 0"


def bursts(facts: Facts) -> Iterator[str]:
    """Each with its instant and how many come."""
    found = facts.get("bursts", [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        yield "bursts is a list of tables, as [{ at = 1, count = 100, within = 1 }]"
        return
    lasts: Any = facts.get("seconds")
    for one in found:
        if is_number(lasts) and is_number(one.get("at")) and one["at"] >= lasts > 0:
            yield f"a burst at {one['at']} comes after the {lasts} seconds of the load"
        if strange := sorted(one.keys() - {"at", "count", "within"}):
            yield f"unknown {', '.join(strange)} in a burst; it has at, count, within"
        if not is_number(one.get("at")) or one["at"] < 0:
            yield f"at of a burst is a second from 0 on, not {told(one.get('at'))}"
        if not is_whole(one.get("count")) or one["count"] < 1:
            yield f"count of a burst is a whole number from 1 on, not {told(one.get('count'))}"
        if not is_number(one.get("within", 1)) or one.get("within", 1) < 0:
            yield f"within of a burst is a number of seconds, not {told(one['within'])}"


def settings(facts: Facts) -> Iterator[str]:
    """Settings of the product, by its own table."""
    table = facts.get("settings", {})
    if not isinstance(table, dict):
        yield 'settings is a table, as { workers = "2" }'
        return
    for name, value in table.items():
        if name not in SETTINGS:
            yield f"there is no setting CHAPAR_{name.upper()}"
            continue
        if name in OWN:
            yield f"CHAPAR_{name.upper()} is the load's own; leave it out"
            continue
        if name in OUTSIDE or SETTINGS[name].secret:
            yield f"CHAPAR_{name.upper()} is about what is yours beside the load; leave it out"
            continue
        try:
            meant = SETTINGS[name].value(text_of(value))
        except ValueError as error:
            yield f"CHAPAR_{name.upper()}: {error}"
            continue
        if name == "max_file_size" and meant is not None and meant < (least := largest(facts)):
            yield f"CHAPAR_MAX_FILE_SIZE refuses the largest of sizes; let it be {least} or more"


def largest(facts: Facts) -> int:
    """Bytes of the largest film that comes, with what tells it from others of its size."""
    sizes = facts.get("sizes", {"1400000": 1.0})
    table = sizes.items() if isinstance(sizes, dict) else ()
    found = [int(one) for one, share in table if share and is_size(one) and not is_large(one)]
    return max(found, default=0) + APART


def text_of(value: Any) -> str:
    """A value of TOML as the environment has it."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def goals(facts: Facts) -> Iterator[str]:
    """The most that figures may be; one that no run has would always be missed."""
    table = facts.get("goals", {})
    if not isinstance(table, dict):
        yield "goals is a table, as { answer_p95_s = 1.0 }"
        return
    for name, most in table.items():
        if name not in FIGURES and not is_time(name):
            kinds, points = ", ".join(TIMED), ", ".join(POINTS)
            yield (
                f"no run has a figure {name}; there are KIND_POINT_s (of {kinds}; {points}),"
                f" {', '.join(FIGURES)}"
            )
        elif name not in FIGURES and not comes(name, facts):
            yield f"goals.{name} is about links that nobody sends; give them a share of kinds"
        if not is_number(most):
            yield f"goals.{name} is a number, not {told(most)}"


def comes(name: str, facts: Facts) -> bool:
    """Whether links of the kind that a time is about have a share; all have answers and signs."""
    what = name.removesuffix("_s").rpartition("_")[0]
    kinds = facts.get("kinds", {"film": 1.0})
    return what not in KINDS or not isinstance(kinds, dict) or bool(kinds.get(what))


def is_time(name: str) -> bool:
    """Whether a name is that of a time: what is timed, and which point of it."""
    what, _, point = name.removesuffix("_s").rpartition("_")
    return name.endswith("_s") and what in TIMED and point in POINTS
