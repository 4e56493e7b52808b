"""Sites: breakers, visits, and the health of cookies.

The worker imports its modules; commands show them.
"""
