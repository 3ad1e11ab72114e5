"""The catalog: what is in the archive, and how it came there."""
