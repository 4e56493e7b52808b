"""Pages with films, files under odd names and types, lists of pieces and of media."""

from tests.sandbox.foreign import files
from tests.sandbox.foreign.replies import HLS, JSON, MASTER, MPD, html, listing, moved, refused
from tests.sandbox.foreign.server import Reply


def films(base: str) -> dict[str, Reply]:
    film = '<video src="/film.mp4"></video>'

    def file(name: str, kind: str, *headers: tuple[str, str]) -> Reply:
        return Reply((files.folder() / name).read_bytes(), kind, headers=headers)

    return {
        "/film/refresh.html": html(
            head='<meta http-equiv="refresh" content="0; url=/film/v.html">'
        ),
        "/film/v.html": html(film),
        "/film/deaf.html": html('<video src="/deaf/film.mp4"></video>'),
        "/film/deafstream.html": html(f'<video><source src="/deaf/seg.m3u8" type="{HLS}"></video>'),
        "/film/deafrefresh.html": html(
            head='<meta http-equiv="refresh" content="0; url=/deaf/film/deaf.html">'
        ),
        "/film/deaf.m3u8": listing("/deaf/seg0.ts", "/deaf/seg1.ts"),
        "/film/charset.html": Reply("<title>مرحبا</title>".encode("cp1256") + film.encode(),
                                    "text/html; charset=windows-1256"),
        "/film/badcharset.html": Reply(f"<title>x</title>{film}".encode(),
                                       "text/html; charset=x-no"),
        "/film/utf16.html": Reply(f"<title>x</title>{film}".encode("utf-16"),
                                  "text/html; charset=utf-16"),
        "/film/notype": Reply(f"<html>{film}</html>".encode(), ""),
        "/film/plaintype": Reply(f"<!doctype html><html>{film}</html>".encode(), "text/plain"),
        "/film/octet": file("film.mp4", "application/octet-stream"),
        "/film/astext.mp4": file("film.mp4", "text/plain"),
        "/film/ashtml.mp4": file("film.mp4", "text/html"),
        "/film/notyped.mp4": file("film.mp4", ""),
        "/film/named.jpg": file("film.mp4", "video/mp4"),
        "/film/get.php": file("film.mp4", "video/mp4"),
        "/film/asphoto.mp4": file("one.jpg", "image/jpeg"),
        "/film/photo": file("one.jpg", "image/jpeg"),
        "/film/attached": file("film.mp4", "application/force-download",
                               ("Content-Disposition", 'attachment; filename="my film.mp4"')),
        "/film/list.html": html('<a href="film.mp4">film.mp4</a><a href="../">Parent</a>',
                                title="Index of /film"),
        "/film/index/": html("".join(f'<a href="/film/{n}.mp4">{n}.mp4</a>' for n in range(12))
                             + '<a href="../">Up</a>', title="Index of /film"),
        "/film/onelink.html": html('<p>Get it <a href="/film.mp4">here</a></p>'),
        "/film/setup.exe": file("archive.zip", "application/octet-stream"),
        "/film/app.apk": file("archive.zip", "application/vnd.android.package-archive"),
        "/film/data.bin": file("archive.zip", "application/octet-stream"),
        "/film/paper.docx": file("archive.zip", "application/octet-stream"),
        "/film/dl.php": file("archive.zip", "application/zip"),
        "/film/play.php": file("song.ogg", "audio/ogg"),
        "/film/pic.php": file("one.jpg", "image/jpeg"),
        "/film/get.aspx": file("film.mp4", "video/mp4"),
        "/film/film.mp4.html": html(film),
        "/film/jw.html": html('<script>jwplayer("x").setup({file: "/film.mp4"});</script>'),
        "/film/lazyvideo.html": html('<video data-src="/film.mp4"></video>'),
        "/film/srcdoc.html": html("<iframe srcdoc='&lt;video src=/film.mp4&gt;'></iframe>"),
        "/film/htmlasjpg.jpg": html("<h1>Hotlinking forbidden</h1>"),
        "/film/jpegastext": file("one.jpg", "text/plain"),
        "/film/jpeghtml": file("one.jpg", "text/html"),
        "/film/tv.html": html(f'{film}<video src="/film.webm"></video>'),
        "/film/late.html": html('<video src="/film/late.mp4"></video>'),
        "/film/late.mp4": refused(403),
        "/film/expired.html": html('<video src="/film/token1.mp4"></video>',
                                   title="Expired"),
        "/film/anew.html": Reply(b'<html><video src="/film/token1.mp4"></video></html>',
                                 then=Reply(b'<html><video src="/film.mp4"></video></html>')),
        "/film/token1.mp4": refused(403),
        "/film/emptyfile.mp4": Reply(b"", "video/mp4"),
        "/film/emptyvideo.html": html('<video src="/film/emptyfile.mp4"></video>'),
        "/film/nocontent.mp4": Reply(b"", "video/mp4", 204),
        "/film/nocontent.html": Reply(b"", status=204),
        "/film/loop.mp4": moved("/film/loop.mp4"),
        "/film/ping.mp4": moved("/film/pong.mp4"),
        "/film/pong.mp4": moved("/film/ping.mp4"),
        "/film/away.mp4": moved("http://10.0.0.5/x.mp4"),
        "/film/intofile.mp4": moved("file:///etc/passwd"),
        "/film/nowhere.mp4": Reply(status=302),
        "/film/permanent.mp4": moved("/film.mp4", 308),
        "/film/error.mp4": Reply(b'{"error": "gone"}', JSON),
        "/film/htmlinstead.mp4": html("<h1>Please wait</h1>"),
        "/film/loginstead.mp4": moved("/login"),
        "/film/bigzip.zip": file("archive.zip", "application/zip"),
        "/film/subs.html": html('<video src="/film.mp4"><track kind=subtitles srclang=fa '
                                'src="/film/gone.vtt"></video>'),
        "/film/poster.html": html('<video src="/film.mp4" poster="/gone.jpg"></video>'),
        "/film/data.json": Reply(b'{"video": "/film.mp4"}', JSON),
        "/film/feed.json": Reply(f'{{"version":"https://jsonfeed.org/version/1.1","title":"f",'
                                 f'"items":[{{"url":"{base}/film.mp4"}}]}}'.encode(), JSON),
        "/film/atom.xml": Reply(f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
                                f'<title>A</title><entry><title>one</title>'
                                f'<link href="{base}/film.mp4"/></entry></feed>'.encode(),
                                "application/atom+xml"),
        "/film/rss.xml": Reply(f'<?xml version="1.0"?><rss version="2.0"><channel><title>R</title>'
                               f'<item><title>one</title><link>{base}/film.mp4</link></item>'
                               f'<item><title>two</title><link>{base}/film.webm</link></item>'
                               f'</channel></rss>'.encode(), "application/rss+xml"),
        "/film/norss.xml": Reply(b'<?xml version="1.0"?><rss version="2.0"><channel>'
                                 b"<title>R</title></channel></rss>", "application/rss+xml"),
        "/film/list.m3u": Reply(f"#EXTM3U\n#EXTINF:2,A\n{base}/song.ogg\n".encode(),
                                "audio/x-mpegurl"),
        "/film/songs.m3u": Reply(b"#EXTM3U\n#EXTINF:2,First\n/song.ogg\n\n#EXTINF:2,\n/song.flac\n",
                                 "audio/x-mpegurl"),
        "/film/emptym.m3u8": Reply(b"#EXTM3U\n", HLS),
        "/film/nolist.m3u8": Reply(b"", HLS),
        "/film/htmllist.m3u8": html("no list"),
        "/film/badkey.m3u8": listing(
            "/seg0.ts", tags='#EXT-X-KEY:METHOD=AES-128,URI="/gone.key"\n'
        ),
        "/film/drm.m3u8": listing("/seg0.ts", tags='#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",'
                                  'KEYFORMAT="com.apple.streamingkeydelivery"\n'),
        "/film/emptyseg.m3u8": listing("/seg0.ts", "/film/void.ts"),
        "/film/stallseg.m3u8": listing("/seg0.ts", "/stalls/seg1.ts"),
        "/film/cutseg.m3u8": listing("/seg0.ts", "/cut/seg1.ts"),
        "/film/void.ts": Reply(b"", "video/mp2t"),
        "/film/allgone.m3u8": listing("/x0.ts", "/x1.ts"),
        "/film/audio.m3u8": Reply(MASTER.encode(), HLS),
        "/film/live.m3u8": listing("/seg0.ts", "/seg1.ts", end=""),
        "/film/dash.mpd": Reply(MPD.format("/film.mp4").encode(), "application/dash+xml"),
        "/film/dashgone.mpd": Reply(MPD.format("/gone.mp4").encode(), "application/dash+xml"),
        "/film/nodash.mpd": Reply(b"<MPD>", "application/dash+xml"),
    }  # fmt: skip
