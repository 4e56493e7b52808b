"""What is kept of a site's words: no secrets; and what tells two failures apart."""

import pytest

from procs.store.health.fingerprint import EXAMPLE, example, fingerprint

SAME = [
    ("took 31 seconds", "took 7 seconds"),
    ("open /tmp/a/b.mp4 failed", "open /home/x/c.mkv failed"),
    ("see https://a.example/1?x=2", "see http://b.example/"),
    ("[vimeo] abc: is gone", "[vimeo] xyz: is gone"),
    ("item kJHgfDSaPo gone", "item QWErtyUIop gone"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_numbers_ids_addresses_and_paths_do_not_matter(one, other):
    assert fingerprint(one) == fingerprint(other)


def test_other_words_are_another_failure():
    assert fingerprint("is private") != fingerprint("is gone")


@pytest.mark.parametrize(
    "detail",
    [
        "at https://cdn.example/v.mp4?sig=HUSH",
        "Cookie: SID=HUSH; other=HUSH",
        '{"access": 1, "token": "HUSH"}',
        "Authorization: Bearer HUSH",
        "with access_token=HUSH",
        "csrftoken: HUSH",
        "Bearer HUSH was refused",
        "http://user:HUSH@site.example/",
    ],
)
def test_an_example_has_no_secrets(detail):
    assert "HUSH" not in example(detail)


def test_words_about_secrets_are_none():
    said = "Could not retrieve guest token; use --cookies for the authentication"

    assert example(said) == said


def test_an_example_is_one_short_line():
    assert len(example("word\n" * 100_000)) <= EXAMPLE
    assert "\n" not in example("a\nb")
