"""Who sends a message says how it is paid for."""

import ast

from tests.source import ours, under

#: The calls that Telegram counts, or may count, as messages.
COUNTED = {"SendMessage", "SendMedia", "SendMultiMedia", "ForwardMessages", "SendReaction"}
#: How a call leaves.
LEAVES = {"ask", "post", "post_all"}


def optional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The parameters of a function that a caller may leave out."""
    args = node.args
    named = zip(args.kwonlyargs, args.kw_defaults, strict=True)
    plain = args.posonlyargs + args.args
    last = plain[len(plain) - len(args.defaults) :]
    return {one.arg for one, default in named if default} | {one.arg for one in last}


def test_only_a_bare_question_costs_nothing_unless_its_caller_says_so():
    found = {
        f"{source.name}.{node.name}"
        for source in ours()
        if under(source.name, ("procs.telegram",))
        for node in source.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "leave" in optional(node)
    }
    assert found == {"procs.telegram.session.rpc.ask"}


def names(node: ast.AST) -> set[str]:
    """What is named inside of it."""
    found = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    return found | {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def test_whatever_makes_what_telegram_counts_is_told_how_it_is_paid_for():
    makers = {
        f"{source.name}.{node.name}": [one.arg for one in (*node.args.args, *node.args.kwonlyargs)]
        for source in ours()
        for node in source.nodes
        if isinstance(node, ast.AsyncFunctionDef)
        if COUNTED & names(node) and LEAVES & names(node)
    }
    assert makers
    assert [name for name, words in makers.items() if "leave" not in words] == []


def test_no_caller_says_that_a_call_costs_nothing():
    callers = {
        source.name
        for source in ours()
        for node in source.nodes
        if isinstance(node, ast.ImportFrom) and node.module == "procs.telegram.session.rpc"
        if "free" in {one.name for one in node.names}
    }
    assert callers == set()
