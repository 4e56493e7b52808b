"""What Telegram holds already, what is being uploaded or sent, and what looks read.

The worker and the bot import its modules.
"""
