"""The subcommands by which an operator looks into a Chapar, as `registry` has the others."""

import argparse
import json
import sys
from pathlib import Path

import daemon
from daemon.command_error import Refusal
from daemon.console.command_words import amount, plain_text, row_count
from daemon.registry import present_settings, say


def doctor(options: argparse.Namespace) -> int:
    """Look for everything that is wrong, or soon will be, with evidence and fix; 1: errors, 5: only
    warnings."""
    from daemon.doctor import examination, mends, report
    from daemon.doctor.doctor_facts import DoctorFacts

    findings = []
    with DoctorFacts(live=not options.offline) as facts:
        if not options.json:
            home = facts.settings.home if facts.settings else "unknown"
            say(f"chapar {daemon.__version__}, home {home}\n")
        for one in examination.examined(facts):
            findings.append(one)
            if not options.json:
                print(*report.lines(one), sep="\n", flush=True)
    if options.json:
        print(json.dumps(report.facts(findings), indent=2))
    else:
        say(f"\n{report.summary(findings)}")
    if options.fix:
        left = mends.carry_out(findings, lambda line: None if options.json else say(line))
        return report.exit_code(left)
    return report.exit_code(findings)


def logs(options: argparse.Namespace) -> int:
    """Show the log lines of all processes in the order of time; -f shows those to come too."""
    from daemon.commands import error_groups
    from daemon.logs import log_query, log_report
    from procs.core import clock
    from procs.core.log_files import log_entries

    settings = present_settings()
    if settings.log_form.stderr:
        print(log_report.JOURNAL_HINT, file=sys.stderr)
    code = options.code.upper()
    if options.job and not options.job.isdecimal():
        raise Refusal(f"--job {options.job} is no number; a code is asked for by --code")
    processes: frozenset[str] = frozenset()
    if options.worker is not None:
        processes = log_query.of_worker(options.worker, log_entries.files(settings.logs))
        if not processes and log_entries.files(settings.logs):
            named = f"no worker {options.worker}" if options.worker else "no worker"
            raise Refusal(f"{named} has a log; chapar status shows their names")
    since = clock.now().wall - error_groups.length_of(options.since) if options.since else 0.0
    marks, elsewhere = log_report.job_of(settings, options.job, code)
    if elsewhere:
        print(f"chapar: run this on {', '.join(elsewhere)} too, which had the job", file=sys.stderr)
    query = log_query.LogQuery(marks, processes, since)
    usual = 0 if query.is_narrow else log_report.ENTRIES_SHOWN
    most = usual if options.lines is None else options.lines
    log_report.print_entries(
        settings.logs, query, say, most=most, follow=options.follow, json=options.json
    )
    return 0


def top(options: argparse.Namespace) -> int:
    """Show live what workers do, lanes, sites and failures, with keys; once where nobody looks."""
    from daemon.answers import json_text
    from daemon.console import colours
    from daemon.console.open_store import opened
    from daemon.top import top_facts, top_text

    settings = present_settings()
    with opened(settings) as db:
        seen = sys.stdout.isatty() and sys.stdin.isatty() and not colours.is_dumb()
        if options.json or options.once or not seen:
            facts = top_facts.read(db, settings)
            json_text.show(options, lambda: top_text.lines(facts), lambda: facts)
        else:
            from daemon.top.top_screen import TopScreen

            TopScreen(db, settings).run()
    return 0


def sites(options: argparse.Namespace) -> int:
    """List the sites with rules or breakers, and how your own links there did, checked daily."""
    from daemon.answers import json_text
    from daemon.console.open_store import opened
    from daemon.reports import site_report

    settings = present_settings()
    with opened(settings) as db:
        found = site_report.read(db, settings)
    json_text.show(options, lambda: site_report.listed(found), lambda: found)
    return 0


def load(options: argparse.Namespace) -> int:
    """Play people who come, on a stack of its own, and report latency, cost and what was lost."""
    from daemon.reports import load_command

    path = Path(options.scenario)
    name = str(path.resolve()) if path.is_file() else options.scenario
    words = [name, "--seconds", str(options.seconds), "--scale", str(options.scale)]
    server = ["--server", str(options.server.resolve())] if options.server else []
    load_command.become([*words, *server, "--out", str(options.out.resolve())])


def completion(options: argparse.Namespace) -> int:
    """Print the completion of commands and options for a shell."""
    from daemon import cli
    from daemon.helps import command_tree
    from daemon.helps.completion import SHELLS

    print(SHELLS[options.shell](command_tree.read(cli.parser())), end="")
    return 0


def man(options: argparse.Namespace) -> int:
    """Print the manual page chapar(1): chapar man | man -l -"""
    from daemon import cli
    from daemon.helps import command_tree, man_page

    print(man_page.page(command_tree.read(cli.parser())), end="")
    return 0


def words(of: dict[str, argparse.ArgumentParser]) -> None:
    """The words of these subcommands."""
    of["doctor"].add_argument(
        "--offline", action="store_true", help="ask neither Telegram nor any site, download nothing"
    )
    of["doctor"].add_argument(
        "--fix", action="store_true", help="do what is safe: modes of files, lost log files"
    )
    of["top"].add_argument("--once", action="store_true", help="as text, once")
    play = of["load"]
    play.add_argument("scenario", nargs="?", default="advert", help="a kept one, or a file")
    play.add_argument("--seconds", type=amount, default=1e9, help="play only the first seconds")
    play.add_argument("--scale", type=amount, default=1.0, help="so many times the arrivals")
    play.add_argument(
        "--server", type=Path, metavar="FILE", help="about a test server of yours, to be used"
    )
    play.add_argument("--out", type=Path, default=Path("load"), help="folder of the results")
    of["completion"].add_argument("shell", choices=("bash", "zsh", "fish"), help="which shell")
    one = of["logs"]
    one.add_argument("-f", "--follow", action="store_true", help="go on with what is written")
    one.add_argument(
        "-n", "--lines", type=row_count, metavar="N", help="the newest N; default: 200"
    )
    which = one.add_mutually_exclusive_group()
    which.add_argument("--job", default="", metavar="N", help="those of one job")
    which.add_argument(
        "--code", type=plain_text, default="", metavar="E-…", help="those of the job of a code"
    )
    which.add_argument(
        "--worker", nargs="?", const="", metavar="N", help="those of the workers, or of one"
    )
    one.add_argument("--since", default="", metavar="2h|7d", help="written since then only")
