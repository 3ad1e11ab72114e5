"""Languages as libraries name them: ISO 639-2/B, three letters.

Source: https://www.loc.gov/standards/iso639-2/
"""

from __future__ import annotations

import re

# 639-2/B, 639-1, the 639-2/T code where it differs, English name
_TABLE = """
aar aa - afar
abk ab - abkhazian
afr af - afrikaans
aka ak - akan
alb sq sqi albanian
amh am - amharic
ara ar - arabic
arg an - aragonese
arm hy hye armenian
asm as - assamese
ava av - avaric
ave ae - avestan
aym ay - aymara
aze az - azerbaijani
bak ba - bashkir
bam bm - bambara
baq eu eus basque
bel be - belarusian
ben bn - bengali
bih bh - bihari
bis bi - bislama
bos bs - bosnian
bre br - breton
bul bg - bulgarian
bur my mya burmese
cat ca - catalan
cha ch - chamorro
che ce - chechen
chi zh zho chinese
chu cu - church-slavic
chv cv - chuvash
cor kw - cornish
cos co - corsican
cre cr - cree
cze cs ces czech
dan da - danish
div dv - dhivehi
dut nl nld dutch
dzo dz - dzongkha
eng en - english
epo eo - esperanto
est et - estonian
ewe ee - ewe
fao fo - faroese
fij fj - fijian
fin fi - finnish
fre fr fra french
frr - - frisian
fry fy - western-frisian
ful ff - fulah
geo ka kat georgian
ger de deu german
gla gd - gaelic
gle ga - irish
glg gl - galician
glv gv - manx
gre el ell greek
grn gn - guarani
guj gu - gujarati
hat ht - haitian
hau ha - hausa
heb he - hebrew
her hz - herero
hin hi - hindi
hmo ho - hiri-motu
hrv hr - croatian
hun hu - hungarian
ibo ig - igbo
ice is isl icelandic
ido io - ido
iii ii - nuosu
iku iu - inuktitut
ile ie - interlingue
ina ia - interlingua
ind id - indonesian
ipk ik - inupiaq
ita it - italian
jav jv - javanese
jpn ja - japanese
kal kl - greenlandic
kan kn - kannada
kas ks - kashmiri
kau kr - kanuri
kaz kk - kazakh
khm km - khmer
kik ki - kikuyu
kin rw - kinyarwanda
kir ky - kyrgyz
kom kv - komi
kon kg - kongo
kor ko - korean
kua kj - kuanyama
kur ku - kurdish
lao lo - lao
lat la - latin
lav lv - latvian
lim li - limburgish
lin ln - lingala
lit lt - lithuanian
ltz lb - luxembourgish
lub lu - luba-katanga
lug lg - ganda
mac mk mkd macedonian
mah mh - marshallese
mal ml - malayalam
mao mi mri maori
mar mr - marathi
may ms msa malay
mlg mg - malagasy
mlt mt - maltese
mon mn - mongolian
nau na - nauru
nav nv - navajo
nbl nr - south-ndebele
nde nd - north-ndebele
ndo ng - ndonga
nds - - low-german
nep ne - nepali
nno nn - nynorsk
nob nb - bokmal
nor no - norwegian
nya ny - chichewa
oci oc - occitan
oji oj - ojibwa
ori or - oriya
orm om - oromo
oss os - ossetian
pan pa - panjabi
per fa fas persian
pli pi - pali
pol pl - polish
por pt - portuguese
pus ps - pushto
que qu - quechua
roh rm - romansh
rum ro ron romanian
run rn - rundi
rus ru - russian
sag sg - sango
san sa - sanskrit
sin si - sinhala
slo sk slk slovak
slv sl - slovenian
sme se - northern-sami
smo sm - samoan
sna sn - shona
snd sd - sindhi
som so - somali
sot st - sotho
spa es - spanish
srd sc - sardinian
srp sr - serbian
ssw ss - swati
sun su - sundanese
swa sw - swahili
swe sv - swedish
tah ty - tahitian
tam ta - tamil
tat tt - tatar
tel te - telugu
tgk tg - tajik
tgl tl - tagalog
tha th - thai
tib bo bod tibetan
tir ti - tigrinya
ton to - tonga
tsn tn - tswana
tso ts - tsonga
tuk tk - turkmen
tur tr - turkish
twi tw - twi
uig ug - uighur
ukr uk - ukrainian
urd ur - urdu
uzb uz - uzbek
ven ve - venda
vie vi - vietnamese
vol vo - volapuk
wel cy cym welsh
wln wa - walloon
wol wo - wolof
xho xh - xhosa
yid yi - yiddish
yor yo - yoruba
zha za - zhuang
zul zu - zulu
"""
_CODES = {
    form: row[0]
    for row in map(str.split, _TABLE.strip().splitlines())
    for form in row
    if form != "-"
} | {"frk": "ger"}
"""Every known form to its code; frk is Tesseract's name for German in Fraktur."""
_TAGS = {row[0]: row[1] for row in map(str.split, _TABLE.strip().splitlines()) if row[1] != "-"}
_TERMINOLOGIC = {
    row[0]: row[2] for row in map(str.split, _TABLE.strip().splitlines()) if row[2] != "-"
}
UNTOLD = frozenset({"mis", "mul", "und", "zxx"})
"""Codes of ISO 639-2 that name no language: uncoded, several, undetermined, none."""
_LEFTWARDS = ("ara", "div", "heb", "ota", "per", "pus", "snd", "syr", "uig", "urd", "yid")
"""Languages whose usual script begins at the right (Unicode CLDR, likely subtags); Kurdish, whose
is Latin there, does so only where Arabic script is stated."""
_LEFTWARD_SCRIPTS = ("Arab", "Aran", "Hebr", "Syrc", "Syre", "Syrj", "Syrn", "Thaa")
_THREE = re.compile(r"[a-z]{3}")


def to_language(term: str) -> str:
    """Return the ISO 639-2/B code of ``term``, or nothing where it names no language we know.

    A code of three letters that is not in the table is taken as it is.

    >>> to_language("de-AT"), to_language("deu"), to_language("French"), to_language("gsw")
    ('ger', 'ger', 'fre', 'gsw')
    >>> to_language("zho"), to_language("fas"), to_language("he")
    ('chi', 'per', 'heb')
    >>> to_language("mixed")
    ''
    """
    plain = term.strip().lower()
    main = re.split(r"[-_]", plain)[0]
    known = _CODES.get(plain) or _CODES.get(main)
    return known or (main if _THREE.fullmatch(main) else "")


def to_tag(term: str) -> str:
    """Return the BCP 47 tag of a language, as ALTO, hOCR and IIIF want it, or nothing.

    >>> to_tag("ger"), to_tag("frk"), to_tag("nds"), to_tag("mixed")
    ('de', 'de', 'nds', '')
    >>> to_tag("heb"), to_tag("chi"), to_tag("fas")
    ('he', 'zh', 'fa')
    """
    code = to_language(term)
    return _TAGS.get(code, code)


def to_terminologic(term: str) -> str:
    """Return the ISO 639-2/T code of a language, as Tesseract names its models, or nothing.

    >>> to_terminologic("dut"), to_terminologic("de"), to_terminologic("dan")
    ('nld', 'deu', 'dan')
    """
    code = to_language(term)
    return _TERMINOLOGIC.get(code, code)


def is_right_to_left(language: str, script: str = "") -> bool:
    """Say whether what is written in ``language`` or ``script`` (ISO 15924) begins at the right.

    >>> is_right_to_left("fas"), is_right_to_left("", "Hebr"), is_right_to_left("ger", "Latf")
    (True, True, False)
    """
    return script in _LEFTWARD_SCRIPTS or to_language(language) in _LEFTWARDS
