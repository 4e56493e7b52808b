"""Search: words that are no link, what was found for them, and the result that is chosen.

The intake imports `search_actions`.
"""
