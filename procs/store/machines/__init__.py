"""Machines that share a database: who they are, the clock they go by, and which one runs the bot.

The commands, the keeper and the bot import its modules; a database of one machine has no such rows.
"""
