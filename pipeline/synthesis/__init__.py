"""Pages composed from pictures, layouts and type, with exact truth."""
