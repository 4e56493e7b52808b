"""The two ends of the proxy's bench, in processes of their own so that only the proxy's CPU counts.

python -m bench.engine.peer serve BYTES             says its port, sends BYTES to who asks
python -m bench.engine.peer load PROXY PORT COUNT   reads COUNT tunnels to PORT to their ends
"""

import socket
import sys
import threading
from collections.abc import Callable

PIECE = bytes(1024**2)


def serve(size: int) -> None:
    """Say the port, and send `size` bytes to everybody who connects, for ever."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            link, _ = listener.accept()
            threading.Thread(target=send, args=(link, size), daemon=True).start()


def send(link: socket.socket, size: int) -> None:
    """Send `size` bytes."""
    with link:
        for _ in range(size // len(PIECE)):
            link.sendall(PIECE)


def load(proxy: int, port: int, count: int) -> None:
    """Read all tunnels at once, and say how many bytes came."""
    came = [0] * count
    readers = [threading.Thread(target=receive, args=(proxy, port, came, n)) for n in range(count)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    print(sum(came), flush=True)


def receive(proxy: int, port: int, came: list[int], place: int) -> None:
    """Count the bytes of one tunnel in `came[place]`."""
    room = bytearray(len(PIECE))
    with socket.create_connection(("127.0.0.1", proxy)) as link:
        link.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
        head = link.recv(39)  # the answer, which comes before any byte of the site
        assert head.startswith(b"HTTP/1.1 200"), head
        while count := link.recv_into(room):
            came[place] += count


#: The two ends, by the word that starts one.
WORK: dict[str, Callable[..., None]] = {"serve": serve, "load": load}

if __name__ == "__main__":
    work, *words = sys.argv[1:]
    WORK[work](*map(int, words))
