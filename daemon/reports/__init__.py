"""Commands that report figures over time.

The registry imports `use_command`.
"""
