"""XML namespaces, in one place."""

METS = "http://www.loc.gov/METS/"
MODS = "http://www.loc.gov/mods/v3"
PREMIS = "http://www.loc.gov/premis/v3"
ALTO = "http://www.loc.gov/standards/alto/ns-v4#"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DV = "http://dfg-viewer.de/"
