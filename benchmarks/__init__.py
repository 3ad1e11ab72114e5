"""Figures that docs quote, each from a command anyone can run."""
