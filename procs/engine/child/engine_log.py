"""What yt-dlp says while it works."""

import re

from yt_dlp import YoutubeDL

from procs.engine.failures.classify import judged
from procs.engine.failures.exception_chain import plain
from procs.engine.protocol.messages import Order
from procs.errors import ExtractorBroken, Unsupported

#: Warnings that are kept, and those that say nothing to us.
WARNINGS = 20
NOISE = ("Falling back on generic", "URL could be a direct video", "ffprobe not found")
#: What yt-dlp says when a form was left out for want of a token, and of why there is none: a
#: provider's own words, which say more.
UNTOKENED = "PO Token which was not provided"
PROVIDER = re.compile(r"Error fetching PO Token|\[pot:")


class EngineLog:
    """What yt-dlp says while it works: warnings are kept, the rest is noise."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, text: str) -> None:
        """Not kept."""

    def warning(self, text: str) -> None:
        """Keep a warning, shortened, unless it is NOISE or there are WARNINGS of them."""
        if len(self.warnings) < WARNINGS and not any(noise in text for noise in NOISE):
            self.warnings.append(plain(text))

    def error(self, text: str) -> None:
        """Not kept: it comes as an exception too."""

    def token_fault(self) -> str:
        """Why there was no token for forms that were left out for want of one; nothing where none
        were."""
        left_out = [text for text in self.warnings if UNTOKENED in text]
        said = [text for text in self.warnings if PROVIDER.search(text)]
        return next(iter(said or left_out)) if left_out else ""


def untokened(ydl: YoutubeDL, order: Order, error: Exception) -> str:
    """Why a site has no form for the players that the operator named: there was no token for it,
    and our reader may be well. Of yt-dlp's own players some always want one; "" then, and for what
    has another cause."""
    is_empty = isinstance(judged(error), (ExtractorBroken, Unsupported))
    return str(ydl.params["logger"].token_fault()) if order.clients and is_empty else ""
