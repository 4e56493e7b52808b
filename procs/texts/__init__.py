"""What people read: catalogues, numbers and directions, and strangers' text made safe.

Every part that writes to people imports its modules; none of them knows a chat.
"""
