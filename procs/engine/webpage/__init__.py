"""What a page of no known site holds: frames, files, pictures, walls.

The child imports `page_media`; `failures` may ask `page_walls`.
"""
