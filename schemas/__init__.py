"""What a thing is: records, errors, XML in and out. Pure."""
