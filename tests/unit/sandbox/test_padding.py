"""What the site puts behind a file: the same bytes in pieces as whole, of any size."""

import pytest

from tests.sandbox.site.padding import HEAD, MIB, Body, padding

FILE = b"film" * 100


@pytest.mark.parametrize("pad", [0, 1, 700, MIB - HEAD, MIB, 2 * MIB + 5])
def test_pieces_of_a_body_are_those_of_the_whole(pad):
    body = Body(FILE, pad)
    whole = FILE + padding(pad)

    pieces = [body[start : start + 65_521] for start in range(0, len(body), 65_521)]

    assert b"".join(pieces) == body[:] == whole
    assert len(body) == len(whole)
    assert body.until(407)[399:] == whole[399:407]


def test_a_piece_of_a_film_of_two_gigabytes_is_made_without_the_rest():
    body = Body(FILE, 2_000_000_000)

    assert len(body) == 2_000_000_000 + HEAD + len(FILE)
    assert body[-MIB:] == (body.block * 2)[(body.pad - MIB) % MIB :][:MIB]
