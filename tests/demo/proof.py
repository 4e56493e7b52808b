"""What was received, looked at once more: by its bytes and by what is in them."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from tests.demo.story import Story

#: Seconds that a container may say more or less than its streams last.
SLACK = 0.5
#: Seconds that the site's film and song last, and its long film.
LASTS, LONG = 6.0, 30.0
PROBE = """
import av, json, sys
with av.open(sys.argv[1]) as file:
    streams = [s for s in file.streams if s.type in ("audio", "video")]
    names = sorted(s.codec_context.name.removesuffix("float") for s in streams)
    played = [name for name in names if name != "mjpeg"]  # a song's cover is no film
    print(json.dumps([played, file.duration / av.time_base]))
"""


def look(story: Story) -> None:
    """Compare every received file with what Telegram was given, and play-length with the site's."""
    print("\nThe received files, by SHA-256 and by what is in them:")
    for what, path in story.files.items():
        media = story.received[what].media or {}
        same = hashlib.sha256(path.read_bytes()).hexdigest() == media["sha256"]
        streams, lasts = probe(path)
        wanted = ["mp3"] if what == "song" else ["aac", "h264"]
        length = LONG if what.startswith("shared") else LASTS
        good = same and streams[: len(wanted)] == wanted and abs(lasts - length) < SLACK
        words = f"{what:<12} {path.name}: {'+'.join(streams)}, {lasts:.1f} s, {media['size']} bytes"
        story.promise(words, good)


def probe(path: Path) -> tuple[list[str], float]:
    """(codecs, seconds), read by a process of its own."""
    done = subprocess.run([sys.executable, "-c", PROBE, path], capture_output=True, check=True)
    streams, lasts = json.loads(done.stdout)
    return streams, float(lasts)
