"""A media site with the manners of small, old and broken servers."""
