"""Modes of the whole bot: what it does for whom at the moment, by an admin's word or by itself.

Others import `bot_modes` (the mode that holds), `bot_members` (whom the members' mode serves),
`mode_rules` (how long something has been bad, or good again) and `link_gate` (whether a link is
taken now, and in which form).
"""
