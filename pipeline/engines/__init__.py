"""Engines beside pix2pix, behind the same function: pages in, class probabilities out."""
