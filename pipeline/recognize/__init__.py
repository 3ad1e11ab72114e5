"""Words, lines and regions of a page, by Tesseract."""
