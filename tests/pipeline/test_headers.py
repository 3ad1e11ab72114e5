"""Running heads: what they say is read once, and nothing is made of what they do not say."""

import pytest

from pipeline.describe.header import parse_header


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("THE STRAND. No. 3, March 1888  120", "1888-03"),
        ("Vol. XXIII. No. 5. March, 1882", "1882-03"),
        ("Nr. 5. Mai 1899.", "1899-05"),
        ("THE STRAND. Vol. 12 March 1888", "1888-03"),
        ("No. 1645, 1871", "1871"),
        ("Nr. 5. 6. Mai 1899.", "1899-05-06"),
        ("Nr. 7. 12. Febr. 1871.", "1871-02-12"),
        ("4. Octbr. 1871. Illustrirte Zeitung. 84", "1871-10-04"),
        ("15. Septbr. 1872", "1872-09-15"),
        ("2. Dezbr. 1872", "1872-12-02"),
        ("XXII. Jahrg. 1907/1908. Heft 7", None),
        ("Jahrgang 1907-08. Heft 7", None),
        ("Nos. 11 & 12. March 1871", "1871-03"),
        ("Nr. 3 vom 12. 3. 1899", "1899-03-12"),
        ("15. 3. 1871 Der Bazar 84", "1871-03-15"),
        ("Die Woche 1905 - 212 -", "1905"),
        ("Jugend 1896 – 37 –", "1896"),
        ("Der Bazar 1871 - 84", "1871"),
        ("1907 / 1908 Die Woche 84", None),
    ],
)
def test_a_number_is_no_day_and_no_year(text, date):
    assert parse_header(text).date == date


def test_a_day_that_its_month_does_not_have_is_left_out():
    assert parse_header("84 Der Bazar. 31. April 1871").date == "1871-04"
    assert parse_header("Der Bazar. 29. Februar 1872").date == "1872-02-29"
    whole = parse_header("84 Mai 1899. Die Woche")
    assert (whole.date, whole.label) == ("1899-05", "84")


@pytest.mark.parametrize(
    ("text", "number", "volume"),
    [
        ("84 Der Bazar. [Nr. 11. Band XVII.]", "11", "17"),
        ("Der Bazar. Nr. 11. Bd. XVII.", "11", "17"),
        ("Nr. 3. 17. Band", "3", "17"),
        ("17. Band. Nr. 3", "3", "17"),
        ("XVII. Jahrgang. xii", None, "17"),
        ("84 Bd. XVII. Der Bazar", None, "17"),
        ("Der Bazar. № 11", "11", None),
        ("THE STRAND. Vol. ill. 312", None, None),
        ("84 Jahrgang XVII. Der Bazar", None, "17"),
        ("XVII. Jahrgang. II. Quartal", None, "17"),
        ("X33. Jahrgang. 84", None, None),
        ("Der Bazar. 17. Jg. Nro. 11.", "11", "17"),
        ("L'Illustration. XXIXe Année, N° 12", "12", "29"),
        ("Nos. 11 & 12. March 1871", "11", None),
        ("NO. 14,321.", "14321", None),
        ("Nr. 3. 1871", "3", None),
        ("Seite 84. Band 17", None, "17"),
    ],
)
def test_volumes_are_told_from_numbers_and_pages(text, number, volume):
    result = parse_header(text)
    assert (result.number, result.volume) == (number, volume)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("12. Januar 1871. Der Bazar. 84", "84"),
        ("84 Bd. XVII. Der Bazar", "84"),
        ("84 Der Bazar. Nr. 84.", "84"),
        ("Le Monde xvii", "xvii"),
        ("HARPER'S MAGAZINE. Vol. 12", None),
        ("Der Bazar. № 11", None),
        ("1871 Die Gartenlaube 1871", None),
        ("Droit civil", None),
        ("4. Octbr. 1871. Illustrirte Zeitung. 84", "84"),
        ("Nr. 7. 12. Febr. 1871.", None),
        ("Nr. 3 vom 12. 3. 1899", None),
        ("15. 3. 1871 Der Bazar 84", "84"),
        ("Seite 84. Band 17", "84"),
        ("l LA MODE 84", "84"),
        ("L'Illustration 84 l", None),
    ],
)
def test_a_label_is_what_nothing_else_says(text, label):
    assert parse_header(text).label == label


def test_titles_keep_words_of_roman_letters_and_no_numbers():
    assert parse_header("Droit civil").title == "Droit civil"
    assert parse_header("l  L'Illustration").title == "L'Illustration"
    assert parse_header("THE STRAND. No. 3, March 1888  120").title == "THE STRAND"


def test_months_are_known_however_their_letters_were_cast():
    assert parse_header("Die Laterne. 12. Auguſt 1860.").date == "1860-08-12"
    assert parse_header("LA LANTERNE 5 Maı 1899").date == "1899-05-05"


@pytest.mark.parametrize(
    ("text", "date", "title"),
    [
        ("L'ILLUSTRATION. 1er Janvier 1871", "1871-01-01", "L'ILLUSTRATION"),
        ("Der Bazar. Sonntag, den 15ten März 1871. 84", "1871-03-15", "Der Bazar. Sonntag"),
        ("THE LANTERN, 15th March, 1871", "1871-03-15", "THE LANTERN"),
        ("THE LANTERN, the 3rd of June 1871", "1871-06-03", "THE LANTERN"),
        ("La Mode. 21 Janv. 1871", "1871-01-21", "La Mode"),
        ("La Mode. 2 févr. 1871", "1871-02-02", "La Mode"),
        ("La Mode. 14 juil. 1871", "1871-07-14", "La Mode"),
        ("La Mode. 25 déc. 1871", "1871-12-25", "La Mode"),
    ],
)
def test_days_are_read_however_they_are_counted(text, date, title):
    result = parse_header(text)
    assert (result.date, result.title) == (date, title)


@pytest.mark.parametrize(
    ("text", "date", "label"),
    [
        ("Nummer 36.  Seite 1523.", None, "1523"),
        ("Die Woche. S. 1523", None, "1523"),
        ("1624   Die Woche", None, "1624"),
        ("Die Woche. 1624.", None, "1624"),
        ("1624   Die Woche. 1871", None, "1624"),
        ("84 Die Gartenlaube. 1871.", "1871", "84"),
        ("1871. Die Gartenlaube. 84", "1871", "84"),
        ("Die Gartenlaube 1871. Nr. 3", "1871", None),
        ("Der Bazar [Nr. 11. 1871]", "1871", None),
    ],
)
def test_a_number_alone_at_an_end_is_a_page_and_no_year(text, date, label):
    result = parse_header(text)
    assert (result.date, result.label) == (date, label)


@pytest.mark.parametrize(
    ("text", "date", "number", "volume", "label"),
    [
        ("Die Gartenlaube. Nr. 3. 1871", "1871", "3", None, None),
        ("Jahrgang XVII. Nr. 11. 1871.", "1871", "11", "17", None),
        ("The Studio. Vol. IV. 1894", "1894", None, "4", None),
        ("Seite 3. Der Bazar. 1871.", "1871", None, None, "3"),
        ("S. 1523. Die Woche. 1903", "1903", None, None, "1523"),
        ("1624 Die Woche. Nr. 36. 1903", "1903", "36", None, "1624"),
        ("The Studio. Vol. IV — 1894", "1894", None, "4", None),
        ("Nr. 3 (1871)", "1871", "3", None, None),
        ("Die Kunst. Heft 3/4. 1903", "1903", "3", None, None),
        ("Die Kunst. Nr. 11 u. 12. 1903", "1903", "11", None, None),
        ("Die Gartenlaube. Jahrgang 1871.", "1871", None, None, None),
        ("L'Illustration. 29e année. 1871", "1871", None, "29", None),
        ("Nr. 36 — 1523 —", None, "36", None, "1523"),
        ("1871. Der Bazar. Band II. 84", "1871", None, "2", "84"),
        ("Fliegende Blätter 1871", None, None, None, "1871"),
        ("1624   Die Woche", None, None, None, "1624"),
        ("Nummer 36.  Seite 1523.", None, "36", None, "1523"),
    ],
)
def test_a_year_behind_a_number_or_beside_a_stated_page_is_a_year(
    text, date, number, volume, label
):
    result = parse_header(text)
    assert (result.date, result.number, result.volume, result.label) == (
        date,
        number,
        volume,
        label,
    )


def test_a_title_ends_where_its_year_is_named():
    assert parse_header("Die Gartenlaube. Jahrgang 1871.").title == "Die Gartenlaube"
    assert parse_header("84 Jahrgang XVII. Der Bazar").title == "Der Bazar"


def test_a_double_number_is_no_day():
    assert parse_header("Nr. 11 und 12. Mai 1899").date == "1899-05"


def test_the_issue_of_a_month_is_no_number_and_no_day():
    result = parse_header("Mai-Heft 1903. 412")
    assert (result.number, result.date, result.label) == (None, "1903-05", "412")
    assert parse_header("Die Kunst. 1. Januarheft 1903").date == "1903-01"
    assert parse_header("Die Kunst. Heft 3. Mai 1903").number == "3"
    assert parse_header("Nummer 36.  Seite 1523.").title is None
