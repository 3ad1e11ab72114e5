"""When it happens: Luigi, config.ini and the command line."""
