"""Whether the archive still holds what it wrote."""
