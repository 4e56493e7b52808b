"""The methods of the Telegram API that the server answers, by theme."""

from importlib import import_module

THEMES = (
    "account",
    "bots",
    "buttons",
    "files",
    "inline",
    "invites",
    "peers",
    "reactions",
    "send",
    "talk",
    "topics",
)


def load() -> None:
    """Import every theme: that puts its methods into the registry."""
    for theme in THEMES:
        import_module(f"{__name__}.{theme}")
