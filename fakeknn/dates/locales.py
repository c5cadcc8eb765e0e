"""LocaleUtils: the languages and countries that Java knows."""

from __future__ import annotations

import re

from fakeknn.errors import IllegalArgumentException, IllformedLocaleException, MissingResourceException
from fakeknn.xcontent import java_string

_LANGUAGE = re.compile("[A-Za-z]{2,8}")
_REGION = re.compile("[A-Za-z]{2}|[0-9]{3}")
_VARIANT = re.compile("[0-9A-Za-z]{5,8}|[0-9][0-9A-Za-z]{3}")

#: Those that have a name of three letters too (Locale.getISOLanguages, Locale.getISOCountries).
_LANGUAGES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
    es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw ja ji
    jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd
    ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split()
)
_COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
    CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
    GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
    MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
    SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
    UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()
)


def parse_locale(name: str) -> str:
    """LocaleUtils.parse, as Locale.toString tells what it has read; IllegalArgumentException,
    IllformedLocaleException.
    """
    separator = re.search("[-_]", name)
    parts = name.split(separator.group() if separator else "-")
    if len(parts) > 3:
        raise IllegalArgumentException(f"Locales can have at most 3 parts but got {len(parts)}: {java_string(parts)}")
    if name.upper() == "ROOT":
        return ""
    names = ("language", "region", "variant")
    for what, part, form in zip(names, parts, (_LANGUAGE, _REGION, _VARIANT), strict=False):
        if part and not form.fullmatch(part):
            raise IllformedLocaleException(f"Ill-formed {what}: {part} [at index 0]")
    language, region, variant = (*parts, "", "")[:3]
    language, region = language.lower(), region.upper()
    if language and len(language) != 3 and language not in _LANGUAGES:
        unknown = MissingResourceException(f"Couldn't find 3-letter language code for {language}")
        raise IllegalArgumentException(f"Unknown language: {parts[0]}") from unknown
    if region and region not in _COUNTRIES:
        unknown = MissingResourceException(f"Couldn't find 3-letter country code for {region}")
        raise IllegalArgumentException(f"Unknown country: {parts[1]}") from unknown
    return "_".join((language, region, variant)).rstrip("_")
