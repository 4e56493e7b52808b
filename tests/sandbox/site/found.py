"""What the site's search finds, in the words of YouTube's and SoundCloud's services."""

from typing import Any

from aiohttp import web

#: How many results there are; and words for which there is none.
HITS, NOTHING = 12, "nothing"


class Searched:
    """Of a running site: its searches."""

    async def films(self, request: web.Request) -> web.Response:
        """As youtubei/v1/search answers."""
        words = (await request.json())["query"]
        if words == "down":
            raise web.HTTPInternalServerError
        found = [] if words == NOTHING else [film(words, n) for n in range(1, HITS + 1)]
        list_ = {"contents": [{"itemSectionRenderer": {"contents": found}}]}
        primary = {"primaryContents": {"sectionListRenderer": list_}}
        return web.json_response({"contents": {"twoColumnSearchResultsRenderer": primary}})

    async def songs(self, request: web.Request) -> web.Response:
        """As api-v2.soundcloud.com/search/tracks answers; each leads to the site's own clip."""
        words = request.query["q"]
        found = [
            {
                "id": n,
                "uri": str(request.url.origin()) + f"/episode/{n}/clip.mp4",
                "title": f"{words} song {n}",
                "duration": 61_000,
                "user": {"username": "A singer"},
            }
            for n in range(1, 4)
        ]
        return web.json_response({"collection": found, "next_href": None})


def film(words: str, number: int) -> dict[str, Any]:
    said = {"videoId": f"loopback{number:03}"}
    title = {"runs": [{"text": f"{words} film {number}"}]}
    channel = {"runs": [{"text": "A channel"}]}
    facts = {"title": title, "lengthText": {"simpleText": "4:05"}, "ownerText": channel}
    return {"videoRenderer": {**said, **facts}}
