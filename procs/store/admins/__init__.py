"""Admins: who has which role, what they did, and where each is in a conversation with the bot.

Others import `admin_rows` (roles that owners gave), `audit_log` (who did what to whom) and
`conversation_states` (one row for each admin, chat and topic). What an admin's act changes is
written in the transaction of its row of the audit log.
"""
