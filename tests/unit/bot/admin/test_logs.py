"""The last lines of a process, of a job and of a code, as a file without secrets."""

import pytest

from procs.bot.admin.system import log_reader
from procs.records.admin_role import Role
from tests.sandbox.bot_parts import LINK, Hands, until, wants

TOKEN = "777000001:AAsandboxsandboxsandboxsandboxsandb"


@pytest.fixture
def logged(settings):
    """Write the log of a process."""

    def write(name: str, *lines: str) -> None:
        settings.logs.mkdir(parents=True, exist_ok=True)
        (settings.logs / f"{name}.log").write_text("\n".join(lines) + "\n")

    return write


@pytest.fixture
def reads(tmp_path):
    async def read(person, words: str) -> str:
        sent = await person.sees(lambda m: m.media and words in m.text)
        return (await person.receives_file(sent, tmp_path)).read_text()

    return read


async def test_the_lines_of_a_process_come_without_secrets(bot, settings, olga, logged, reads):
    logged(
        "bot",
        f"2026-11-29T01:00:00.000Z INFO  a.b token={TOKEN} at=https://site.example/x?sig=abc",
        "2026-11-29T01:00:01.000Z INFO  a.c Cookie: sid=verysecret proxy=http://me:pass@host:1",
        f"2026-11-29T01:00:02.000Z INFO  a.d hash {settings.api_hash}",
        "2026-11-29T01:00:03.000Z INFO  cookies.put site=youtube file=yt.txt",
    )
    await olga.sends("/logs")
    page = await olga.sees("📜 Logs")
    await olga.presses("📄 bot", page)
    text = await reads(olga, "The last lines of bot")
    for secret in (TOKEN, "verysecret", "pass@", "sig=abc", settings.api_hash):
        assert secret not in text
    assert "cookies.put site=youtube file=yt.txt" in text


async def test_the_lines_of_a_job_and_of_its_code_come_from_all_processes(
    bot, tg, olga, logged, reads
):
    sara = await tg.person("Sara", language="en")
    wants(bot.db, sara.id)
    await sara.sends(LINK)
    await until(bot.requests)
    hands = Hands(bot.db)
    lease = hands.claim()
    code = hands.fails(lease, "failed-gone")
    job = lease.job
    logged("bot", f"2026-11-29T01:00:05.000Z INFO  told job={job}", "2026-11-29T01:00:06.000Z x")
    logged(
        "worker-00",
        f"2026-11-29T01:00:01.000Z WARNING job.failed job={job} code={code}",
        '  File "x.py", line 1',
        f"2026-11-29T01:00:02.000Z INFO  job.claimed job={job}7",
    )
    for words in (str(job), code.lower()):
        await olga.sends(f"/logs {words}")
        lines = (await reads(olga, f"The last lines of {words},")).splitlines()
        assert [one.split()[-1] for one in lines] == [f"code={code}", "1", f"job={job}"]


async def test_what_is_no_process_job_or_code_reads_no_file(bot, settings, olga, logged):
    logged("bot", "2026-11-29T01:00:00.000Z INFO  a.b")
    (settings.home / "secret.log").write_text("x\n")
    for words in ("../secret", "999999", "/etc/passwd"):
        sent = await olga.sends(f"/logs {words}")
        told = await olga.sees(lambda m, sent=sent: m.reply == sent.id)
        assert "There is no process, job or code" in told.text
    await olga.sends("/logs E-0000")
    await olga.sees("There is no line of E-0000 any more")


async def test_an_operator_reads_no_logs(bot, appointed, logged):
    logged("bot", "2026-11-29T01:00:00.000Z INFO  a.b")
    omar = await appointed("Omar", Role.OPERATOR)
    sent = await omar.sends("/logs bot")
    await omar.sees(lambda m: m.reply == sent.id)
    await bot.rests()
    assert not [m for m in await omar.chat() if m.media]


def test_only_the_last_lines_are_sent(settings, logged):
    logged("keeper", *(f"2026-11-29T01:00:00.000Z INFO  n={n}" for n in range(3000)))
    lines = log_reader.of_process(settings, "keeper").splitlines()
    assert (len(lines), lines[-1].split()[-1]) == (log_reader.LINES_SENT, "n=2999")
