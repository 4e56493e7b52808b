"""The pages of the panel that show figures: what people use, and how the server does.

`admin/panel/admin_set.py` imports `figure_pages`, and the page of sponsors `picture_reply`.
"""
