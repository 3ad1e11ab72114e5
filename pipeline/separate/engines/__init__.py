"""Separation engines: each gives a class map with probabilities."""
