"""Every command that README.md and the pages of docs/ name, in a block or in a sentence."""

import re
import shlex

from tests import ROOT

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"^```(?:sh)?\n(.*?)^```", re.DOTALL | re.MULTILINE)
ANY_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
#: Programs that an operator calls, as far as the pages have them.
PROGRAM = re.compile(
    r"(?:age|apt-get|chapar|curl|docs/tour|du|fuser|git|install|journalctl|make|mkdir|packaging/\w+"
    r"|pip|pipx|podman|promtool|python3?|rclone|systemctl|systemd-\w+|timedatectl|uv|\.venv/\S+|cp)$"
)
#: What stands for something of the operator's own.
PLACES = {"<this repository>": "repository", "[now|list|verify|prune]": "now", "[MACHINE]": ""}


def found() -> dict[str, set[str]]:
    """Each command with the names of its pages."""
    commands: dict[str, set[str]] = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
        lines += re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`", ANY_BLOCK.sub("", text))
        for line in lines:
            for part in re.split(r" && | \| (?!man)", " ".join(line.partition("  #")[0].split())):
                if is_command(part):
                    commands.setdefault(part.strip(), set()).add(page.name)
    return commands


def is_command(line: str) -> bool:
    words = [word for word in line.split() if not re.match(r"CHAPAR_\w+=", word)]
    return len(words) > 1 and PROGRAM.match(words[0]) is not None


def words_of(line: str) -> list[str]:
    """As a shell reads it, without where its output goes."""
    for shown, meant in PLACES.items():
        line = line.replace(shown, meant)
    line = re.sub(r" (?:>|\|) .*", "", line)
    return [word for word in shlex.split(line) if not re.match(r"CHAPAR_\w+=", word)]
