"""Who sends a message says how it is paid for."""

import ast

from tests.source import ours, under


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
