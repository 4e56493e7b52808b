"""What admins do with sponsors: the page of them, their campaigns, and chats that become sponsors.

`admin_set` puts `sponsor_pages`, `sponsor_acts` and `sponsor_adder` into the table of actions.
"""
