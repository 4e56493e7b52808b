"""Files of cookies as owners see them: their health, and another file in place of one.

`admin_set` imports `cookie_pages` (what is shown and asked) and `cookie_inbox` (a file that an
owner sent). The content of a file is never shown, logged or written anywhere but in its own file.
"""
