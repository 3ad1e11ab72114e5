"""Our own profiles as RELAX NG, the driver schema, and pins of the official schemas."""
