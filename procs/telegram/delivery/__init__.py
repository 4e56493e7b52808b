"""Media for chats: described, sent once by reference, looked for where an answer was lost.

Workers import `courier`.
"""
