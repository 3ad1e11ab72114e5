"""Train, fine-tune, evaluate and compare separation engines."""
