"""How the work on pages is spread over processes."""
