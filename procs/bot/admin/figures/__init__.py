"""The pages of the panel that show figures: what people use, and how the server does.

`admin/panel/admin_set.py` imports `figure_pages`; nothing else is imported from outside.
"""
