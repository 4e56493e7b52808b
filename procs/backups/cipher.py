"""Encrypts a backup for a key or a passphrase, in the format of age (age-encryption.org/v1).

The format is small and specified, and the program `age` reads it too, so a backup opens without
Chapar. `pyrage` binds rage, its maintained implementation in Rust; nothing here is cryptography of
our own.
"""

import errno
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyrage

from procs.backups.backup_errors import BackupFailed, BackupUnopened
from procs.core import disk

PUBLIC, SECRET = "age1", "AGE-SECRET-KEY-1"
LINE = re.compile(r"^(age1[0-9a-z]+|AGE-SECRET-KEY-1[0-9A-Z]+)$")
#: Characters of a passphrase that is no use.
SHORTEST = 12
#: How the library refuses a passphrase whose work it takes to be too much for this machine: it
#: times a small piece of that work, so beside busy processes it refuses what it did a moment ago.
TOO_MUCH_WORK = "Excessive work"
#: How the library ends what it says of an error of the system (std::io::Error of Rust).
SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)$")
#: Errors of the file that is written; the others are those of the one that is read.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: Times that work is tried.
DECRYPT_TRIES = 10


@dataclass(frozen=True, slots=True)
class BackupKey:
    """What a key file holds: recipients (public), identities (secret), or a passphrase."""

    recipients: Sequence[pyrage.x25519.Recipient] = ()
    identities: Sequence[pyrage.x25519.Identity] = ()
    passphrase: str = ""


def read(path: Path) -> BackupKey:
    """The key of a file: lines as `age-keygen` writes them, a public key alone, or a passphrase.
    Raises BackupFailed."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise BackupFailed(f"the key file {path} cannot be read ({why})") from None
    lines = [line.strip() for line in text.splitlines() if line.strip()[:1] not in ("", "#")]
    if lines and all(LINE.match(line) for line in lines):
        return keys(path, lines)
    if len(lines) != 1 or len(lines[0]) < SHORTEST:
        raise BackupFailed(
            f"the key file {path} holds neither an age key nor one line with a passphrase of "
            f"{SHORTEST} characters or more"
        )
    return BackupKey(passphrase=lines[0])


def keys(path: Path, lines: Sequence[str]) -> BackupKey:
    """The keys in the lines of a file. Raises BackupFailed for one that is malformed."""
    try:
        secret = [pyrage.x25519.Identity.from_str(one) for one in lines if one.startswith(SECRET)]
        public = [pyrage.x25519.Recipient.from_str(one) for one in lines if one.startswith(PUBLIC)]
    except (pyrage.IdentityError, pyrage.RecipientError) as error:
        raise BackupFailed(f"the key file {path} has a key that is none ({error})") from None
    return BackupKey([*public, *(one.to_public() for one in secret)], secret)


def encrypt(plain: Path, to: Path, key: BackupKey) -> BackupKey:
    """Encrypt a file. Returns what opens it: where the file of the key holds only the public half,
    a key of this run's own, which is forgotten with it: so the very file can be verified. A file
    for a passphrase passes through memory as a whole. Raises BackupFailed, OSError."""
    if key.passphrase:
        with disk.named(to):
            to.write_bytes(pyrage.passphrase.encrypt(plain.read_bytes(), key.passphrase))
        return key
    opener = list(key.identities) or [pyrage.x25519.Identity.generate()]
    for_all = [*key.recipients, *(() if key.identities else (opener[0].to_public(),))]
    try:
        pyrage.encrypt_file(str(plain), str(to), for_all)
    except (pyrage.EncryptError, OSError) as error:
        raise_system_error(error, plain, to)
        raise BackupFailed(f"{to.name} cannot be encrypted ({error})") from None
    return BackupKey(key.recipients, opener)


def decrypt(path: Path, to: Path, key: BackupKey | None) -> None:
    """Raises BackupUnopened without the right key, and for a file that was changed; OSError."""
    if key is None or not (key.passphrase or key.identities):
        raise BackupUnopened(
            f"{path.name} is encrypted; name the file of its secret key or passphrase: --key FILE"
        )
    try:
        if key.passphrase:
            with disk.named(to):
                to.write_bytes(opened(path.read_bytes(), key.passphrase))
        else:
            pyrage.decrypt_file(str(path), str(to), list(key.identities))
    except (pyrage.DecryptError, ValueError, OSError) as error:
        raise_system_error(error, path, to)
        if TOO_MUCH_WORK in str(error):
            raise BackupUnopened(
                f"{path.name} asks for more work than this machine does now; try again when it is "
                f"less busy, or decrypt it on a faster one with the program age: age -d {path.name}"
            ) from None
        raise BackupUnopened(
            f"{path.name} cannot be decrypted ({error}); is it the right key?"
        ) from None


def opened(data: bytes, passphrase: str) -> bytes:
    """What a passphrase opens. Raises DecryptError."""
    for _ in range(DECRYPT_TRIES - 1):
        try:
            return pyrage.passphrase.decrypt(data, passphrase)
        except pyrage.DecryptError as error:
            if TOO_MUCH_WORK not in str(error):
                raise
    return pyrage.passphrase.decrypt(data, passphrase)


def raise_system_error(error: Exception, source: Path, to: Path) -> None:
    """Raise what the library says as an OSError with its file, where it is one of the system: a
    full disk is no wrong key."""
    if isinstance(error, OSError) and error.errno:
        raise error
    if found := SYSTEM_ERROR.search(str(error)):
        number = int(found[1])
        path = to if number in NO_ROOM else source
        raise OSError(number, os.strerror(number), str(path)) from None
