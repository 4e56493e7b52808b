"""Which addresses may be visited, beside an oracle that was written another way."""

import random
from ipaddress import IPv4Address, IPv6Address

import pytest

from procs import errors
from procs.engine.egress.policy import BLOCKED_4, is_public, policy, read

PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0
192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 203.0.112.255 223.255.255.255
2000:: 2001:200:: 2001:db7:ffff:: 2001:db9:: 2003:: 2606:4700:4700::1111 2a00:1450:4001:82a::200e
3ffe:ffff:: 3fff:1000:: ::ffff:1.1.1.1 ::ffff:808:808
"""

PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.0 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1
198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.255 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255
:: ::1 ::a00:5 ::10.0.0.5 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.5 ::ffff:0:0
::ffff:0:127.0.0.1 64:ff9b::a00:5 64:ff9b:1::1 100::1 1fff:ffff:: 2001::1
2001:1ff:: 2001:db8::1 2002:7f00:1:: 2002:a00:5:: 3fff::1 3fff:fff:: 4000:: 5f00::1 8000:: fc00::1
fd00::5 fe80::1 fec0::1 ff02::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
"""

NONE = """
fe80::1%eth0 ::1%lo 2606:4700::1%1 2130706433 0x7f000001 0177.0.0.1 127.1 127.000.000.001
1.1.1.1:80 [::1] localhost ::ffff:127.1 1.1.1 256.1.1.1 1.1.1.1/32 ::1:: １.1.1.1 1。1.1.1
"""


@pytest.mark.parametrize("text", PUBLIC.split())
def test_public(text):
    assert policy(()).refusal(read(text), 443) is None


@pytest.mark.parametrize("text", PRIVATE.split())
def test_not_public(text):
    assert type(policy(()).refusal(read(text), 443)) is errors.Forbidden


@pytest.mark.parametrize("text", ["", " 1.1.1.1", "1.1.1.1\n", *NONE.split()])
def test_what_is_no_plain_address_is_refused(text):
    with pytest.raises(errors.Forbidden):
        read(text)


@pytest.mark.parametrize("port", [1, 21, 22, 25, 79, 81, 442, 444, 3306, 6379, 8080, 65535])
def test_only_the_ports_of_the_web(port):
    assert type(policy(()).refusal(read("1.1.1.1"), port)) is errors.Forbidden


@pytest.mark.parametrize(
    ("address", "port", "free"),
    [
        ("10.20.3.4", 8080, True),
        ("::ffff:10.20.3.4", 22, True),
        ("10.21.0.1", 80, False),
        ("fd12::5", 8443, True),
        ("fd13::5", 443, False),
        ("1.1.1.1", 443, True),
        ("1.1.1.1", 8080, False),
        ("10.10.34.36", 80, False),
    ],
)
def test_exceptions_of_the_operator(address, port, free):
    ours = policy(("10.20.0.0/16", "fd12::/16"))
    assert (ours.refusal(read(address), port) is None) is free


def test_a_filters_address_is_called_by_its_name():
    assert type(policy(()).refusal(read("10.10.34.36"), 443)) is errors.SiteFiltered
    assert policy(("10.10.34.0/24",)).refusal(read("10.10.34.36"), 443) is None


def oracle_4(number):
    """The special addresses of IPv4, octet by octet, as the registry's prose says them."""
    a, b, c = number >> 24, number >> 16 & 255, number >> 8 & 255
    if a in (0, 10, 127) or a >= 224:
        return False
    if a == 192:
        return not (b == 168 or (b == 0 and c in (0, 2)) or (b == 88 and c == 99))
    if a == 198:
        return not (b in (18, 19) or (b == 51 and c == 100))
    return not (
        (a == 100 and 64 <= b <= 127)
        or (a == 169 and b == 254)
        or (a == 172 and 16 <= b <= 31)
        or (a == 203 and b == 0 and c == 113)
    )


def oracle_6(number):
    """The same for IPv6, group by group."""
    one, two = number >> 112, number >> 96 & 0xFFFF
    if one == two == 0 and number >> 32 == 0xFFFF:
        return oracle_4(number & 0xFFFFFFFF)
    if one == 0x2001:
        return two > 0x1FF and two != 0xDB8
    return one >> 13 == 1 and one != 0x2002 and not (one == 0x3FFF and two < 0x1000)


def edges(blocks):
    """Numbers on and beside the ends of blocks of addresses."""
    for block in blocks:
        address, _, length = block.partition("/")
        first = int(IPv4Address(address))
        last = first + 2 ** (32 - int(length)) - 1
        yield from (n % 2**32 for n in (first - 1, first, first + 1, last - 1, last, last + 1))


def test_a_million_addresses_and_an_oracle():
    """Half of them random, half near to what is special."""
    draw = random.Random(34)
    near = list(edges(BLOCKED_4))
    heads = [
        0x2000,
        0x2001,
        0x2002,
        0x3FFE,
        0x3FFF,
        0x4000,
        0x1FFF,
        0,
        0x64,
        0xFC00,
        0xFE80,
        0xFF00,
    ]
    for _ in range(250_000):
        number = draw.getrandbits(32)
        assert is_public(IPv4Address(number)) is oracle_4(number), IPv4Address(number)
        number = (draw.choice(near) & ~0xFF) | draw.getrandbits(8)
        assert is_public(IPv4Address(number)) is oracle_4(number), IPv4Address(number)
        number = draw.getrandbits(128)
        assert is_public(IPv6Address(number)) is oracle_6(number), IPv6Address(number)
        number = draw.choice(heads) << 112 | draw.getrandbits(draw.choice((96, 112)))
        address = IPv6Address(number)
        assert is_public(address.ipv4_mapped or address) is oracle_6(number), address


def test_what_is_public_is_so_for_python_too():
    draw = random.Random(35)
    for _ in range(50_000):
        for address in (IPv4Address(draw.getrandbits(32)), IPv6Address(draw.getrandbits(128))):
            assert address.is_global or not is_public(address), address
