"""yt-dlp whose searches ask the loopback site: its own code, with other addresses of services.

An engine's folder stands in front of ours where a nursery imports from, and yt-dlp's plugins are
off there. So the folder has a `sitecustomize`, which the interpreter reads when it starts.
"""

from pathlib import Path

from procs.engine.releases.versions import Versions, installed
from tests.sandbox.stack import Stack

TEXT = """
from yt_dlp.extractor.soundcloud import SoundcloudSearchIE
from yt_dlp.extractor.youtube import YoutubeSearchIE

SITE = {site!r}
SoundcloudSearchIE._API_V2_BASE = SITE + "/api-v2/"
SoundcloudSearchIE._initialize_pre_login = lambda self: None
SoundcloudSearchIE._CLIENT_ID = "loopback"
download = YoutubeSearchIE._download_json


def there(self, url, *more, **facts):
    return download(self, url.replace("https://www.youtube.com", SITE), *more, **facts)


YoutubeSearchIE._download_json = there
YoutubeSearchIE._download_ytcfg = lambda self, *more, **facts: {{}}
"""


class SearchingStack(Stack):
    """A stack whose yt-dlp searches at the loopback site."""

    async def up(self) -> None:
        search_at(self.state / "engines", self.url(""))
        await super().up()


def search_at(engines: Path, site: str) -> None:
    """Have the engines of a home search at a site."""
    version = installed()
    folder = engines / version.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(TEXT.format(site=site))
    Versions(engines).point({"use": version.name, "before": ""})
