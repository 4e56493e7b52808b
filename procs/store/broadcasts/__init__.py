"""Broadcasts: what is said to whom, how far each is, and one row per person with its random id.

The worker's room of broadcasts and the bot's room of broadcasts import both modules.
"""
