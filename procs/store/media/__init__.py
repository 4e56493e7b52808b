"""Media that Telegram holds, uploads and deliveries on their way, results of looks.

The worker and the bot import its modules.
"""
