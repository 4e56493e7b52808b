"""`python -m tests.sandbox.every_command HOME`: what each subcommand answers on a home, as JSON.
All in one process, because each would take a third of a second by itself."""

import contextlib
import io
import json
import os
import sys

from daemon import cli

#: Every subcommand in a form that is right, by its first words.
COMMANDS = (
    *("up --no-bot", "up -d --no-bot", "status", "check --no-bot", "jobs", "jobs --all"),
    *("fetch http://x.example/a", "fetch --list http://x.example/a", "pause", "resume"),
    *(
        "pause --user 5",
        "why 1",
        "errors",
        "audit",
        "use",
        "breakers",
        "breakers --close youtube",
        "retry 1",
    ),
    *("cancel 1", "forget http://x.example/a", "drain", "cap", "cap 5 2", "cap --all 3"),
    *("mode", "mode light 2h", "top", "sites", "move --cancel"),
    *("engine list", "engine rollback", "rolling-restart", "rolling-restart m2", "stop"),
)


def answer(words: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error); a traceback is its last line, with code -1."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = cli.main(words.split())
        except BaseException as error:  # a traceback is what the tests look for
            return -1, out.getvalue(), f"{type(error).__name__}: {error}"
    return code, out.getvalue(), err.getvalue()


def main() -> None:
    os.environ["CHAPAR_HOME"] = sys.argv[1]
    print(json.dumps({words: answer(words) for words in COMMANDS}))


if __name__ == "__main__":
    main()
