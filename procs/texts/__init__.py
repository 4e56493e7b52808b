"""Text that people read: catalogues, numbers, directions, foreign text made safe.

Every part that writes to people imports its modules; none of them knows a chat.
"""
