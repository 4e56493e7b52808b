"""Support: messages of people go to the support chat, and what is answered there goes back.

`admin/panel/admin_set.py` imports `support_desk`; the intake asks it about each message.
"""
