"""`chapar top`: who does what at this moment, refreshed each second, with keys for what to do.

`daemon.operator_registry` imports `top_facts`, `top_text` and, on a terminal, `top_screen`.
"""
