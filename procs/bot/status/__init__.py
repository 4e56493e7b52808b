"""Status messages: what each request's message says, when it may change, and who writes it.

The bot's `__main__` and `intake` import `status_board`.
"""
