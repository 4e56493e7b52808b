"""How a client gets its authorisation key: three plain messages.

Source: core.telegram.org/mtproto/auth_key and /mtproto/samples-auth_key.
"""

import hashlib
import os
import secrets
import time
from typing import Any

from pyrogram import raw
from pyrogram.crypto import aes
from pyrogram.crypto.prime import CURRENT_DH_PRIME

from tests.sandbox.telegram import tl
from tests.sandbox.telegram.keys import ServerKey
from tests.sandbox.telegram.wire import Key

GENERATOR = 3
#: Bits of our secret exponent: Telegram takes 2048, which costs eight times as much and keeps
#: nothing safer here; the suite signs in thousands of times.
SECRET_BITS = 256
#: Two small primes: factoring is the client's part of the work, and here it should be quick.
PQ = (65537 * 65539).to_bytes(8, "big")


class Handshake:
    """The state of one exchange; `key` is there after the third message."""

    def __init__(self, server_key: ServerKey) -> None:
        self.server_key = server_key
        self.key: Key | None = None
        self.secret = secrets.randbits(SECRET_BITS)
        self.server_nonce = secrets.randbits(127)
        self.nonce = 0
        self.new_nonce = b""

    def answer(self, question: Any) -> Any:
        """The server's next message. Raises ValueError on anything unexpected."""
        if isinstance(question, raw.functions.ReqPqMulti):
            return self.offer(question)
        if isinstance(question, raw.functions.ReqDHParams):
            return self.parameters(question)
        if isinstance(question, raw.functions.SetClientDHParams):
            return self.agree(question)
        raise ValueError(f"{question.QUALNAME} outside of an encrypted session")

    def offer(self, question: Any) -> Any:
        self.nonce = question.nonce
        return raw.types.ResPQ(
            nonce=self.nonce,
            server_nonce=self.server_nonce,
            pq=PQ,
            server_public_key_fingerprints=[self.server_key.fingerprint],
        )

    def parameters(self, question: Any) -> Any:
        inner = tl.read(self.server_key.decrypt(question.encrypted_data)[21:])
        self.new_nonce = inner.new_nonce.to_bytes(32, "little", signed=True)
        answer = raw.types.ServerDHInnerData(
            nonce=self.nonce,
            server_nonce=self.server_nonce,
            g=GENERATOR,
            dh_prime=CURRENT_DH_PRIME.to_bytes(256, "big"),
            g_a=pow(GENERATOR, self.secret, CURRENT_DH_PRIME).to_bytes(256, "big"),
            server_time=int(time.time()),
        ).write()
        data = hashlib.sha1(answer).digest() + answer
        data += os.urandom(-len(data) % 16)
        return raw.types.ServerDHParamsOk(
            nonce=self.nonce,
            server_nonce=self.server_nonce,
            encrypted_answer=aes.ige256_encrypt(data, *self.cipher()),
        )

    def agree(self, question: Any) -> Any:
        inner = tl.read(aes.ige256_decrypt(question.encrypted_data, *self.cipher())[20:])
        shared = pow(int.from_bytes(inner.g_b, "big"), self.secret, CURRENT_DH_PRIME)
        secret = shared.to_bytes(256, "big")
        salt = aes.xor(self.new_nonce[:8], self.server_nonce.to_bytes(16, "little")[:8])
        self.key = Key(secret=secret, salt=int.from_bytes(salt, "little", signed=True))
        proof = self.new_nonce + b"\x01" + hashlib.sha1(secret).digest()[:8]
        digest = hashlib.sha1(proof).digest()[-16:]
        return raw.types.DhGenOk(
            nonce=self.nonce,
            server_nonce=self.server_nonce,
            new_nonce_hash1=int.from_bytes(digest, "little", signed=True),
        )

    def cipher(self) -> tuple[bytes, bytes]:
        """The temporary AES key and vector that both sides know now."""
        ours = self.server_nonce.to_bytes(16, "little")
        mixed = hashlib.sha1(ours + self.new_nonce).digest()
        key = hashlib.sha1(self.new_nonce + ours).digest() + mixed[:12]
        twice = hashlib.sha1(self.new_nonce + self.new_nonce).digest()
        return key, mixed[12:] + twice + self.new_nonce[:4]
