"""What is installed beside us, as its own records say.

Programs and processes ask here who owns a package that they import.
"""
