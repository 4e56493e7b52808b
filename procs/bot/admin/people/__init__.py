"""People as admins see them: who they are, what they use and cost, bans and caps, a word to them.

`admin_set` imports `people_pages` (looks) and `person_acts` (what is done with one).
"""
