"""From folders of scans to registered issues."""
