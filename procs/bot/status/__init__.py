"""Status messages: their text, when each may be edited, and who edits it.

The bot's `__main__` and `intake` import `status_board`.
"""
