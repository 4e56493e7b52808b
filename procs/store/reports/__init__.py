"""What is shown of many rows at once, to commands and to a person; and what is forgotten.

Commands, the bot and the keeper import its modules.
"""
