"""The file of a backup: a tar, compressed by gzip, so that any machine opens it.

Its first member says what follows: when it was taken, by which version, how many rows each table
has, and the SHA-256 of each file.
"""

import gzip
import io
import math
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from procs.backups import durable_files
from procs.backups.backup_errors import BackupFailed
from procs.core import codec, disk

FORMAT = 1
MANIFEST, DATABASE, RULES = "manifest.json", "chapar.db", "sites.toml"
SESSIONS, COOKIES = "sessions", "cookies"
#: The fastest level: a third of the time of the usual one, for a tenth more bytes.
LEVEL = 1
#: Bytes of a manifest beyond which it is none.
LARGEST_MANIFEST = 4 * 1024 * 1024
#: The last wall instant that a manifest may name: the end of the year 9999.
LAST_INSTANT = 253402300799.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `taken_at` is a wall instant; `files` the SHA-256 of each
    member; `before` and `after` the highest numbers that tables had given when the copy began and
    when it was complete; `cookies` where each file of cookies belongs, from the folder of
    `sites.toml`; `machine` the one that took it of a server's database, "" of one in a file."""

    taken_at: float
    version: str
    files: dict[str, str]
    rows: dict[str, int]
    before: dict[str, int]
    after: dict[str, int]
    cookies: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT
    machine: str = ""


def pack(members: Mapping[str, Path], manifest: Manifest, to: Path) -> None:
    """Write the archive. Nobody else may read it."""
    with (
        io.BufferedWriter(durable_files.SteadyFile(to)) as raw,
        gzip.GzipFile("", "wb", LEVEL, raw) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        text = codec.dump(asdict(manifest)).encode()
        tar.addfile(entry(MANIFEST, len(text), manifest), io.BytesIO(text))
        for name, path in members.items():
            with path.open("rb") as file:
                tar.addfile(entry(name, path.stat().st_size, manifest), file)


def entry(name: str, size: int, manifest: Manifest) -> tarfile.TarInfo:
    """The head of one file in the archive; its time is that of the backup, its mode 0600."""
    one = tarfile.TarInfo(name)
    one.size, one.mode, one.mtime = size, 0o600, int(manifest.taken_at)
    return one


def unpack(archive: Path, folder: Path) -> Manifest:
    """Unpack into an empty folder and compare each file with its SHA-256. Raises BackupFailed for
    what is damaged or no backup. Names are ours alone: one that leads elsewhere is refused."""
    try:
        with gzip.open(archive) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            manifest: Manifest | None = None
            for member in tar:
                content = tar.extractfile(member)
                if content is None:
                    raise BackupFailed(f"{archive.name} is no backup: {member.name} is no file")
                if manifest is None:
                    manifest = decoded(content.read(LARGEST_MANIFEST), archive)
                    continue
                path = folder / inside(member.name, manifest, archive)
                durable_files.require_room(folder, member.size)
                path.parent.mkdir(mode=0o700, exist_ok=True)
                with disk.named(path), path.open("wb") as file:
                    while chunk := content.read(durable_files.CHUNK):
                        file.write(chunk)
            require_end(packed, archive)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BackupFailed(f"{archive.name} is damaged, or no backup ({error})") from None
    if manifest is None:
        raise BackupFailed(f"{archive.name} is damaged, or no backup (it is empty)")
    compare(folder, manifest, archive)
    return manifest


def require_end(packed: gzip.GzipFile, archive: Path) -> None:
    """Nothing but the padding of a tar follows, and the sum of all bytes at their end is right.
    Raises BackupFailed, EOFError, BadGzipFile."""
    rest = packed.read(tarfile.RECORDSIZE + 1)
    if len(rest) > tarfile.RECORDSIZE or rest.strip(b"\0"):
        raise BackupFailed(f"{archive.name} is damaged: something follows behind its end")


def inside(name: str, manifest: Manifest, archive: Path) -> PurePosixPath:
    """The path of an entry below the folder. Raises BackupFailed for one that leads out of it or
    that the manifest does not name."""
    path = PurePosixPath(name)
    is_ours = name in (DATABASE, RULES) or (
        len(path.parts) == 2
        and path.parts[0] in (SESSIONS, COOKIES)
        and path.parts[1] != ".."
        and str(path) == name
    )
    if not is_ours or name not in manifest.files:
        raise BackupFailed(f"{archive.name} is no backup of ours: it holds {name!r}")
    return path


def compare(folder: Path, manifest: Manifest, archive: Path) -> None:
    """Compare unpacked files with the manifest's digests. Raises BackupFailed."""
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file() or durable_files.digest(path) != digest:
            raise BackupFailed(f"{archive.name} is damaged: {name} is not what was packed")
    if DATABASE not in manifest.files:
        raise BackupFailed(f"{archive.name} has no database in it")


def decoded(text: bytes, archive: Path) -> Manifest:
    """A manifest from its JSON. Raises BackupFailed when it is none, or of a newer Chapar."""
    try:
        raw = codec.load(text)
        made = raw.get("format") if isinstance(raw, dict) else None
        if isinstance(made, int) and made > FORMAT:
            raise BackupFailed(f"{archive.name} was made by a newer Chapar; upgrade first")
        manifest = codec.sound_record(Manifest, raw)
        require_sound(manifest)
    except (ValueError, TypeError) as error:
        raise BackupFailed(f"{archive.name} is no backup of Chapar ({error})") from None
    return manifest


def require_sound(manifest: Manifest) -> None:
    """Raises TypeError, ValueError for what no backup of ours says of itself."""
    if not 0 <= manifest.taken_at <= LAST_INSTANT or not math.isfinite(manifest.taken_at):
        raise ValueError("taken_at is no instant")
    for name, kind in (("files", str), ("rows", int), ("before", int), ("after", int)):
        require_table(name, getattr(manifest, name), kind)
    require_table("cookies", manifest.cookies, str)
    if lost := set(manifest.cookies) - set(manifest.files):
        raise ValueError(f"{min(lost)} is named and not packed")


def require_table(name: str, value: Any, kind: type) -> None:
    """Raises TypeError unless a field has a value of this kind by each name."""
    if not isinstance(value, dict) or not all(type(one) is kind for one in value.values()):
        raise TypeError(f"{name} is no table of {kind.__name__}")
