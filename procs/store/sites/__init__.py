"""Sites: their breakers, their visitors and the health of their cookies.

The worker imports its modules; commands show them.
"""
