"""A job's process that asks the real plugin for a PO token, fenced as a download is.

    python tests/sandbox/token_prisoner.py FACTS

FACTS is JSON: the folder of the script, whether to be fenced, and a port that is not the way out.
It prints the token; the script tells in it whether it reached that port.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from yt_dlp import YoutubeDL
from yt_dlp.extractor.youtube.pot.provider import PoTokenContext, PoTokenRequest

from procs.engine.jail import jail
from procs.engine.releases import token_plugin

FACTS = json.loads(sys.argv[1])


def main() -> None:
    token_plugin.PLACES = (Path(FACTS["server"]),)
    assert token_plugin.load()
    if FACTS["fenced"]:
        door = jail.way_out()
        jail.enter(Path.cwd(), door.getsockname()[1])
    options = {"quiet": True, "extractor_args": token_plugin.arguments(), "cachedir": False}
    with YoutubeDL({**options, "js_runtimes": {"deno": {}}}) as engine:
        youtube = engine.get_info_extractor("Youtube")
        youtube.initialize()
        client = {"clientName": "WEB", "clientVersion": "2.1"}
        request = PoTokenRequest(
            context=PoTokenContext.GVS,
            innertube_context={"client": client},
            innertube_host="www.youtube.com",
            internal_client_name="web",
            visitor_data="CgtWaXNpdG9yRGF0YQ%3D%3D",
            video_id="abcdefghijk",
            request_cookiejar=engine.cookiejar,
            request_proxy=f"http://127.0.0.1:{FACTS['port']}",
        )
        print(youtube._pot_director.get_po_token(request) or "none")


main()
