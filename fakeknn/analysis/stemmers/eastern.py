"""Stemmers of Arabic, Bengali, Hindi, Indonesian, Persian and Sorani."""

from __future__ import annotations

from fakeknn.analysis.stemmers.suffixes import cut, table

_ARABIC_PREFIXES = ("ال", "وال", "بال", "كال", "فال", "لل", "و")
_ARABIC_SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ية", "ه", "ة", "ي")
_PERSIAN_SUFFIXES = ("ات", "ان", "ترين", "تر", "يي", "ي", "ها", "\u200c")


def _without_suffixes(word: str, suffixes: tuple[str, ...]) -> str:
    for suffix in suffixes:
        if len(word) >= len(suffix) + 2 and word.endswith(suffix):
            word = word[: -len(suffix)]
    return word


def arabic(word: str) -> str:
    """``ArabicStemmer``: light-10."""
    for prefix in _ARABIC_PREFIXES:
        if len(word) >= (4 if len(prefix) == 1 else len(prefix) + 2) and word.startswith(prefix):
            word = word[len(prefix) :]
            break
    return _without_suffixes(word, _ARABIC_SUFFIXES)


def persian(word: str) -> str:
    """``PersianStemmer``."""
    return _without_suffixes(word, _PERSIAN_SUFFIXES)


_HINDI = table(
    (6, "ाएंगी ाएंगे ाऊंगी ाऊंगा ाइयाँ ाइयों ाइयां"),
    (5, "ाएगी ाएगा ाओगी ाओगे एंगी ेंगी एंगे ेंगे ूंगी ूंगा ातीं नाओं नाएं ताओं ताएं ियाँ ियों ियां"),
    (4, "ाकर ाइए ाईं ाया ेगी ेगा ोगी ोगे ाने ाना ाते ाती ाता तीं ाओं ाएं ुओं ुएं ुआं"),
    (3, "कर ाओ िए ाई ाए ने नी ना ते ीं ती ता ाँ ां ों ें"),
    (2, "ो े ू ु ी ि ा"),
)


def hindi(word: str) -> str:
    """``HindiStemmer``."""
    return cut(word, _HINDI)


_BENGALI = (
    (9, 8, "িয়াছিলাম িতেছিলাম িতেছিলেন ইতেছিলেন িয়াছিলেন ইয়াছিলেন"),
    (8, 7, "িতেছিলি িতেছিলে িয়াছিলা িয়াছিলে িতেছিলা িয়াছিলি য়েদেরকে"),
    (7, 6, "িতেছিস িতেছেন িয়াছিস িয়াছেন েছিলাম েছিলেন েদেরকে"),
    (6, 5, "িতেছি িতেছা িতেছে ছিলাম ছিলেন িয়াছি িয়াছা িয়াছে েছিলে েছিলা য়েদের দেরকে"),
    (5, 4, "িলাম িলেন িতাম িতেন িবেন ছিলি ছিলে ছিলা তেছে িতেছ খানা খানি গুলো গুলি য়েরা েদের"),
    (
        4,
        3,
        "লাম িলি ইলি িলে ইলে লেন িলা ইলা তাম িতি ইতি িতে ইতে তেন িতা িবা ইবা িবি ইবি বেন িবে ইবে ছেন য়োন য়ের েরা দের",
    ),
    (3, 2, "িস েন লি লে লা তি তে তা বি বে বা ছি ছা ছে ুন ুক টা টি নি ের তে রা কে"),
    (2, 1, "ি ী া ো ে ব ত"),
)
# The letter yya is one character in the rules, whatever the editor made of it.
_BENGALI_TABLE = tuple(
    (longer, length, tuple(words.replace("\u09af\u09bc", "\u09df").split())) for longer, length, words in _BENGALI
)


def bengali(word: str) -> str:
    """``BengaliStemmer``."""
    return cut(word, _BENGALI_TABLE)


def sorani(word: str) -> str:
    """``SoraniStemmer``."""
    word = cut(word, ((5, 2, ("دا",)), (4, 1, ("نا",)), (6, 3, ("ەوە",))))
    word = cut(word, table((6, "مان یان تان")))
    return cut(
        word,
        (
            *table((6, "ێکی"), (7, "یەکی"), (5, "ێک"), (6, "یەک"), (6, "ەکە"), (5, "کە"), (7, "ەکان"), (6, "کان")),
            *table((7, "یانی"), (6, "انی"), (6, "یان"), (5, "ان"), (7, "یانە"), (6, "انە")),
            (5, 2, ("ایە", "ەیە")),
            *table((4, "ە"), (4, "ی")),
        ),
    )


# Prefix, what its removal is remembered as, how many characters go, what stands in their place.
_FIRST_ORDER = (
    ("meng", "meng", 4, ""), ("meny+", "meng", 4, "s"), ("men", "meng", 3, ""), ("mem", "meng", 3, ""),
    ("me", "meng", 2, ""), ("peng", "peng", 4, ""), ("peny+", "peng", 4, "s"), ("peny", "peng", 4, ""),
    ("pen+", "peng", 3, "t"), ("pen", "peng", 3, ""), ("pem", "peng", 3, ""), ("di", "di", 2, ""),
    ("ter", "ter", 3, ""), ("ke", "ke", 2, ""),
)  # fmt: skip


class _Indonesian:
    """One word of ``IndonesianStemmer``."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.syllables = sum(char in "aeiou" for char in word)
        self.removed: set[str] = set()

    def drop(self, word: str, removed: str = "") -> bool:
        self.word = word
        self.removed.add(removed)
        self.syllables -= 1
        return True

    def has(self, *removed: str) -> bool:
        return not self.removed.isdisjoint(removed)

    def particle(self) -> None:
        if self.word.endswith(("kah", "lah", "pun")):
            self.drop(self.word[:-3])

    def pronoun(self) -> None:
        if self.word.endswith(("ku", "mu")):
            self.drop(self.word[:-2])
        elif self.word.endswith("nya"):
            self.drop(self.word[:-3])

    def first_prefix(self) -> bool:
        word = self.word
        for prefix, removed, length, instead in _FIRST_ORDER:
            bare = prefix.rstrip("+")
            if word.startswith(bare) and (bare == prefix or word[len(bare) : len(bare) + 1] in tuple("aeiou")):
                return self.drop(instead + word[length:], removed)
        return False

    def second_prefix(self) -> bool:
        word = self.word
        if word.startswith("ber") or word == "belajar":
            return self.drop(word[3:], "ber")
        if word.startswith("be") and len(word) > 4 and word[2] not in "aeiou" and word[3:5] == "er":
            return self.drop(word[2:], "ber")
        if word.startswith("per") or word == "pelajar":
            return self.drop(word[3:])
        if word.startswith("pe"):
            return self.drop(word[2:], "pe")
        return False

    def suffix(self) -> bool:
        word = self.word
        if word.endswith("kan") and not self.has("ke", "peng", "pe"):
            return self.drop(word[:-3])
        if word.endswith("an") and not self.has("di", "meng", "ter"):
            return self.drop(word[:-2])
        if word.endswith("i") and not word.endswith("si") and not self.has("ber", "ke", "peng"):
            return self.drop(word[:-1])
        return False

    def stem(self) -> str:
        if self.syllables > 2:
            self.particle()
        if self.syllables > 2:
            self.pronoun()
        if self.syllables > 2 and self.first_prefix():
            if self.syllables > 2 and self.suffix() and self.syllables > 2:
                self.second_prefix()
        else:
            if self.syllables > 2:
                self.second_prefix()
            if self.syllables > 2:
                self.suffix()
        return self.word


def indonesian(word: str) -> str:
    """``IndonesianStemmer``: Tala's algorithm with derivations."""
    return _Indonesian(word).stem()
