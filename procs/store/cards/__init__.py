"""Cards in the store: what a look means for who is asked, and what their choice becomes.

The worker's look and the bot's cards import `card_choices`; the rows are `procs.store.media.cards`.
"""
