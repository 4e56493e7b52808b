"""What a download costs beside its bytes: the proxy, the forked child, a cancel."""
