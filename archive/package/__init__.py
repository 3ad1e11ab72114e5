"""Packages for other systems: written, read back, validated."""
