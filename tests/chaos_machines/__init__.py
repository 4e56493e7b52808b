"""Several machines lose each other, their database and the right time, and each request still gets
its media once."""
