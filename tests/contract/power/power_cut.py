"""Records what the product writes and syncs, and builds what a disk may hold after a power cut at
any instant of it: what was synced is there, of anything else any part, torn by sectors.

The product runs unchanged under strace(1); nothing of SQLite is replaced.
"""

import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from procs.errors import StoreError
from procs.store.backups.invariants import audit
from tests import ROOT
from tests.contract.crash_scene import open_of
from tests.contract.place import FAST
from tests.contract.power import power_acts

#: Bytes that a disk writes whole.
SECTOR = 512
CALLS = "pwrite64,write,fdatasync,fsync,ftruncate"
LINE = re.compile(r"^(?:\d+ +)?(\w+)\((\d+)<([^>]*)>(?:, (.*))?\) += (-?\d+)")
DATA = re.compile(r'^"((?:\\x[0-9a-f]{2})*)", (\d+)(?:, (\d+))?$')
#: Ways to lose what was not synced: none of it is there, all of it, whole writes of it, sectors.
WAYS = ("none", "all", "writes", "sectors", "sectors")


@dataclass(frozen=True, slots=True)
class DiskCall:
    """One call: `write`, `truncate` or `sync` of a file, or a `mark`."""

    kind: str
    file: str = ""
    at: int = 0
    data: bytes = b""
    mark: dict[str, Any] = field(default_factory=dict)


def can_record() -> bool:
    """Whether this machine has strace, and lets it trace."""
    if not shutil.which("strace"):
        return False
    return (
        subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0
    )


def record(place: Path, names: list[str]) -> dict[str, list[DiskCall]]:
    """What each act wrote and synced, in order."""
    trace = place / "trace"
    subprocess.run(
        [
            *("strace", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o", str(trace)),
            *(sys.executable, "-m", "tests.contract.power.power_acts", str(place), *names),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=600,
    )
    found: dict[str, list[DiskCall]] = {name: [] for name in names}
    begun: set[str] = set()
    for line in trace.open(encoding="ascii", errors="replace"):
        match = LINE.match(line)
        if not match or int(match[5]) < 0:
            continue
        path = Path(unescaped(match[3]))
        name = path.name if path.name in found else path.parent.name  # a folder, or a file in it
        call = parsed(match, path)
        if call is not None and call.kind == "mark":
            name = call.mark["act"]
            begun.add(name)
        if call is not None and name in begun:
            found[name].append(call)
    trace.unlink()
    return found


def unescaped(text: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda it: chr(int(it[1], 16)), text)


def parsed(match: re.Match[str], path: Path) -> DiskCall | None:
    call, rest = match[1], match[4] or ""
    if path.name == power_acts.MARKS:
        data = DATA.match(rest)
        assert data
        return DiskCall("mark", mark=json.loads(raw(data[1])))
    if call in ("fdatasync", "fsync"):
        return DiskCall("sync", path.name)
    if path.name not in ("chapar.db", "chapar.db-wal") or call == "write":
        return None  # SQLite writes at places; what is written on end is a copy, before an act
    if call == "ftruncate":
        return DiskCall("truncate", path.name, int(rest))
    data = DATA.match(rest)
    assert data, rest[:80]
    return DiskCall("write", path.name, int(data[3]), raw(data[1]))


def raw(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


@dataclass
class Disk:
    """Files as they are for sure, and what was asked of them since they were last synced. A file
    that was made is for sure there only after its folder was synced."""

    sure: dict[str, bytearray]
    open: dict[str, list[DiskCall]] = field(default_factory=dict)
    unnamed: set[str] = field(default_factory=set)

    def take(self, call: DiskCall) -> None:
        if call.kind == "sync" and "." not in call.file:
            self.unnamed.clear()
        elif call.kind == "sync":
            for one in self.open.pop(call.file, []):
                apply(self.sure, one)
        elif call.kind in ("write", "truncate"):
            if call.file not in self.sure and call.file not in self.open:
                self.unnamed.add(call.file)
            self.open.setdefault(call.file, []).append(call)

    def after_cut(self, way: str, dice: random.Random) -> dict[str, bytearray]:
        """One of the states that this disk may have after a cut now."""
        left = {name: bytearray(content) for name, content in self.sure.items()}
        for calls in self.open.values():
            for call in calls:
                if way == "all" or (way == "writes" and dice.random() < 0.5):
                    apply(left, call)
                elif way == "sectors":
                    tear(left, call, dice)
        for name in self.unnamed:
            if way != "all" and dice.random() < 0.5:
                left.pop(name, None)
        return left


def apply(files: dict[str, bytearray], call: DiskCall) -> None:
    content = files.setdefault(call.file, bytearray())
    if call.kind == "truncate":
        del content[call.at :]
        content.extend(bytes(call.at - len(content)))
        return
    content.extend(bytes(max(0, call.at - len(content))))
    content[call.at : call.at + len(call.data)] = call.data


def tear(files: dict[str, bytearray], call: DiskCall, dice: random.Random) -> None:
    """Any of the sectors of a write."""
    if call.kind == "truncate":
        if dice.random() < 0.5:
            apply(files, call)
        return
    at = call.at
    while at < call.at + len(call.data):
        end = min((at // SECTOR + 1) * SECTOR, call.at + len(call.data))
        if dice.random() < 0.5:
            part = call.data[at - call.at : end - call.at]
            apply(files, DiskCall("write", call.file, at, part))
        at = end


@dataclass
class PowerVerdict:
    """What was found after all cuts; `lost` and `corrupt` are examples."""

    cuts: int = 0
    lost: list[str] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)


#: What a cut is called, the files that it leaves, and the marks before it.
Cut = tuple[str, dict[str, bytearray], list[dict[str, Any]]]


def cuts(
    name: str, calls: list[DiskCall], start: bytes, many: int, dice: random.Random
) -> Iterator[Cut]:
    """So many cuts spread over an act."""
    points = sorted(dice.choices(range(len(calls) + 1), k=many))
    disk, marks, done = Disk({"chapar.db": bytearray(start)}), [], 0
    for number, point in enumerate(points):
        while done < point:
            disk.take(calls[done])
            marks += [calls[done].mark] if calls[done].kind == "mark" else []
            done += 1
        way = WAYS[number % len(WAYS)]
        yield f"{name} at {point} of {len(calls)}, {way}", disk.after_cut(way, dice), list(marks)


def measure(names: list[str], many: int, *, seed: int = 1, synced: bool = True) -> PowerVerdict:
    """Cut each act `many` times; unless `synced`, on a disk that knows no syncs."""
    dice, verdict = random.Random(seed), PowerVerdict()
    place = Path(tempfile.mkdtemp(prefix="pc-", dir=FAST))
    try:
        for name, calls in record(place, names).items():
            start, facts = (place / name / "start").read_bytes(), seen(calls)
            calls = [call for call in calls if synced or call.kind != "sync"]
            for cut, files, marks in cuts(name, calls, start, many, dice):
                verdict.cuts += 1
                judge(verdict, cut, written(place / "cut", files), marks, facts)
    finally:
        shutil.rmtree(place)
    return verdict


def seen(calls: list[DiskCall]) -> dict[str, dict[str, Any]]:
    """The marks of an act's beginning and of what it did."""
    found = {call.mark["event"]: call.mark for call in calls if call.kind == "mark"}
    assert found.keys() >= {"begin", "acted", "end"}, found.keys()
    return found


def written(folder: Path, files: dict[str, bytearray]) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "run").mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def judge(
    verdict: PowerVerdict,
    cut: str,
    folder: Path,
    marks: list[dict[str, Any]],
    facts: dict[str, dict[str, Any]],
) -> None:
    """Open what is left as the next start does."""
    try:
        with closing(open_of(folder)) as db:
            said = [row for row in db.all("PRAGMA integrity_check") if row != ("ok",)]
            said += [*db.all("PRAGMA foreign_key_check"), *audit(db)]
            number, found = power_acts.acknowledged(db), power_acts.facts(db)
    except StoreError as error:
        verdict.corrupt.append(f"{cut}: {error}")
        return
    told = [mark["number"] for mark in marks if mark["event"] == "acknowledged"]
    acted = any(mark["event"] == "acted" for mark in marks) and facts["acted"]["full"]
    allowed = {facts["acted"]["facts"]} | (set() if acted else {facts["begin"]["facts"]})
    if said or found not in {facts["begin"]["facts"], facts["acted"]["facts"]}:
        verdict.corrupt.append(f"{cut}: {said[:2]}")
    elif number < max(told, default=0) or found not in allowed:
        verdict.lost.append(f"{cut}: {number} of {max(told, default=0)}")
