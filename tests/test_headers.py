"""Running heads: what they say is read once, and nothing is made of what they do not say."""

from pipeline.describe.header import parse_header


def test_months_are_known_however_their_letters_were_cast():
    assert parse_header("Die Laterne. 12. Auguſt 1860.").date == "1860-08-12"
    assert parse_header("LA LANTERNE 5 Maı 1899").date == "1899-05-05"
