"""What makes a document good beyond its schema: one function a rule, with id, text and place."""
