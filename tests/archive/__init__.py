"""Tests of archive/."""
