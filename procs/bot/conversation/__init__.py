"""Messages in and replies out: their order, their limits, and their failures.

Every room of the bot imports it.
"""
