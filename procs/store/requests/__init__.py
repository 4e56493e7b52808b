"""What people asked for in their chats, and what status messages, buttons and links stand for it.

The bot and the worker import its modules.
"""
