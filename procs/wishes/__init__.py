"""What a person asks for: variants, entries of lists, sites by name, and names for what comes back.

Pure functions without database or network; every part above may import them.
"""
