"""From a rough probability to a clean alpha."""
