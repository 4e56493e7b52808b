"""A prisoner's tries to speak with somebody: over networks, local sockets, the kernel's own."""

import socket

from tests.sandbox.attempts import FACTS, attempt


def connected(host, port):
    socket.create_connection((host, port), timeout=2).close()


@attempt
def canary():
    connected("127.0.0.1", FACTS["tcp"])


@attempt
def canary_in_other_clothes():
    connected("::ffff:127.0.0.1", FACTS["tcp"])


@attempt
def fast_open():
    with socket.socket() as link:
        link.sendto(b"x", 0x20000000, ("127.0.0.1", FACTS["tcp"]))


@attempt
def multipath():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as link:
        link.connect(("127.0.0.1", FACTS["tcp"]))


@attempt
def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.sendto(b"udp", ("127.0.0.1", FACTS["udp"]))


@attempt
def udp6():
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as link:
        link.sendto(b"udp6", ("::ffff:127.0.0.1", FACTS["udp"]))


@attempt
def unix_stream():
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(FACTS["unix"])


@attempt
def pair_of_datagrams_to_a_path():
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ends[0].sendto(b"pair", FACTS["datagram"])


@attempt
def pair_of_datagrams_to_an_abstract_name():
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ends[0].sendto(b"pair", "\0" + FACTS["abstract"])


@attempt
def netlink():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()


@attempt
def virtual_machine_socket():
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()


@attempt
def listening():
    with socket.socket() as listener:
        listener.listen()  # binds by itself, to a port on every address


@attempt
def listening_six():
    with socket.socket(socket.AF_INET6) as listener:
        listener.listen()


@attempt
def binding():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
