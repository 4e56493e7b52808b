"""Groups and channels: what of their messages is meant for the bot, and who decides there.

The intake and the commands import it.
"""
