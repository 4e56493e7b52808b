"""Completion for bash, zsh and fish: commands, their options, and the words that may follow."""

import shlex
from collections.abc import Callable

from daemon.helps.command_tree import CommandHelp, Word

BASH = """\
# bash completion for chapar; made by: chapar completion bash
_chapar() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} path= word words=
    COMPREPLY=()
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "${{path:+$path }}$word" in
            {paths}) path="${{path:+$path }}$word" ;;
        esac
    done
    case "$path:$prev" in
{values}
    esac
    case "$path" in
{words}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}}
complete -o default -F _chapar chapar
"""
ZSH = """\
#compdef chapar
# zsh completion for chapar; made by: chapar completion zsh
_chapar() {{
    local path_= word prev=${{words[CURRENT-1]}}
    local -a found
    for word in ${{words[2,CURRENT-1]}}; do
        case "${{path_:+$path_ }}$word" in
            {paths}) path_="${{path_:+$path_ }}$word" ;;
        esac
    done
    case "$path_:$prev" in
{values}
    esac
    case "$path_" in
{words}
    esac
    _describe -t chapar chapar found || _files
}}
if [[ $funcstack[1] == _chapar ]]; then _chapar "$@"; else compdef _chapar chapar; fi
"""


def bash(top: CommandHelp) -> str:
    """The script for bash."""
    values = value_cases(top, bash_value)
    words = [f'        "{one.path}") words="{" ".join(offered(one))}" ;;' for one in top.walk()]
    return BASH.format(paths=paths(top), values="\n".join(values), words="\n".join(words))


def value_cases(top: CommandHelp, offer: Callable[[Word], str]) -> list[str]:
    """What a shell offers behind each option that takes a value, as branches of its `case`."""
    return [
        f'        "{one.path}:{flag}") {offer(word)}; return ;;'
        for one in top.walk()
        for word in one.words
        if word.takes
        for flag in word.flags
    ]


def bash_value(word: Word) -> str:
    """What bash offers behind an option."""
    if word.choices:
        return f'COMPREPLY=($(compgen -W "{" ".join(word.choices)}" -- "$cur"))'
    return 'COMPREPLY=($(compgen -f -- "$cur"))' if word.is_path else ":"


def offered(one: CommandHelp) -> list[str]:
    """What may be written next behind a command."""
    flags = [flag for word in one.words for flag in word.flags]
    chosen = [choice for word in one.words if not word.flags for choice in word.choices]
    return [*(below.name for below in one.below), *chosen, *flags]


def paths(top: CommandHelp) -> str:
    """All commands, as one pattern of a case."""
    return "|".join(f'"{one.path}"' for one in top.walk() if one.path)


def zsh(top: CommandHelp) -> str:
    """The script for zsh."""
    values = value_cases(top, zsh_value)
    words = [f'        "{one.path}") found=({zsh_words(one)}) ;;' for one in top.walk()]
    return ZSH.format(paths=paths(top), values="\n".join(values), words="\n".join(words))


def zsh_value(word: Word) -> str:
    """What zsh offers behind an option."""
    if word.choices:
        return f"compadd -- {' '.join(word.choices)}"
    return "_files" if word.is_path else ":"


def zsh_words(one: CommandHelp) -> str:
    """What zsh offers within a command, each with its meaning."""
    said = [(below.name, below.help) for below in one.below]
    said += [(c, word.help) for word in one.words if not word.flags for c in word.choices]
    said += [(flag, word.help) for word in one.words for flag in word.flags]
    return " ".join(shlex.quote(f"{name}:{help.replace(':', ';')}") for name, help in said)


def fish(top: CommandHelp) -> str:
    """The script for fish."""
    lines = [
        "# fish completion for chapar; made by: chapar completion fish",
        "complete -c chapar -f",
    ]
    for one in top.walk():
        place = shlex.quote(fish_place(one))
        for below in one.below:
            lines.append(
                f"complete -c chapar -n {place} -a {below.name} -d {shlex.quote(below.help)}"
            )
        for word in one.words:
            lines += fish_word(word, place)
    return "\n".join(lines) + "\n"


def fish_place(one: CommandHelp) -> str:
    """The condition under which the words of a command are offered."""
    seen = [f"__fish_seen_subcommand_from {name}" for name in one.path.split()]
    if one.below and one.path:
        seen.append(f"not __fish_seen_subcommand_from {' '.join(b.name for b in one.below)}")
    return "; and ".join(seen) or "__fish_use_subcommand"


def fish_word(word: Word, place: str) -> list[str]:
    """The lines of one option for fish; `place` is the condition of its command."""
    head = f"complete -c chapar -n {place}"
    given = f" -x -a {shlex.quote(' '.join(word.choices))}" if word.choices else ""
    if word.takes and not word.choices:
        given = " -r -F" if word.is_path else " -x"
    if not word.flags:
        if word.is_path:
            return [f"{head} -F"]
        return [f"{head} -a {shlex.quote(' '.join(word.choices))}"] if word.choices else []
    flags = "".join(f" -l {f[2:]}" if f.startswith("--") else f" -s {f[1:]}" for f in word.flags)
    return [f"{head}{flags}{given} -d {shlex.quote(word.help)}"]


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}
