"""The nightly run: stages, recipes, Luigi, ingest, publish, export, report."""
