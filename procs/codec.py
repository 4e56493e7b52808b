"""JSON, as every part of Chapar writes and reads it."""

from typing import Any

import orjson


def dump(value: Any) -> str:
    """JSON text of `value`, keys sorted so that equal values are equal texts."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def load(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError when it is not JSON."""
    return orjson.loads(text)
