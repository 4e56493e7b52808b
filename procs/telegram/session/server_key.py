"""The RSA key of a Telegram server other than the public ones.

A client encrypts the first step of its handshake to a key it knows; the public servers' keys are
in the library. Source: core.telegram.org/mtproto/auth_key, step 4.
"""

import base64
import hashlib
import re

from pyrogram.crypto import rsa

BODY = re.compile(r"-----BEGIN RSA PUBLIC KEY-----(.+?)-----END RSA PUBLIC KEY-----", re.DOTALL)
SEQUENCE, INTEGER = 0x30, 0x02


def trust(pem: str) -> int:
    """Add a key (`RSA PUBLIC KEY`, PKCS#1) to those the library knows. Returns its fingerprint;
    raises ValueError when the text is no such key."""
    modulus, exponent = numbers(pem)
    name = fingerprint(modulus, exponent)
    rsa.server_public_keys[name] = rsa.PublicKey(modulus, exponent)
    return name


def numbers(pem: str) -> tuple[int, int]:
    """Modulus and exponent of a PKCS#1 public key."""
    found = BODY.search(pem)
    if found is None:
        raise ValueError("not a key: `RSA PUBLIC KEY` in PEM form (PKCS#1) is wanted")
    tag, inside, _ = element(base64.b64decode(found[1]))
    first, modulus, rest = element(inside)
    second, exponent, _ = element(rest)
    if (tag, first, second) != (SEQUENCE, INTEGER, INTEGER):
        raise ValueError("not the two numbers of an RSA key")
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def element(der: bytes) -> tuple[int, bytes, bytes]:
    """The first DER element: its tag, its content, and what comes after it (X.690, 8.1)."""
    if len(der) < 2:
        raise ValueError("the key is cut short")
    tag, length, start = der[0], der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    return tag, der[start : start + length], der[start + length :]


def fingerprint(modulus: int, exponent: int) -> int:
    """The low 64 bits of SHA-1 over the two numbers as TL strings, signed."""
    digest = hashlib.sha1(string(modulus) + string(exponent), usedforsecurity=False).digest()
    return int.from_bytes(digest[-8:], "little", signed=True)


def string(number: int) -> bytes:
    """A number as a TL byte string: length, big-endian bytes, padding to four."""
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    head = bytes([len(data)]) if len(data) < 254 else b"\xfe" + len(data).to_bytes(3, "little")
    return head + data + bytes(-(len(head) + len(data)) % 4)
