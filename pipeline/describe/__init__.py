"""What a page and its illustrations are: running head, captions."""
