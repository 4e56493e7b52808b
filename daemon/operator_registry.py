"""The subcommands by which an operator looks into a Chapar, as `registry` has the others."""

import argparse
import json

import daemon
from daemon.registry import say


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
        mends.carry_out(findings, lambda line: None if options.json else say(line))
    return report.exit_code(findings)


def words(of: dict[str, argparse.ArgumentParser]) -> None:
    """The words of these subcommands."""
    of["doctor"].add_argument("--json", action="store_true", help="for programs")
    of["doctor"].add_argument(
        "--offline", action="store_true", help="ask neither Telegram nor any site, download nothing"
    )
    of["doctor"].add_argument(
        "--fix", action="store_true", help="do what is safe: modes of files, lost log files"
    )
