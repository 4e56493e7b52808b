"""The server's RSA key: made once, kept in the sandbox folder, handed to clients as PEM."""

import base64
import hashlib
import json
import random
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

EXPONENT = 65537
BITS = 2048
SMALL_PRIMES = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]


@dataclass(frozen=True, slots=True)
class ServerKey:
    """An RSA key pair. `p` and `q` are the secret primes."""

    p: int
    q: int

    @property
    def modulus(self) -> int:
        return self.p * self.q

    @property
    def fingerprint(self) -> int:
        return fingerprint(self.modulus)

    @property
    def pem(self) -> str:
        """The public half as `RSA PUBLIC KEY` (PKCS#1), the form core.telegram.org uses."""
        body = base64.encodebytes(der_sequence(self.modulus, EXPONENT)).decode()
        return f"-----BEGIN RSA PUBLIC KEY-----\n{body}-----END RSA PUBLIC KEY-----\n"

    def decrypt(self, data: bytes) -> bytes:
        """By the Chinese remainder theorem (RFC 8017, 5.1.2): a quarter of the work."""
        number, p, q = int.from_bytes(data, "big"), self.p, self.q
        of_p = pow(number % p, pow(EXPONENT, -1, p - 1), p)
        of_q = pow(number % q, pow(EXPONENT, -1, q - 1), q)
        return (of_q + (of_p - of_q) * pow(q, -1, p) % p * q).to_bytes(256, "big")


def keep(folder: Path) -> ServerKey:
    """The key of this sandbox folder; made on first use. Leaves `key.json` and `key.pem` there."""
    path = folder / "key.json"
    if path.exists():
        key = ServerKey(**json.loads(path.read_text()))
    else:
        key = made()
        path.touch(mode=0o600)
        path.write_text(json.dumps({"p": key.p, "q": key.q}))
    (folder / "key.pem").write_text(key.pem)
    return key


@cache
def made() -> ServerKey:
    """One key per process is enough: every server of a test run may share it."""
    while True:
        p, q = prime(), prime()
        if (p * q).bit_length() == BITS and p % EXPONENT != 1 and q % EXPONENT != 1:
            return ServerKey(p, q)


def fingerprint(modulus: int) -> int:
    """How a client names a key: the low 64 bits of SHA-1 over its two TL strings, signed.

    Source: core.telegram.org/mtproto/auth_key, step 4.
    """
    digest = hashlib.sha1(tl_string(big(modulus)) + tl_string(big(EXPONENT))).digest()
    return int.from_bytes(digest[-8:], "little", signed=True)


def prime() -> int:
    while True:
        n = secrets.randbits(BITS // 2) | 1 | 3 << (BITS // 2 - 2)
        if all(n % small for small in SMALL_PRIMES) and is_prime(n):
            return n


def is_prime(n: int) -> bool:
    """Miller and Rabin, enough rounds for a random number of this size."""
    return all(witnesses(random.randrange(2, n - 1), n) for _ in range(6))


def witnesses(base: int, n: int) -> bool:
    """Whether `base` speaks for n being prime."""
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    x = pow(base, odd, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False


def big(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def tl_string(data: bytes) -> bytes:
    head = bytes([len(data)]) if len(data) < 254 else b"\xfe" + len(data).to_bytes(3, "little")
    return head + data + bytes(-(len(head) + len(data)) % 4)


def der_sequence(*numbers: int) -> bytes:
    # A leading zero byte keeps a number with the top bit set positive (X.690, 8.3).
    body = b"".join(
        b"\x02" + der_length(raw := number.to_bytes(number.bit_length() // 8 + 1, "big")) + raw
        for number in numbers
    )
    return b"\x30" + der_length(body) + body


def der_length(body: bytes) -> bytes:
    if len(body) < 128:
        return bytes([len(body)])
    size = big(len(body))
    return bytes([0x80 | len(size)]) + size
