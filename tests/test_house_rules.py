"""The rules of the house, held by reading the source. CONTRIBUTING.md says them in words."""

import ast
import configparser
import re
import subprocess
from importlib import metadata
from itertools import pairwise, product
from pathlib import Path

import pytest

import daemon
from daemon import cli
from procs import config
from procs.records.job import MOVES
from tests.source import LAYERS, ROOT, Source, imports, ours, part_of, sources, under

#: A library has one home, so that an outage of one edge cannot stop the others.
HOMES = {
    "babel": ("procs.bot", "procs.texts.i18n", "procs.texts.catalogues"),
    "dotenv": ("procs.config.setting_sources",),
    "matplotlib": ("procs.charts.renderer",),
    **dict.fromkeys(("av", "imageio_ffmpeg"), ("procs.engine.libav",)),
    "orjson": ("procs.core.codec",),
    "psycopg": ("procs.store.postgresql",),
    "pyrage": ("procs.backups.cipher",),
    "pyrogram": ("procs.telegram",),
    **dict.fromkeys(("sqlite3", "sqlite_utils"), ("procs.store.sqlite",)),
    "supervisor": ("daemon",),
    "yt_dlp": ("procs.engine",),
}
SQL = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|BEGIN|WITH) ?")
#: The rooms of the kinds of databases, who may import them, and the words of one kind alone.
ROOMS, DOOR = ("procs.store.sqlite", "procs.store.postgresql"), "procs.store.database"
OF_ONE_KIND = re.compile(r"sqlite|pragma|data_version|\bwal\b|checkpoint|rowid|postgres", re.I)
ONE_KIND = re.compile(r"pytest\.mark\.(sqlite|postgresql)")
#: The modules outside that use one of those words, and what for.
NAMERS = {
    DOOR: "the table of schemes",
    **dict.fromkeys(("procs.config.values", "procs.config.address_values"), "forms of addresses"),
    "procs.core.log": "the form of an address whose password is hidden",
    "procs.telegram.session.mtproto_client": "the library's own class for a file of a session",
}
#: The only places where `except Exception` stands: where a worker settles a job, where the bot
#: settles an update, and the tops of processes (every `__main__`, and a forked child's).
CATCHES_ALL = {"procs.worker.settlement", "procs.bot.conversation.failure_boundary"}
CATCHES_ALL |= {"procs.engine.child.child", "procs.store.postgresql.statements.pipeline"}
#: Who may look at the environment: settings, the launcher that passes it on, supervisord's number.
ENVIRONMENT = {"procs.config.settings", "daemon.commands.launch", "procs.core.process"}
ENVIRONMENT |= {"daemon.supervisor.supervisord"}
FILE, FUNCTION = 300, 40


def test_imports_point_downward():
    wrong = [
        f"{source.name} imports {module}"
        for source in ours()
        for module in imports(source)
        if (part := part_of(module)) is not None
        and part != source.part
        and LAYERS[part] >= LAYERS[source.part]
    ]
    assert wrong == []


def test_a_library_has_one_home():
    wrong = [
        f"{source.name} imports {module}"
        for source in ours()
        for module in imports(source)
        if (homes := HOMES.get(module.split(".")[0])) and not under(source.name, homes)
    ]
    assert wrong == []


def test_sql_stands_only_in_the_store():
    wrong = [
        f"{source.name}:{node.lineno} {node.value[:40]!r}"
        for source in ours()
        if source.part != "procs.store"
        for node in source.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    assert wrong == []


def test_one_kind_of_database_is_named_only_in_its_room():
    outside = {s.name: s.text for s in ours() if not under(s.name, (*ROOMS, "procs.store.move"))}
    assert {name for name in outside if OF_ONE_KIND.search(outside[name])} == set(NAMERS)


def test_the_room_of_a_kind_of_database_has_one_door_and_looks_at_no_other_part_of_the_store():
    pairs = [(source.name, module) for source in ours() for module in imports(source)]
    inward = [
        f"{name} imports {module}"
        for (name, module), room in product(pairs, ROOMS)
        if under(module, (room,)) and not under(name, (room, DOOR))
    ]
    outward = [
        f"{name} imports {module}"
        for (name, module), room in product(pairs, ROOMS)
        if under(name, (room,)) and under(module, ("procs.store",)) and not under(module, (room,))
    ]
    assert (inward, outward) == ([], [])


def test_the_database_is_opened_at_two_places():
    """By a process, which brings its settings along, and by a command; a move opens two."""
    opening = {
        source.name
        for source in ours()
        if any(module == f"{DOOR}.open_database" for module in imports(source))
    }
    assert {n for n in opening if ".move." not in n} == {"procs.start", "daemon.console.open_store"}


def test_no_bare_except_and_few_that_catch_all():
    wrong = [
        f"{source.name}:{node.lineno}"
        for source in (*ours(), *sources("tests"))
        for node in source.nodes
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (source in ours() and catches_all(node)))
        and not (source.name in CATCHES_ALL or source.name.endswith("__main__"))
    ]
    assert wrong == []


def catches_all(handler: ast.ExceptHandler) -> bool:
    """`except Exception`, and `except BaseException` that does not raise on."""
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    raises = any(isinstance(node, ast.Raise) and node.exc is None for node in handler.body)
    return "Exception" in names or ("BaseException" in names and not raises)


def test_only_settings_read_the_environment():
    wrong = [
        source.name
        for source in ours()
        if source.name not in ENVIRONMENT and any(map(reads_environment, source.nodes))
    ]
    assert wrong == []


def reads_environment(node: ast.AST) -> bool:
    """`os.getenv`, or `os.environ` in any use but `os.environ.update`, which only writes."""
    if isinstance(node, ast.Attribute) and node.attr != "update":
        inner = ast.unparse(node.value) if isinstance(node.value, ast.Attribute) else ""
        return ast.unparse(node) == "os.getenv" or inner == "os.environ"
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ"


def test_one_module_asks_the_wall_clock():
    asks = re.compile(r"\btime\.time\(|\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(")
    wrong = [s.name for s in ours() if s.name != "procs.core.clock" and asks.search(s.text)]
    assert wrong == []


def test_files_and_functions_are_short():
    every = (*ours(), *sources("tests", "bench"))
    files = [s.name for s in every if len(s.text.splitlines()) > FILE]
    functions = [
        f"{source.name}.{node.name}"
        for source in ours()
        for node in source.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION
    ]
    assert (files, functions) == ([], [])


def test_every_module_says_what_it_is():
    written = [s for s in (*ours(), *sources("tests", "bench")) if s.text.strip()]
    wrong = [s.name for s in written if not ast.get_docstring(s.tree)]
    assert wrong == []


def test_nothing_is_left_undone():
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b|\bNotImplementedError\b")
    wrong = [s.name for s in (*ours(), *sources("tests", "bench")) if marks.search(unmarked(s))]
    assert wrong == []


def unmarked(source: Source) -> str:
    """The text without the line in this file that names the marks."""
    return "\n".join(line for line in source.text.splitlines() if "re.compile" not in line)


def test_tests_wait_for_events_and_mock_nothing():
    wrong = [
        f"{source.name} {module}"
        for source in sources("tests")
        for module in imports(source)
        if module == "time.sleep" or module.startswith("unittest.mock")
    ]
    wrong += [
        f"{source.name}:{node.lineno}"
        for source in sources("tests")
        for node in source.nodes
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "time.sleep"
    ]
    assert wrong == []


@pytest.mark.parametrize("command", sorted(cli.commands()))
def test_every_command_is_explained_and_stands_in_the_readme(command):
    assert cli.commands()[command].__doc__
    assert f"chapar {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_make_target_is_explained():
    targets = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)[0].split()
    said = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True)
    assert [t for t in targets if f"make {t} " not in said.stdout.decode()] == []


def test_the_drawing_of_states_is_the_table():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawn = re.findall(r"^ +(\w+) --> (\w+) : (\w+)$", text, re.M)
    table = {(a.name.lower(), b.name.lower(), event) for (a, event), b in MOVES.items()}
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == table


def test_env_example_names_exactly_the_settings():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^(CHAPAR_\w+)=$", text, re.M)) == sorted(config.NAMES)


def test_every_setting_is_explained_in_env_example():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    above = {line: before for before, line in pairwise(lines)}
    bare = [n for n in config.NAMES if not above[f"{n}="].startswith(("# ", "CHAPAR_API_ID="))]
    assert bare == []


def test_daemon_is_ours():
    """`daemon` is also the import name of python-daemon, and `tests` one that TgCrypto installs."""
    assert daemon.PROJECT == "chapar-bot"
    assert Path(daemon.__file__).parent == ROOT / "daemon"
    assert setup()["metadata"]["name"] == daemon.PROJECT


def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg")
    return parser


def listed(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and line.strip()[0] != "#"]


def test_every_package_is_listed():
    folders = {s.name for s in ours() if s.path.name == "__init__.py"}
    assert set(listed(setup()["options"]["packages"])) == folders


def test_every_folder_of_code_is_a_package():
    wrong = {s.path.parent for s in (*ours(), *sources("tests", "bench"))}
    assert [str(folder) for folder in wrong if not (folder / "__init__.py").exists()] == []


def test_every_requirement_is_pinned():
    parser = setup()
    wanted = listed(parser["options"]["install_requires"])
    for extra in parser["options.extras_require"].values():
        wanted += listed(extra)
    pins = listed((ROOT / "constraints.txt").read_text())
    pinned = {plain(pin.partition("==")[0]) for pin in pins if "==" in pin}
    assert len(pinned) == len(pins)
    names = {plain(re.match(r"[\w.-]+", line)[0]) for line in wanted}
    assert sorted(names - pinned) == []


def plain(name: str) -> str:
    """A distribution's name as comparisons want it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_one_distribution_owns_pyrogram():
    owners = set(metadata.packages_distributions()["pyrogram"])
    assert {plain(owner) for owner in owners} == {"kurigram"}


def test_a_contract_test_for_any_database_names_none():
    """They get a database from their `place`, so that another kind can stand behind them."""
    suite = {path: path.read_text() for path in (ROOT / "tests" / "contract").rglob("test_*.py")}
    general = {path: text for path, text in suite.items() if not ONE_KIND.search(text)}

    assert [path.name for path, text in general.items() if OF_ONE_KIND.search(text)] == []
    assert len(general) > len(suite) / 2


def test_one_module_settles_which_language_somebody_reads():
    assert [s.name for s in ours() if "i18n.choose(" in s.text] == ["procs.telegram.chat.inbound"]
