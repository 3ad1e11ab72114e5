"""From a scan to an upright, straight page on its paper."""
