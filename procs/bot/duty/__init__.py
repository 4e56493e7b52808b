"""Who runs the bot where several machines may: one, while the others stand by.

The start of the bot's process uses it; the rest of the bot does not know of other machines.
"""
