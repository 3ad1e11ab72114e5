"""Documents of other systems to records."""
