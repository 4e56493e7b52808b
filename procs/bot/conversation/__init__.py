"""One person's messages in and answers out: their order, their limits, and what a failure becomes.

Every room of the bot imports it.
"""
