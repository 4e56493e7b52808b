"""Sends media into chats by reference, each once.

Workers import `courier`, and the records `ChatTarget` and `Presentation`.
"""
