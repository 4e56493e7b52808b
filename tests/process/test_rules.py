"""The operator's sites.toml in the real stack: a pool of identities, how many go at once, and the
cookies that an owner sends to the bot."""

import asyncio
from pathlib import Path

import pytest

from procs.store.reports import job_record
from procs.store.sites import cookies
from procs.store.sites.breakers import listed
from tests.process.conftest import ADMIN, FIRST, gets
from tests.sandbox.person import Person
from tests.sandbox.stack import SLOW, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

RULES = """
["127.0.0.1"]
concurrency = 1
cookies = ["none", "member.txt"]
"""
SECRET = "the-account-of-nobody-else"
HEAD = "# Netscape HTTP Cookie File\n"
MEMBER = "127.0.0.1\tFALSE\t/\tFALSE\t0\tmember\tyes\n"


async def come(stack: Stack, person: Person, *paths: str) -> None:
    """Links of one person, all at once, and their media."""
    sent = [await person.sends(stack.url(path)) for path in paths]
    await asyncio.gather(*(gets(person, one) for one in sent))


async def sends_cookies(stack: Stack, owner: Person, file: Path) -> None:
    """An owner sends a file of cookies, which goes away and is in its place."""
    file.write_text(f"{HEAD}{MEMBER}127.0.0.1\tFALSE\t/\tFALSE\t0\tother\t{SECRET}\n")
    sent = await owner.sends(file=file)
    await owner.sees_gone(sent)
    await owner.sees("✅ I put the cookies of 127.0.0.1 in place: member.txt")


def holders(stack: Stack, secret: str) -> list[str]:
    """The files below the home that have a secret in them, and the rows of the database."""
    files = [one for one in stack.state.rglob("*") if one.is_file()]
    rows = [line for line in stack.db.connection.iterdump() if secret in line]
    return [
        *(str(one) for one in [*files, stack.said] if secret.encode() in one.read_bytes()),
        *rows,
    ]


@pytest.mark.long
async def test_rules_of_a_site_hold_over_all_workers(tmp_path: Path) -> None:
    (tmp_path / "member.txt").write_text(MEMBER)
    rules = tmp_path / "sites.toml"
    rules.write_text(RULES)
    async with Stack(sites=str(rules), admins=str(FIRST), log_level="DEBUG") as stack:
        owner = await stack.telegram.person(ADMIN)
        ann, ben = await stack.telegram.person("Ann"), await stack.telegram.person("Ben")

        await asyncio.gather(
            come(stack, ann, "/members/clip.mp4", f"{SLOW}?rate=400000&rules=1"),
            come(stack, ben, f"{SLOW}?rate=400000&rules=2", f"{SLOW}?rate=400000&rules=3"),
        )

        stories = [job.story for job in job_record.latest(stack.db) if job.kind == "fetch"]
        waits = [line for story in stories for line in story if " later " in line]
        assert any("why=site-full" in line for line in waits)
        assert [one.site for one in listed(stack.db)] == []
        assert stack.log("worker").count("error=login-needed") == 1
        assert (tmp_path / "member.txt").read_text() == MEMBER
        _, said = await stack.says("check", "--no-bot")
        assert "1 at once, by default, cookies none | member.txt" in said

        uses = cookies.use(stack.db, "127.0.0.1", "member.txt").uses
        assert uses >= 1
        await sends_cookies(stack, owner, tmp_path / "cookies.txt")
        assert SECRET in (tmp_path / "member.txt").read_text()
        await come(stack, ann, "/members/clip.mp4?again=1")
        assert cookies.use(stack.db, "127.0.0.1", "member.txt").uses == 1
        assert SECRET not in "".join(m.text for m in await owner.chat())
        assert holders(stack, SECRET) == []
    stack.remove()
