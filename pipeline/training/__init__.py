"""Train and judge the nets that separate."""
