"""What yt-dlp says while it works."""

from procs.engine.failures.exception_chain import plain

#: Warnings that are kept, and those that say nothing to us.
WARNINGS = 20
NOISE = ("Falling back on generic", "URL could be a direct video", "ffprobe not found")


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
