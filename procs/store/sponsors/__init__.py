"""Sponsors: their chats, who is in them, what people sent before they joined, and the numbers.

The bot writes all of it, in one transaction with what it does; nothing else imports this room but
the keeper, which deletes what is old.
"""
