"""Sponsors as people meet them: who has to join what, and the links that wait meanwhile.

The intake imports `sponsor_gate`, which asks `membership` who lacks which sponsor; `sponsor_choice`
is pure. What admins do with sponsors is `procs.bot.admin.sponsors`.
"""
