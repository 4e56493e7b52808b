"""Cards: what a link can be had as, asked by buttons; how a card looks, and what its buttons do.

`intake` imports `link_forms` and `card_actions`, `assembly` imports `card_writer`; whoever opens a
card again imports `card_actions`.
"""
