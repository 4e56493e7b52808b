"""Log lines: the event first, the facts after.

    2026-11-23T20:14:05.120Z INFO  job.done job=41 worker=w03-8124 attempt=1 took=7.41

Every process writes to its standard output; supervisord keeps and rotates the files.
"""

import logging
import re
import sys
import time
from typing import Any

LOGGER = logging.getLogger("chapar")

#: Texts that must never reach a log: a bot token, and a link's query (it may carry a signature).
SECRETS = (
    (re.compile(r"\b\d{6,12}:[A-Za-z0-9_-]{30,}\b"), "***token***"),
    (re.compile(r"(https?://)[^\s/@]+@"), r"\1***@"),
    (re.compile(r"(https?://[^\s?#\"']+)\?[^\s\"']*"), r"\1?***"),
    (re.compile(r"(postgres(?:ql)?://[^\s:/@]*:)[^\s/@]*(?=@)"), r"\1***"),
    (re.compile(r"(postgres(?:ql)?://\S*[?&]password=)[^\s&]*"), r"\1***"),
)
PLAIN = re.compile(r"^[^\s\"=]+$")


class LineFormatter(logging.Formatter):
    """Instant in UTC, level, line; a traceback follows on its own lines."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = f"{stamp}.{int(record.msecs):03d}Z {record.levelname:<5} {record.getMessage()}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return mask(line)


def mask(text: str) -> str:
    """`text` without tokens, passwords and the queries of links."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def start(level: str = "INFO") -> None:
    """Send all log lines of this process to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    LOGGER.setLevel(level)


def line(event: str, facts: dict[str, Any]) -> str:
    """`event key=value …`; values with spaces are quoted, None is left out."""
    return " ".join([event, *(f"{k}={value(v)}" for k, v in facts.items() if v is not None)])


def value(of: Any) -> str:
    if isinstance(of, float):
        return f"{of:.3f}".rstrip("0").rstrip(".")
    text = str(of)
    if PLAIN.match(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', "'").replace("\n", "\\n") + '"'


def info(event: str, **facts: Any) -> None:
    """Something that was expected happened."""
    LOGGER.info("%s", line(event, facts))


def warning(event: str, **facts: Any) -> None:
    """Something went wrong and was handled."""
    LOGGER.warning("%s", line(event, facts))


def error(event: str, *, trace: BaseException | None = None, **facts: Any) -> None:
    """Something went wrong that someone should look at."""
    LOGGER.error("%s", line(event, facts), exc_info=trace)
