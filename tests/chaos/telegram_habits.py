"""What happens besides deaths at a Telegram that is sloppy, or not the one we know."""

from random import Random
from typing import Any

from tests.sandbox.telegram.control import Control

ODDITIES = ("drop", "salts", "sessions", "difference", *("habit",) * 8)
HABITS: tuple[dict[str, Any], ...] = (
    {"counts": [2, 0], "late": 0.5},
    {"counts": [0, 2], "late": 0.5, "twice": 0.3},
    {"lost": 0.3, "late": 0.3, "twice": 0.3},
    {"lost": 0.5, "counts": [2, 0]},
    {"shape": "short", "lost": 0.2},
    {"shape": "min", "late": 0.5},
    {"shape": "gzip", "twice": 0.5},
    {"shape": "mixed", "late": 0.5},
    {"shape": "unknown"},
    {"shape": "too long", "lost": 0.3},
    {"shape": "answers"},
    {"announces": True, "lost": 0.3},
    {"refused": ["empty"]},
    {"refused": ["empty", "self"], "counts": [2, 0], "late": 0.5},
    {"refused": ["chat", "self"]},
)


async def oddity(telegram: Control, dice: Random) -> str:
    """Let one of them happen; its name."""
    what = dice.choice(ODDITIES)
    match what:
        case "drop":
            await telegram.drops_connections()
        case "salts":
            await telegram.renews_salts()
        case "sessions":
            await telegram.loses_sessions()
        case "difference":
            times = dice.randint(1, 12)
            await telegram.fails("updates.getDifference", "500 INTERNAL", times=times)
        case "habit":
            habit = dice.choice(HABITS)
            what = " ".join(f"{name}={value}" for name, value in habit.items())
            await telegram.behaves(**habit)
    return what
