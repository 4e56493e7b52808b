"""What people ask by a command or a button.

The bot's `intake` imports it.
"""
