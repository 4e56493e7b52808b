"""libav in a warm process: facts of files, thumbnails, films copied into another container.

Runs in a forked, jailed child alone, since it decodes hostile files; `child.media_work` imports it.
"""
