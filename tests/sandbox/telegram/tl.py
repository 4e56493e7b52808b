"""Small help around the TL classes of the installed client library.

Server and client share those classes, so both always speak one layer and nothing is translated.
"""

import inspect
from functools import cache
from io import BytesIO
from typing import Any

from pyrogram.raw.core import TLObject
from pyrogram.raw.core.primitives import Bool, Int, Long, Vector

RPC_RESULT = 0xF35C6D01

#: What an untold required field becomes, by its annotation.
EMPTY: dict[str, Any] = {"int": 0, "str": "", "bool": False, "bytes": b"", "float": 0.0}


class Rpc(Exception):
    """A method's failure as Telegram spells it: a number and an UPPER_CASE text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text


def make(kind: type, **known: Any) -> Any:
    """A TL object of `kind`; required fields that are not told become empty, so a new layer
    that adds a field does not break the server."""
    return kind(**{**blanks(kind), **known})


@cache
def blanks(kind: type) -> dict[str, Any]:
    fields = inspect.signature(kind.__init__).parameters.values()  # type: ignore[misc]
    return {
        field.name: blank(str(field.annotation))
        for field in fields
        if field.name != "self" and field.default is field.empty
    }


def blank(annotation: str) -> Any:
    return [] if annotation.startswith("list") else EMPTY.get(annotation)


def read(data: bytes) -> Any:
    return TLObject.read(BytesIO(data))


def boxed(items: list[Any]) -> list[Any]:
    """A vector of TL objects as it was meant.

    The library reads a vector at the end of a call by the size of its items, and takes objects
    of 4 or 8 bytes (inputUserSelf, inputMessageID) for numbers.
    """
    return [unboxed(item) if isinstance(item, int) else item for item in items]


def unboxed(number: int) -> Any:
    data = number.to_bytes(8, "little", signed=True)
    return read(data[:4] if data[4:] in (bytes(4), b"\xff" * 4) else data)


def body_of(result: Any) -> bytes:
    """A method's result as it stands inside rpc_result: an object, a list of them or of
    numbers, or a plain truth."""
    if isinstance(result, bool):
        return bytes(Bool(result))
    if isinstance(result, list):
        return bytes(Vector(result, Int if result and isinstance(result[0], int) else None))
    return bytes(result.write())


def rpc_result(request: int, result: Any) -> bytes:
    """`request` is the message id that is answered."""
    return bytes(Int(RPC_RESULT, False) + Long(request) + body_of(result))


def name_of(method: Any) -> str:
    """`messages.SendMedia` is spelled `messages.sendMedia`, as in Telegram's documentation."""
    *space, last = method.QUALNAME.split(".")[1:]
    return ".".join([*space, last[0].lower() + last[1:]])
