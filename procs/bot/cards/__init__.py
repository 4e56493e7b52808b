"""Cards: what a link can be had as, asked by buttons; how a card looks, and what its buttons do.

`intake` imports `link_forms`, `card_actions` and `card_writer`; whoever opens a card again imports
`card_actions`.
"""
