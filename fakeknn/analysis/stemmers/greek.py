"""Lucene's stemmer of Greek: Georgios Ntais, Development of a Stemmer for the Greek Language.

It takes words in lower case without accents and without final sigmas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_VOWELS = tuple("αεηιουω")
_VOWELS_BUT_Y = tuple("αεηιοω")

#: Irregular words: endings, and how many letters they lose.
_IRREGULAR = tuple(
    (tuple(endings.split()), length)
    for endings, length in (
        ("καθεστωτοσ καθεστωτων γεγονοτοσ γεγονοτων", 4),
        ("καθεστωτα", 3),
        ("τατογιου τατογιων", 4),
        ("γεγονοτα", 3),
        ("καθεστωσ", 2),
        ("σκαγιου σκαγιων ολογιου ολογιων κρεατοσ κρεατων περατοσ περατων τερατοσ τερατων", 4),
        ("τατογια", 3),
        ("γεγονοσ", 2),
        ("φαγιου φαγιων σογιου σογιων", 4),
        ("σκαγια ολογια κρεατα περατα τερατα φαγια σογια φωτοσ φωτων", 3),
        ("κρεασ περασ τερασ φωτα", 2),
        ("φωσ", 1),
    )
)


def _irregular(word: str) -> str:
    for endings, length in _IRREGULAR:
        if word.endswith(endings):
            return word[:-length]
    return word


@dataclass(frozen=True, slots=True)
class _Rule:
    """Takes off the first of the suffixes behind which something is left; some stems get a part of it back.

    ``back`` is what the stems of ``words`` and those that end with one of ``endings`` get; with ``but`` all others do.
    """

    suffixes: tuple[str, ...]
    back: str = ""
    words: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    but: bool = False

    def apply(self, word: str) -> str:
        for suffix in self.suffixes:
            if word.endswith(suffix) and len(word) > len(suffix):
                stem = word[: len(word) - len(suffix)]
                special = stem in self.words or stem.endswith(self.endings)
                return stem + self.back if special is not self.but else stem
        return word


def _rule(suffixes: str, back: str = "", words: str = "", endings: str = "", but: bool = False) -> _Rule:
    return _Rule(tuple(suffixes.split()), back, frozenset(words.split()), tuple(endings.split()), but)


_AFTER_VOWEL = " ".join(_VOWELS)
_RULES_1_TO_6 = (
    _rule("αδεσ αδων", "αδ", "", "οκ μαμ μαν μπαμπ πατερ γιαγι νταντ κυρ θει πεθερ", but=True),
    _rule("εδεσ εδων", "εδ", "", "οπ ιπ εμπ υπ γηπ δαπ κρασπ μιλ"),
    _rule("ουδεσ ουδων", "ουδ", "", "αρκ καλιακ πεταλ λιχ πλεξ σκ σ φλ φρ βελ λουλ χν σπ τραγ φε"),
    _rule("εωσ εων", "ε", "θ δ ελ γαλ ν π ιδ παρ"),
    _rule("ια ιου ιων", "ι", "", _AFTER_VOWEL),
    _rule(
        "ικα ικο ικου ικων",
        "ικ",
        "αλ αδ ενδ αμαν αμμοχαλ ηθ ανηθ αντιδ φυσ βρωμ γερ εξωδ καλπ καλλιν καταδ μουλ μπαν μπαγιατ μπολ μποσ νιτ ξικ"
        " συνομηλ πετσ πιτσ πικαντ πλιατσ ποστελν πρωτοδ σερτ συναδ τσαμ υποδ φιλον φυλοδ χασ",
        _AFTER_VOWEL,
    ),
)
_RULE_7 = _rule("ηθηκαμε ουσαμε αγαμε ησαμε ηκαμε")
_RULE_7_AM = _rule("αμε", "αμ", "αναπ αποθ αποκ αποστ βουβ ξεθ ουλ πεθ πικρ ποτ σιχ χ")
_RULE_8_LEFT = frozenset("ιουντανε ιοντανε ιοτανε αγανε".split())  # before the others nothing need be left
_RULE_8 = "ιουντανε ιοντανε ουντανε ηθηκανε ιοτανε οντανε ουσανε αγανε ησανε οτανε ηκανε".split()
_RULE_8_AN = _rule(
    "ανε",
    "αν",
    "βετερ βουλκ βραχμ γ δραδουμ θ καλπουζ καστελ κορμορ λαοπλ μωαμεθ μ μουσουλμ ν ουλ π πελεκ πλ πολισ πορτολ"
    " σαρακατσ σουλτ τσαρλατ ορφ τσιγγ τσοπ φωτοστεφ χ ψυχοπλ αγ γαλ γερ δεκ διπλ αμερικαν ουρ πιθ πουριτ σ ζωντ ικ"
    " καστ κοπ λιχ λουθηρ μαιντ μελ σιγ σπ στεγ τραγ τσαγ φ ερ αδαπ αθιγγ αμηχ ανικ ανοργ απηγ απιθ ατσιγγ βασ βασκ"
    " βαθυγαλ βιομηχ βραχυκ διατ διαφ ενοργ θυσ καπνοβιομηχ καταγαλ κλιβ κοιλαρφ λιβ μεγλοβιομηχ μικροβιομηχ νταβ"
    " ξηροκλιβ ολιγοδαμ ολογαλ πενταρφ περηφ περιτρ πλατ πολυδαπ πολυμηχ στεφ ταβ τετ υπερηφ υποκοπ χαμηλοδαπ ψηλοταβ",
    " ".join(_VOWELS_BUT_Y),
)
_RULE_9 = (
    _rule("ησετε"),
    _rule(
        "ετε",
        "ετ",
        "αβαρ βεν εναρ αβρ αδ αθ αν απλ βαρον ντρ σκ κοπ μπορ νιφ παγ παρακαλ σερπ σκελ συρφ τοκ υ δ εμ θαρρ θ",
        "α ε η ι ο ω οδ αιρ φορ ταθ διαθ σχ ενδ ευρ τιθ υπερθ ραθ ενθ ροθ σθ πυρ αιν συνδ συν συνθ χωρ πον βρ καθ ευθ"
        " εκθ νετ ρον αρκ βαρ βολ ωφελ",
    ),
)
_RULES_11_TO_14 = (
    _rule("ομαστε", "ομαστ", "ον"),
    _rule("ιεστε", "ιεστ", "π απ συμπ ασυμπ ακαταπ αμεταμφ"),
    _rule("εστε", "εστ", "αλ αρ εκτελ ζ μ ξ παρακαλ προ νισ"),
    _rule("ηθηκεσ ηθηκα ηθηκε"),
    _rule("ηκεσ ηκα ηκε", "ηκ", "διαθ θ παρακαταθ προσθ συνθ", "σκωλ σκουλ ναρθ σφ οθ πιθ"),
    _rule(
        "ουσεσ ουσα ουσε",
        "ουσ",
        "φαρμακ χαδ αγκ αναρρ βρομ εκλιπ λαμπιδ λεχ μ πατ ρ λ μεδ μεσαζ υποτειν αμ αιθ ανηκ δεσποζ ενδιαφερ δε δευτερευ"
        " καθαρευ πλε τσα",
        _AFTER_VOWEL + " ποδαρ βλεπ πανταχ φρυδ μαντιλ μαλλ κυματ λαχ ληγ φαγ ομ πρωτ",
    ),
)
_RULE_15 = _rule(
    "αγεσ αγα αγε",
    "αγ",
    "αβαστ πολυφ αδηφ παμφ ρ ασπ αφ αμαλ αμαλλι ανυστ απερ ασπαρ αχαρ δερβεν δροσοπ ξεφ νεοπ νομοτ ολοπ ομοτ προστ"
    " προσωποπ συμπ συντ τ υποτ χαρ αειπ αιμοστ ανυπ αποτ αρτιπ διατ εν επιτ κροκαλοπ σιδηροπ λ ναυ ουλαμ ουρ π τρ μ",
    "οφ πελ χορτ λλ σφ ρπ φρ πρ λοχ σμην",
)
_WITHOUT_AG = _rule("αγεσ αγα αγε")
_NEVER_AG = re.compile("ψοφ|ναυλοχ|.*κολλ")
_RULES_16_TO_20 = (
    _rule("ησου ησε ησα", "ησ", "ν χερσον δωδεκαν ερημον μεγαλον επταν"),
    _rule("ηστε", "ηστ", "ασβ σβ αχρ χρ απλ αειμν δυσχρ ευχρ κοινοχρ παλιμψ"),
    _rule("ησουνε ηθουνε ουνε", "ουν", "ν ρ σπι στραβομουτσ κακομουτσ εξων"),
    _rule("ησουμε ηθουμε ουμε", "ουμ", "παρασουσ φ χ ωριοπλ αζ αλλοσουσ ασουσ"),
    _rule("ματων ματοσ ματα", "μα", but=True),
)
_RULE_21 = _rule(
    "ιοντουσαν ιομασταν ιοσασταν ιουμαστε οντουσαν ιεμαστε ιεσαστε ιομουνα ιοσαστε ιοσουνα ιουνται ιουνταν ηθηκατε"
    " ομασταν οσασταν ουμαστε ιομουν ιονταν ιοσουν ηθειτε ηθηκαν ομουνα οσαστε οσουνα ουνται ουνταν ουσατε αγατε ιεμαι"
    " ιεται ιεσαι ιοταν ιουμα ηθεισ ηθουν ηκατε ησατε ησουν ομουν ονται ονταν οσουν ουμαι ουσαν αγαν αμαι ασαι αται"
    " ειτε εσαι εται ηδεσ ηδων ηθει ηκαν ησαν ησει ησεσ ομαι οταν αει εισ ηθω ησω ουν ουσ αν ασ αω ει εσ"
    " ησ οι οσ ου υσ ων " + _AFTER_VOWEL
)
_COMPARATIVES = ("οτερ", "οτατ", "υτερ", "υτατ", "ωτερ", "ωτατ")


def _rule_7(word: str) -> str:
    return "αγαμ" if word == "αγαμε" else _RULE_7_AM.apply(_RULE_7.apply(word))


def _rule_8(word: str) -> str:
    for suffix in _RULE_8:
        if word.endswith(suffix) and (len(word) > len(suffix) or suffix not in _RULE_8_LEFT):
            word = word[: len(word) - len(suffix)]
            if word in ("τρ", "τσ"):
                word += "αγαν"
            break
    return _RULE_8_AN.apply(word)


def _rule_10(word: str) -> str:
    if len(word) > 5 and word.endswith(("οντασ", "ωντασ")):
        word = word[:-5]
        if word == "αρχ":
            return word + "οντ"
        if word.endswith("κρε"):
            return word + "ωντ"
    return word


def greek(word: str) -> str:
    if len(word) < 4:
        return word
    stem = _irregular(word)
    for rule in _RULES_1_TO_6:
        stem = rule.apply(stem)
    stem = _rule_8(_rule_7(stem))
    for rule in _RULE_9:
        stem = rule.apply(stem)
    stem = _rule_10(stem)
    for rule in _RULES_11_TO_14:
        stem = rule.apply(stem)
    bare = _WITHOUT_AG.apply(stem)
    stem = bare if _NEVER_AG.fullmatch(bare) else _RULE_15.apply(stem)
    for rule in _RULES_16_TO_20:
        stem = rule.apply(stem)
    if len(stem) == len(word):
        stem = _RULE_21.apply(stem)
    if stem.endswith(("εστερ", "εστατ")):
        return stem[:-5]
    return stem[:-4] if stem.endswith(_COMPARATIVES) else stem
