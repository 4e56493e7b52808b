"""Status messages: their text, when each may be edited, and who edits it.

`assembly` and `intake` import `status_board`; the other rooms of the bot import the texts.
"""
