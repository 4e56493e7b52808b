"""The forms of a media: which formats are chosen, which are shown, which subtitles there are.

Pure functions over a site's list; the child imports them.
"""
