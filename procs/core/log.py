"""Log lines: the event first, the facts after.

    2026-11-23T20:14:05.120Z INFO  job.done job=41 worker=w03-8124 attempt=1 took=7.41

Or one JSON object a line, with the same facts:

    {"time":"2026-11-23T20:14:05.120Z","level":"INFO","event":"job.done","job":41,"took":7.41}

Every process writes to its standard output; supervisord keeps and rotates the files, or passes
lines on to its own standard error.
"""

import logging
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from procs.core import codec

LOGGER = logging.getLogger("chapar")

#: How addresses begin that links, streams, proxies and servers have.
SCHEME = r"(?:https?|ftps?|sftp|rt[ms]\w*|mms\w*|wss?|srt|socks\w*|smtps?)://"
#: A quotation mark, where it is of the address and not of what stands around it: `Don't?sig=…`.
QUOTE = r"[\"'](?![\s,;:.)\]}>]|$)"
#: An address up to its query, and that. It is matched as a whole, with a query or without: one that
#: failed at its end would be looked through again from each scheme within it.
WHOLE_ADDRESS = re.compile(
    rf"({SCHEME}(?:[^\s?\"']++|{QUOTE})++)(\?(?:[^\s\"']++|{QUOTE})*+)?", re.IGNORECASE
)


def without_query(found: re.Match[str]) -> str:
    """An address without its query."""
    return f"{found[1]}?***" if found[2] else found[0]


#: Of a database's address: the password up to the last @, whatever it is made of, and parameters of
#: libpq that are secrets (postgresql.org/docs/current/libpq-connect.html).
A_PASSWORD = re.compile(r"\A(\w+://[^\s:/@]*:)\S*(?=@)")
SECRET_PARAMETERS = re.compile(
    r"([?&](?:(?:ssl)?password|oauth_client_secret|scram_(?:client|server)_key)=)[^\s&]*", re.I
)


def without_passwords(found: re.Match[str]) -> str:
    """The address of a database without its secrets."""
    return SECRET_PARAMETERS.sub(r"\1***", A_PASSWORD.sub(r"\1***", found[0]))


#: Texts that must never reach a log: a bot token (also within the path of an address), a link's
#: query (it may carry a signature), and the password of a proxy, a mail server or a database.
A_TOKEN = re.compile(r"(?<!\d)\d{6,12}(?::|%3A)[A-Za-z0-9_-]{30,}", re.I)
IN_ADDRESSES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(rf"({SCHEME})[^\s/?#]+@", re.I), r"\1***@"),
    (WHOLE_ADDRESS, without_query),
    (re.compile(r"postgres(?:ql)?://\S++", re.I), without_passwords),
)
#: The words of CHAPAR_LOG_FORM.
LOG_FORMS, LOG_PLACES = ("logfmt", "json"), ("files", "stderr")
PLAIN = re.compile(r"^[^\s\"=]+$")
#: Signs that end a line for some reader, or that a terminal obeys: escaped as JSON has them. A tab
#: and the end of a line stay, which tracebacks have.
CONTROLS = {
    sign: f"\\u{sign:04x}"
    for sign in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
    if chr(sign) not in "\t\n"
}
#: The levels as syslog(3) has them: the journal reads them in front of a line (sd-daemon(3)).
PRIORITIES = {"DEBUG": 7, "INFO": 6, "WARNING": 4, "ERROR": 3, "CRITICAL": 2}


@dataclass(frozen=True, slots=True)
class LogForm:
    """`json`: a JSON object on each line, not logfmt. `stderr`: into the standard error of `chapar
    up`, for the journal, not into files that are rotated."""

    json: bool = False
    stderr: bool = False


def form(text: str) -> LogForm:
    """The form that CHAPAR_LOG_FORM names: a word of each kind at most, in any order. Raises
    ValueError."""
    words = text.lower().split()
    for kind in (LOG_FORMS, LOG_PLACES):
        if sum(word in kind for word in words) > 1:
            raise ValueError(f"{text!r}: {' and '.join(kind)} cannot both be; write one of them")
    wrong = [word for word in words if word not in (*LOG_FORMS, *LOG_PLACES)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is unknown; write logfmt or json, and files or stderr")
    return LogForm(json="json" in words, stderr="stderr" in words)


class LineFormatter(logging.Formatter):
    """Instant in UTC, level, line; a traceback follows on its own lines."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{stamp(record)} {record.levelname:<5} {record.getMessage()}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        line = mask(line).translate(CONTROLS)
        return line.encode(errors="backslashreplace").decode()  # names need not be text


class JsonFormatter(logging.Formatter):
    """One JSON object: time, level, event, the facts, and a traceback as `trace`. Of a library,
    which has no event, its name and its message."""

    def format(self, record: logging.LogRecord) -> str:
        event = getattr(record, "event", None)
        facts = getattr(record, "facts", {})
        whole = {
            "time": stamp(record),
            "level": record.levelname,
            **({"event": event} if event else {"event": record.name, "text": record.getMessage()}),
            **{key: plain(fact) for key, fact in facts.items() if fact is not None},
        }
        if record.exc_info:
            whole["trace"] = self.formatException(record.exc_info)
        masked = {k: mask(v) if isinstance(v, str) else v for k, v in whole.items()}
        return codec.line(masked).translate(CONTROLS)


class JournalFormatter(logging.Formatter):
    """Another formatter's lines, each behind its priority."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        head = f"<{PRIORITIES.get(record.levelname, 6)}>"
        return "\n".join(head + line for line in self.inner.format(record).split("\n"))


def stamp(record: logging.LogRecord) -> str:
    """The instant of a record in UTC, to the millisecond."""
    second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{second}.{int(record.msecs):03d}Z"


def plain(fact: Any) -> Any:
    """A fact as JSON has it: numbers and truths stay, a long fraction is cut, the rest is text."""
    if isinstance(fact, float):
        return round(fact, 3)
    return fact if isinstance(fact, bool | int) else str(fact)


def mask(text: str) -> str:
    """`text` without tokens, passwords and the queries of links."""
    text = A_TOKEN.sub("***token***", text)
    if "://" in text:  # most lines have no address
        for pattern, instead in IN_ADDRESSES:
            text = pattern.sub(instead, text)
    return text


def start(level: str = "INFO", form: LogForm | None = None) -> None:
    """Send all log lines of this process to standard output; for the journal with priorities."""
    form, handler = form or LogForm(), logging.StreamHandler(sys.stdout)
    written = JsonFormatter() if form.json else LineFormatter()
    handler.setFormatter(JournalFormatter(written) if form.stderr else written)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    LOGGER.setLevel(level)
    leave_out_origins()


def leave_out_origins() -> None:
    """Have no line's thread, process and place in the source be found out, which none of ours shows
    (docs.python.org/3/howto/logging.html, "Optimization")."""
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def line(event: str, facts: dict[str, Any]) -> str:
    """`event key=value …`; values with spaces are quoted, None is left out."""
    return " ".join([event, *(f"{k}={value(v)}" for k, v in facts.items() if v is not None)])


def value(of: Any) -> str:
    """A fact as it stands in a line: floats to the millisecond, in quotes whatever has spaces or
    signs."""
    if isinstance(of, float):
        return f"{of:.3f}".rstrip("0").rstrip(".")
    text = str(of)
    if PLAIN.match(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', "'").replace("\n", "\\n") + '"'


def info(event: str, **facts: Any) -> None:
    """Something that was expected happened."""
    write(logging.INFO, event, facts)


def warning(event: str, **facts: Any) -> None:
    """Something went wrong and was handled."""
    write(logging.WARNING, event, facts)


def error(event: str, *, trace: BaseException | None = None, **facts: Any) -> None:
    """Something went wrong that someone should look at."""
    write(logging.ERROR, event, facts, trace)


def write(
    level: int, event: str, facts: dict[str, Any], trace: BaseException | None = None
) -> None:
    """Log an event with its facts; both formatters find them in the record's `event` and
    `facts`. The record is made here: the library's way to it is a tenth of a line's cost."""
    if LOGGER.isEnabledFor(level):
        why = (type(trace), trace, trace.__traceback__) if trace else None
        record = logging.LogRecord(LOGGER.name, level, "", 0, line(event, facts), None, why)
        record.__dict__.update(event=event, facts=facts)
        LOGGER.handle(record)
