"""A scenario file with a mistake is refused before anything starts, in a sentence that names it."""

from dataclasses import replace

import pytest

from bench.load import links, scenario, scenario_rules
from bench.load.scenario import BadScenario, Scenario
from bench.load.scenario_rules import APART, MOST_KNOWN
from bench.load.schedule import Ask
from bench.load.trial import Trial
from procs.config.setting_table import TABLE


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('title = "x"\nseconds = 1\nper_secnod = 3', "per_secnod"),
        ('title = "x"\nseconds = 1\nper_second = 3\nkinds = { flim = 1 }', "flim"),
        ('title = "x"\nseconds = 1\nper_second = 3\ndeeds = { sing = 1 }', "sing"),
        ('title = "x"\nseconds = 1', "nobody comes"),
        ('title = "x"\nseconds = 1\nper_second = 1\ncurve = [1, 2]', "24"),
        ('title = "x', "Unterminated"),
        ("seconds = 1\nper_second = 1", "no title"),
        ('title = "x"\nseconds = -1\nper_second = 1', "seconds is a number above 0, not -1"),
        ('title = "x"\nseconds = inf\nper_second = 1', "seconds"),
        ('title = "x"\nseconds = 1\nper_second = "fast"', "per_second .* 'fast'"),
        ('title = "x"\nseconds = 1\nper_second = -3', "per_second"),
        ('title = "x"\nseconds = 1\nper_second = 1\npeople = 0', "people"),
        ('title = "x"\nseconds = 1\nper_second = 1\npeople = 1.5', "people"),
        ('title = "x"\nseconds = 1\nper_second = 1\nknown_links = 0', "known_links"),
        ('title = "x"\nseconds = 1\nper_second = 1\nday = 0', "day"),
        ('title = "x"\nseconds = 1\nper_second = 1\nkinds = ["film"]', "kinds is a table"),
        ('title = "x"\nseconds = 1\nper_second = 1\nkinds = { film = -1 }', "kinds.film"),
        ('title = "x"\nseconds = 1\nper_second = 1\nsizes = { big = 1 }', "'big' in sizes"),
        ('title = "x"\nseconds = 1\nper_second = 1\nsizes = { 10 = 0 }', "no film has a size"),
        ('title = "x"\nseconds = 1\nbursts = [{ at = 1 }]', "count of a burst"),
        ('title = "x"\nseconds = 1\nbursts = [{ at = 1, count = 0 }]', "count of a burst"),
        ('title = "x"\nseconds = 1\nbursts = 5', "bursts is a list"),
        ('title = "x"\nseconds = 3\nbursts = [{ at = 3, count = 1 }]', "after the 3 seconds"),
        ('title = "x"\nseconds = 1\nper_second = 1\ndeeds = { cancel = 1.5 }', "come to 1.5"),
        (
            'title = "x"\nseconds = 1\nper_second = 1\ndeeds = { cancel = 0.6, join = 0.6 }',
            "come to 1.2",
        ),
        ('title = "x"\nseconds = 1\nper_second = 1\nsizes = { 3000000000 = 1 }', "too large"),
        ('title = "x"\nseconds = 1\nper_second = 1\ncurve = "up"', "24"),
        ('title = "x"\nseconds = 1\nper_second = 1\nsettings = { wokers = 2 }', "CHAPAR_WOKERS"),
        ('title = "x"\nseconds = 1\nper_second = 1\nsettings = { workers = "x" }', "WORKERS: "),
        ('title = "x"\nseconds = 1\nper_second = 1\ngoals = { answer_p95 = 1 }', "answer_p95;"),
        ('title = "x"\nseconds = 1\nper_second = 1\ngoals = { cores = "few" }', "goals.cores"),
        ("\udcff", "decode"),
        (f'title = "x"\nseconds = 1{"0" * 400}\nper_second = 1', "seconds is a number above 0"),
        (f'title = "x"\nseconds = 1\nper_second = 0x{"f" * 5000}', "one of thousands of digits"),
        (
            'title = "x"\nseconds = 1\nper_second = 1\nkinds = { known = 1e308, film = 1e308 }',
            "film",
        ),
        (f'title = "x"\nseconds = 1\nper_second = 1\nsizes = {{ 1{"0" * 5000} = 1 }}', "too large"),
        (f'title = "x"\nseconds = 1\nper_second = 1\n[goals]\ncores = 1{"0" * 400}', "goals.cores"),
        (f'title = "x"\nseconds = 1\nper_second = 1\nday = 1e-310\ncurve = {[1] * 24}', "day is"),
        (f'title = "x"\nseconds = 1\nper_second = 1\ncurve = {[0] * 24}', "a curve of zeros"),
        (f"title = {'[' * 5000}{']' * 5000}", "nested too deeply"),
        ('title = "x"\nseconds = 1\nper_second = 1\nknown_links = 1_000_000_000', "to 10,000"),
        ('title = "x"\nseconds = 1\nper_second = 1\ngoals = { broken_p95_s = 1 }', "no run has"),
        ('title = "x"\nseconds = 1\nper_second = 1\ngoals = { clip_max_s = 1 }', "nobody sends"),
        (
            'title = "x"\nseconds = 1\nper_second = 1\nkinds = { known = 1, film = 0 }\n'
            "goals = { film_p95_s = 1 }",
            "goals.film_p95_s is about links that nobody sends",
        ),
        *(
            (f'title = "x"\nseconds = 1\nper_second = 1\nsettings = {{ {name} = "/tmp/x" }}', "own")
            for name in ("home", "database_url", "telegram_server", "bot_token", "roles")
        ),
        *(
            (
                f'title = "x"\nseconds = 1\nper_second = 1\nsettings = {{ {name} = "/tmp/x" }}',
                f"CHAPAR_{name.upper()} is about what is yours",
            )
            for name in (
                *("backup_folder", "backup_command", "backup_key_file", "metrics_textfile"),
                *("alert_webhook", "alert_mail", "heartbeat_url", "metrics"),
            )
        ),
        (
            'title = "x"\nseconds = 1\nper_second = 1\nsizes = { 20000000 = 1, 90000000 = 0 }\n'
            'settings = { max_file_size = "20MB" }',
            "refuses the largest of sizes; let it be 21048576",
        ),
    ],
)
def test_a_scenario_with_a_mistake_is_refused_with_the_mistake_named(tmp_path, text, word):
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(BadScenario, match=word):
        scenario.read(str(file))


def test_a_size_limit_above_all_films_and_a_goal_for_what_comes_are_taken(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        'title = "x"\nseconds = 1\nper_second = 1\nsettings = { max_file_size = "3MB" }\n'
        "goals = { film_p95_s = 1, answer_p95_s = 1, sign_max_s = 3 }"
    )

    assert scenario.read(str(file)).settings == {"max_file_size": "3MB"}


def test_no_secret_is_taken_from_a_scenario_whose_words_stand_in_every_result():
    secrets = [one.field for one in TABLE if one.secret]

    told = [list(scenario_rules.settings({"settings": {name: "x"}})) for name in secrets]

    assert all(len(one) == 1 and one[0].endswith("leave it out") for one in told)


def test_sizes_so_near_to_each_other_that_two_films_are_the_same_are_refused():
    sizes = {"1400000": 1.0, "1400007": 1.0}
    near = Scenario("x", seconds=30, per_second=3, sizes=sizes)

    with pytest.raises(BadScenario, match="1400000 .*1400007|1400007 .*1400000"):
        Trial(near, print)

    Trial(replace(near, sizes={"1400000": 1.0, "1500000": 1.0}), print)


def test_the_longest_run_has_a_link_of_its_own_for_every_message_beside_the_known_ones():
    """Above 131,072 messages a new film had the bytes of a known one."""
    known = [Ask(0, 0, "known", number, 1_400_000) for number in (0, MOST_KNOWN - 1)]
    films = [Ask(0, 0, "film", number, 1_400_000) for number in (0, 1 << 17, scenario.MOST - 1)]

    pads = [links.padded(ask) for ask in (*known, *films)]

    assert pads == sorted(set(pads))
    assert pads[-1] - pads[0] < APART
    links.judge([*known, *films])


def test_any_number_of_people_can_be_asked_for_and_too_many_are_refused():
    with pytest.raises(BadScenario, match="are too many"):
        scenario.judge_size(scenario.read("burst").shortened(2, 1e308))


def test_all_mistakes_are_told_at_once_each_in_a_line(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("seconds = 0\nper_second = 1\nkinds = { flim = 1 }\npeple = 3")

    with pytest.raises(BadScenario) as told:
        scenario.read(str(file))

    assert len(str(told.value).splitlines()) == 1 + 4


def test_a_truth_in_the_settings_is_written_as_the_product_reads_it(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        'title = "x"\nseconds = 1\nper_second = 1\nsettings = { reply_keyboard = true }'
    )

    assert scenario.read(str(file)).settings == {"reply_keyboard": "on"}


def test_a_scenario_that_is_not_there_is_refused_with_those_that_are():
    for name in ("nosuch", "n" * 300):
        with pytest.raises(BadScenario, match="hostile"):
            scenario.read(name)
