"""What a person asks for: variants, entries of lists, sites, file names.

Pure functions without database or network; every part above may import them.
"""
