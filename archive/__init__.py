"""Where things are kept: paths, files, images, the catalog."""
