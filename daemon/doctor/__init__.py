"""`chapar doctor`: everything that keeps Chapar from working, or soon will, with evidence and fix.

`daemon.operator_registry` imports `examination`, `report` and `mends`.
"""
