"""Media of a page that no extractor knows: frames, files, pictures, walls.

The child imports `page_media`; `failures` may ask `page_walls`.
"""
