"""A site on loopback for try_boot and try_container: /film.mp4 at once, /slow.mp4 in ten seconds.
The film is a file that is named, or /film.mp4."""

import sys
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FILM = Path(sys.argv[1] if len(sys.argv) > 1 else "/film.mp4")
#: Pieces, and the pause between two.
PIECES, PAUSE = 50, 0.2


class FilmRequest(SimpleHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.say_size()

    def do_GET(self) -> None:
        film = FILM.read_bytes()
        self.say_size()
        step = len(film) // PIECES + 1
        for start in range(0, len(film), step):
            self.wfile.write(film[start : start + step])
            if self.path.startswith("/slow"):
                time.sleep(PAUSE)

    def say_size(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(FILM.stat().st_size))
        self.end_headers()


ThreadingHTTPServer(("127.0.0.1", 8099), FilmRequest).serve_forever()
