"""yt-dlp as the child uses it: options, what is known of a media, lists, the download.

Only the child imports it; workers import `look_cache` and `playlists`.
"""
