"""From a page to its class map and regions."""
