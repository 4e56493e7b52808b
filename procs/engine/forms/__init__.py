"""The forms of a media: formats that are chosen, choices that are shown, subtitles.

Pure functions over a site's list; the child imports them.
"""
