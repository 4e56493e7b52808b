"""Commands that report figures over time.

The registries import `use_command`, `site_report` and `load_command`.
"""
