"""The exit codes of every command: the help and the manual page say these."""

#: Of every command.
EVERY_CODE = {
    0: "it did what it says",
    1: "it refused; one sentence on standard error says why",
    2: "words that it does not know",
    130: "ended by Ctrl-C",
    141: "nobody reads its output any more",
}
NOT_STARTED = {4: "Chapar is not started"}
GAVE_UP = {3: "a process was not in after two minutes; what served before serves on"}
#: What a code means besides, by the command.
OWN_CODES: dict[str, dict[int, str]] = {
    "up": {3: "all is started, and after a minute something does not serve yet"},
    "init": {3: "the file is written, and Telegram could not be asked"},
    "stop": NOT_STARTED,
    "status": {
        0: "all runs",
        3: "something does not run, no worker may serve, or the disk lets no download start",
        **NOT_STARTED,
    },
    "check": {0: "nothing is wrong", 1: "something is wrong"},
    "doctor": {0: "nothing is wrong", 1: "something is wrong", 5: "there are only warnings"},
    "load": {1: "something was lost, twice or wrong, a goal was missed, or it refused"},
    "rolling-restart": {**GAVE_UP, **NOT_STARTED},
    "reload": {**GAVE_UP, **NOT_STARTED},
    "upgrade": {1: "it went back, or says what did not; or it refused", **GAVE_UP},
    "move": {4: "supervisord ended meanwhile"},
    "backup verify": {1: "a backup is bad, or it refused"},
}


#: Those of every command that its help has; the manual page has the others.
HELP_CODES = (0, 1)


def epilog(command: str) -> str:
    """What the help of a command, or of one below another (`backup verify`), says of them."""
    codes = {code: EVERY_CODE[code] for code in HELP_CODES} | OWN_CODES.get(command, {})
    said = "; ".join(f"{code}: {meaning}" for code, meaning in sorted(codes.items()))
    return f"exit codes: {said}"
