"""`python -m daemon.install.manual man|bash|zsh|fish`: the manual page and the completions of the
shells, from the same words as `--help`."""

import argparse
import sys
import time

import daemon
from daemon import cli
from procs.core import clock

NAME = "chapar"
INTRODUCTION = "a Telegram bot that fetches media with yt-dlp"


def main(words: list[str]) -> int:
    kinds = {"man": man, "bash": bash, "zsh": zsh, "fish": fish}
    if not words or words[0] not in kinds:
        print(f"usage: python -m daemon.install.manual {'|'.join(kinds)}", file=sys.stderr)
        return 2
    at = float(words[1]) if len(words) > 1 else clock.now().wall
    print(kinds[words[0]](at), end="")
    return 0


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every subcommand with its parser, in the order of the help."""
    top = cli.parser()
    (found,) = [a for a in top._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(found.choices)


def options(of: argparse.ArgumentParser) -> list[argparse.Action]:
    return [one for one in of._actions if one.option_strings]


def words_below(of: argparse.ArgumentParser) -> list[str]:
    """The words of a command that has some of its own, such as `backup list`."""
    groups = [a for a in of._actions if isinstance(a, argparse._SubParsersAction)]
    return [word for group in groups for word in group.choices]


def escaped(text: str) -> str:
    """Text as roff takes it: nothing in it is a request or an escape."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe


def man(at: float) -> str:
    """The page of section 1."""
    date = time.strftime("%Y-%m-%d", time.gmtime(at))
    lines = [f'.TH CHAPAR 1 {date} "chapar {daemon.__version__}" "User Commands"', ".SH NAME"]
    lines += [f"{NAME} \\- {INTRODUCTION}", ".SH SYNOPSIS", ".B chapar", ".I command", "[options]"]
    lines.append(".SH COMMANDS")
    for name, parser in commands().items():
        lines += [".SS", f".B {escaped(f'{NAME} {name}')}", escaped(parser.description or "")]
        lines += [line for word in words_below(parser) for line in (".TP", f".B {escaped(word)}")]
        for one in options(parser):
            names = ", ".join(one.option_strings)
            metavar = f" {one.metavar}" if isinstance(one.metavar, str) else ""
            lines += [".TP", f".B {escaped(names + metavar)}", escaped(one.help or "")]
    lines += [".SH EXIT STATUS", "0: done; 1: refused, one sentence says why; 2: unknown words;"]
    lines += ["3: something does not run; 4: not started.", ".SH FILES"]
    lines += [".TP", escaped("/etc/chapar/chapar.env"), "settings of the service"]
    return "\n".join([*lines, ""])


def bash(at: float = 0.0) -> str:
    cases = [
        f"    {name}) words='{' '.join(words_of(parser))}' ;;"
        for name, parser in commands().items()
    ]
    body = "\n".join(cases)
    return f"""_chapar() {{
    local words
    case "${{COMP_WORDS[1]}}" in
{body}
    *) words='{" ".join(commands())} --version --help' ;;
    esac
    [ "$COMP_CWORD" -eq 1 ] && words='{" ".join(commands())} --version --help'
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _chapar chapar
"""


def words_of(parser: argparse.ArgumentParser) -> list[str]:
    return [*words_below(parser), *(name for one in options(parser) for name in one.option_strings)]


def zsh(at: float = 0.0) -> str:
    return f"#compdef chapar\nautoload -U +X bashcompinit && bashcompinit\n{bash()}"


def fish(at: float = 0.0) -> str:
    top = "complete -c chapar -n __fish_use_subcommand -f -a"
    lines = [f"{top} {name} -d {quoted(p.description or '')}" for name, p in commands().items()]
    for name, parser in commands().items():
        here = f"complete -c chapar -n '__fish_seen_subcommand_from {name}'"
        lines += [f"{here} -a {word}" for word in words_below(parser)]
        for one in options(parser):
            longs = [text[2:] for text in one.option_strings if text.startswith("--")]
            lines += [f"{here} -l {text} -d {quoted(one.help or '')}" for text in longs]
    return "\n".join([*lines, ""])


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
