"""Reports over many rows for commands and people; deletion and pruning.

Commands, the bot and the keeper import its modules.
"""
