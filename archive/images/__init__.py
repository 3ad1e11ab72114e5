"""Scans and images: opened, checked, decoded, written."""
