"""Requests for ``_analyze``: every analyzer, tokenizer and filter with drawn parameters, on texts of many scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import Json, some

WORDS = (
    "The quick brown fox jumps over the lazy dog's Wi-Fi PowerShot2000 running runs ran easily ponies cats "
    "organization generalizations happiness skies dying U.S.A. don't can't I'm o'neil l'avion d'été jusqu'à 3.14 1,000 "
    "42 100% a@b.com http://example.org/a?b=c user_name foo-bar foo/bar\\baz C++ C# #tag @me AT&T R2D2 camelCase "
    "SNAKE_CASE e.g. Straße Größe Häuser schön Mädchen ÆØÅ ångström naïve café résumé ﬁne ŒUVRE İstanbul ıI ǅ ß ſ "
    "Привет мир книги 東京都 日本語テキスト ｶﾀｶﾅ カタカナ 中文 分词 한국어 조사 สวัสดี ภาษาไทย हिन्दी किताबें বাংলা العربية "
    "الكتاب كتابي می‌خواهم Ελληνικά λόγος ΟΔΟΣ עברית Ğğ ţş fußball ½ ² ① ٣٤ १२ ４２ 👍 👨‍👩‍👧 🇩🇪 x͡y "
    "e\u0301 \u200b - -- ... &amp; <b>bold</b> <!-- c --> &#65; &eacute; word|0.5 word|NOUN a|b|c aaaa bbb zzzz"
).split(" ")
LANGUAGES = (
    "arabic armenian basque bengali brazilian bulgarian catalan czech danish dutch english estonian finnish french "
    "galician german greek hindi hungarian indonesian irish italian latvian lithuanian norwegian persian portuguese "
    "romanian russian sorani spanish swedish turkish"
).split()
STEMMERS = (
    "arabic armenian basque bengali brazilian bulgarian catalan czech danish dutch dutch_kp dutchKp english "
    "light_english lightEnglish minimal_english minimalEnglish possessive_english possessiveEnglish porter2 lovins "
    "estonian finnish light_finnish lightFinnish french light_french lightFrench minimal_french minimalFrench galician "
    "minimal_galician german german2 light_german lightGerman minimal_german minimalGerman greek hindi hungarian "
    "light_hungarian indonesian irish italian light_italian latvian lithuanian norwegian light_norwegian "
    "minimal_norwegian light_nynorsk minimal_nynorsk portuguese light_portuguese minimal_portuguese portuguese_rslp "
    "romanian russian light_russian sorani spanish light_spanish spanish_plural swedish light_swedish turkish nope"
).split()
SNOWBALL = (
    "Arabic Armenian Basque Catalan Danish Dutch English Estonian Finnish French German German2 Hungarian Irish "
    "Italian Kp Lithuanian Lovins Norwegian Porter Portuguese Romanian Russian Spanish Swedish Turkish Nope"
).split()
CHARACTERS = ("whitespace", "letter", "digit", "punctuation", "symbol", "cjk")
PATTERNS = (
    r"\W+",
    r"\d+",
    "[aeiou]",
    r"(?<=\p{Ll})(?=\p{Lu})",
    r"(\w)(\w*)",
    "-",
    ",",
    r"\s+",
    "(a)|(b)",
    "x*",
    "^.",
    ".$",
)


def text(random: Random) -> Json:
    """A text, or several."""
    if random.random() < 0.12:
        return [_text(random) for _ in range(random.randint(1, 3))]
    return _text(random)


def _text(random: Random) -> str:
    words = [some(random, WORDS) for _ in range(random.choice((0, 1, 2, 3, 5, 9, 14)))]
    glue = some(random, (" ", " ", " ", " ", "  ", "\n", "\t", ", ", "/", ""))
    return glue.join(words)


Drawer = Callable[[Random], Json]


def _int(low: int, high: int) -> Drawer:
    return lambda random: random.randint(low, high) if random.random() < 0.96 else some(random, (-1, "x", 1.5, "3"))


def _flag(random: Random) -> Json:
    return some(random, (True, False)) if random.random() < 0.96 else some(random, ("true", "no", 1))


def _of(*values: Json) -> Drawer:
    return lambda random: some(random, values)


def _words(random: Random) -> Json:
    return [some(random, WORDS).lower() for _ in range(random.randint(0, 5))]


def _patterns(random: Random) -> Json:
    return [some(random, PATTERNS) for _ in range(random.randint(1, 3))]


def _stopwords(random: Random) -> Json:
    return some(random, ("_english_", "_french_", "_none_", "_german_", "_nope_", ["the", "_dutch_"])) or _words(random)


def _types(random: Random) -> Json:
    return random.sample(("<ALPHANUM>", "<NUM>", "<HANGUL>", "word", "<IDEOGRAPHIC>", "SYNONYM", "<EMOJI>"), 2)


def _mappings(random: Random) -> Json:
    return [
        some(random, ("a => b", "qu => k", "ph=>f", ":) => happy", "& => and", "ü => ue", "x =>", "東 => east", "nope"))
        for _ in range(random.randint(1, 3))
    ]


def _synonyms(random: Random) -> Json:
    rules = (
        "quick, fast",
        "fox => vulpes",
        "dog, hound, cur",
        "lazy dog => sleeper",
        "brown fox, renard",
        "a b, c => d",
    )
    return [some(random, rules) for _ in range(random.randint(1, 3))]


CHAR_FILTERS: dict[str, dict[str, Drawer]] = {
    "html_strip": {"escaped_tags": _of(["b"], ["i", "b"])},
    "mapping": {"mappings": _mappings},
    "pattern_replace": {
        "pattern": _of(*PATTERNS),
        "replacement": _of("", "-", "$1", "[$0]", "$2"),
        "flags": _of("CASE_INSENSITIVE", "COMMENTS|DOTALL"),
    },
}
TOKENIZERS: dict[str, dict[str, Drawer]] = {
    "standard": {"max_token_length": _int(1, 9)},
    "classic": {"max_token_length": _int(1, 9)},
    "uax_url_email": {"max_token_length": _int(1, 20)},
    "whitespace": {"max_token_length": _int(1, 9)},
    "letter": {},
    "lowercase": {},
    "keyword": {"buffer_size": _int(1, 300)},
    "ngram": {
        "min_gram": _int(1, 3),
        "max_gram": _int(2, 4),
        "token_chars": lambda r: r.sample(CHARACTERS, 2),
        "custom_token_chars": _of("-_"),
    },
    "edge_ngram": {
        "min_gram": _int(1, 3),
        "max_gram": _int(2, 6),
        "token_chars": lambda r: r.sample((*CHARACTERS[:5], "custom"), 2),
        "custom_token_chars": _of("-_"),
    },
    "char_group": {
        "tokenize_on_chars": lambda r: r.sample(("whitespace", "-", "letter", "digit", "\\n", "punctuation", "a"), 2),
        "max_token_length": _int(1, 9),
    },
    "path_hierarchy": {
        "delimiter": _of("/", "-", "\\", "ab"),
        "replacement": _of("/", "_"),
        "skip": _int(0, 3),
        "reverse": _flag,
        "buffer_size": _int(1, 99),
    },
    "pattern": {"pattern": _of(*PATTERNS), "group": _int(-1, 2), "flags": _of("CASE_INSENSITIVE", "DOTALL|MULTILINE")},
    "simple_pattern": {"pattern": _of("[a-z]+", "[0-9]{2}", "qu.", "(a|b)+", "~(a)")},
    "simple_pattern_split": {"pattern": _of("[ ]+", "-", "[0-9]", "a|o")},
}
FILTERS: dict[str, dict[str, Drawer]] = {
    **{
        name: {}
        for name in """apostrophe arabic_normalization bengali_normalization cjk_width classic decimal_digit
        german_normalization hindi_normalization indic_normalization persian_normalization porter_stem reverse
        scandinavian_folding scandinavian_normalization serbian_normalization sorani_normalization trim uppercase
        keyword_repeat remove_duplicates flatten_graph arabic_stem brazilian_stem czech_stem dutch_stem french_stem
        german_stem russian_stem persian_stem type_as_payload delimited_term_freq""".split()
    },
    "lowercase": {"language": _of("greek", "irish", "turkish", "nope")},
    "asciifolding": {"preserve_original": _flag},
    "cjk_bigram": {
        "output_unigrams": _flag,
        "ignored_scripts": lambda r: r.sample(("han", "hiragana", "katakana", "hangul"), 2),
    },
    "common_grams": {"common_words": _words, "ignore_case": _flag, "query_mode": _flag},
    "concatenate_graph": {
        "token_separator": _of("_", "", "ab"),
        "max_graph_expansions": _int(1, 100),
        "preserve_position_increments": _flag,
    },
    "delimited_payload": {"delimiter": _of("|", "-", "^"), "encoding": _of("float", "identity", "int", "nope")},
    "dictionary_decompounder": {
        "word_list": _words,
        "min_word_size": _int(2, 6),
        "min_subword_size": _int(1, 3),
        "max_subword_size": _int(3, 15),
        "only_longest_match": _flag,
    },
    "edge_ngram": {
        "min_gram": _int(1, 3),
        "max_gram": _int(2, 5),
        "preserve_original": _flag,
        "side": _of("front", "back"),
    },
    "ngram": {"min_gram": _int(1, 3), "max_gram": _int(2, 4), "preserve_original": _flag},
    "elision": {"articles": _of(["l", "d"], ["jusqu", "I"]), "articles_case": _flag},
    "fingerprint": {"separator": _of("_", "+"), "max_output_size": _int(1, 60)},
    "keep": {"keep_words": _words, "keep_words_case": _flag},
    "keep_types": {"types": _types, "mode": _of("include", "exclude", "nope")},
    "keyword_marker": {"keywords": _words, "keywords_pattern": _of("r.*", "[a-c].+"), "ignore_case": _flag},
    "length": {"min": _int(0, 5), "max": _int(1, 12)},
    "limit": {"max_token_count": _int(1, 5), "consume_all_tokens": _flag},
    "multiplexer": {
        "filters": _of(["lowercase", "uppercase"], ["lowercase,porter_stem", "reverse"], ["nope"]),
        "preserve_original": _flag,
    },
    "pattern_capture": {"patterns": _patterns, "preserve_original": _flag},
    "pattern_replace": {
        "pattern": _of(*PATTERNS),
        "replacement": _of("", "-", "$1", "<$0>"),
        "all": _flag,
        "flags": _of("CASE_INSENSITIVE"),
    },
    "predicate_token_filter": {
        "script": _of({"source": "token.term.length() > 3"}, {"source": "token.position % 2 == 0"})
    },
    "condition": {
        "filter": _of(["reverse"], ["lowercase", "stop"]),
        "script": _of({"source": "token.type == '<ALPHANUM>'"}),
    },
    "shingle": {
        "min_shingle_size": _int(2, 3),
        "max_shingle_size": _int(2, 4),
        "output_unigrams": _flag,
        "output_unigrams_if_no_shingles": _flag,
        "token_separator": _of("", "_"),
        "filler_token": _of("+", ""),
    },
    "snowball": {"language": _of(*SNOWBALL)},
    "stemmer": {"language": _of(*STEMMERS)},
    "stemmer_override": {"rules": _of(["running => run"], ["fox, dog => pet", "a => b"], ["nope"])},
    "stop": {"stopwords": _stopwords, "ignore_case": _flag, "remove_trailing": _flag},
    "synonym": {"synonyms": _synonyms, "expand": _flag, "lenient": _flag, "format": _of("solr")},
    "synonym_graph": {"synonyms": _synonyms, "expand": _flag, "lenient": _flag},
    "truncate": {"length": _int(1, 6)},
    "unique": {"only_on_same_position": _flag},
    "word_delimiter": {},
    "word_delimiter_graph": {"adjust_offsets": _flag, "ignore_keywords": _flag},
}
for _kind in ("word_delimiter", "word_delimiter_graph"):
    FILTERS[_kind].update(
        dict.fromkeys(
            """generate_word_parts generate_number_parts catenate_words catenate_numbers catenate_all
            split_on_case_change preserve_original split_on_numerics stem_english_possessive""".split(),
            _flag,
        ),
        protected_words=_words,
        type_table=_of(["% => DIGIT"], ["- => ALPHA", "@ => ALPHANUM"], ["nope"]),
    )
ANALYZERS: dict[str, dict[str, Drawer]] = {
    "standard": {"max_token_length": _int(1, 9), "stopwords": _stopwords},
    "simple": {},
    "whitespace": {"max_token_length": _int(1, 9)},
    "stop": {"stopwords": _stopwords},
    "keyword": {},
    "classic": {},
    "pattern": {
        "pattern": _of(*PATTERNS),
        "lowercase": _flag,
        "stopwords": _stopwords,
        "flags": _of("CASE_INSENSITIVE"),
    },
    "fingerprint": {"separator": _of("_", "+"), "max_output_size": _int(1, 60), "stopwords": _stopwords},
    "snowball": {"language": _of("English", "French", "German2", "Nope"), "stopwords": _stopwords},
    "cjk": {"stopwords": _stopwords},
    "chinese": {},
    **{name: {"stopwords": _stopwords, "stem_exclusion": _words} for name in LANGUAGES},
}


def _definition(random: Random, table: dict[str, dict[str, Drawer]]) -> tuple[str, dict[str, Json]]:
    kind = some(random, sorted(table))
    parameters = table[kind]
    body: dict[str, Json] = {"type": kind}
    chance = some(random, (0.3, 0.6, 0.9))
    body |= {name: draw(random) for name, draw in parameters.items() if random.random() < chance}
    return kind, body


def _component(random: Random, table: dict[str, dict[str, Drawer]]) -> Json:
    """A component by its bare name or by a definition."""
    kind, body = _definition(random, table)
    return kind if random.random() < 0.3 else body


def requests(random: Random, name: str) -> Iterator[ConsoleRequest]:
    """An index with analyzers of its own, and texts analyzed by these and by what is drawn on the spot."""
    analysis: dict[str, dict[str, Json]] = {"analyzer": {}, "filter": {}, "normalizer": {}}
    for i in range(4):
        analysis["analyzer"][f"own{i}"] = _definition(random, ANALYZERS)[1]
        analysis["filter"][f"f{i}"] = _definition(random, FILTERS)[1]
    analysis["analyzer"]["custom"] = {
        "type": "custom",
        "tokenizer": some(random, ("standard", "whitespace", "classic", "keyword")),
        "filter": [f"f{random.randint(0, 3)}", "lowercase"],
    }
    yield ConsoleRequest("PUT", f"/{name}", json.dumps({"settings": {"analysis": analysis}}).encode())
    for _ in range(60):
        yield _asked(random, name)


def _asked(random: Random, name: str) -> ConsoleRequest:
    body: dict[str, Json] = {}
    path = "/_analyze"
    chance = random.random()
    if chance < 0.12:
        body["analyzer"] = some(random, sorted(ANALYZERS))
    elif chance < 0.24:
        path = f"/{name}/_analyze"
        body["analyzer"] = some(random, ("own0", "own1", "own2", "own3", "custom", "default"))
    elif chance < 0.28:
        body["filter"] = [_component(random, FILTERS)]
    else:
        body["tokenizer"] = "standard" if random.random() < 0.5 else _component(random, TOKENIZERS)
        if random.random() < 0.85:
            body["filter"] = [_component(random, FILTERS) for _ in range(some(random, (1, 1, 1, 2, 3)))]
        if random.random() < 0.25:
            body["char_filter"] = [_component(random, CHAR_FILTERS) for _ in range(some(random, (1, 1, 2)))]
    body["text"] = text(random)
    if random.random() < 0.3:
        body["explain"] = True
    if random.random() < 0.03:
        body["attributes"] = ["keyword", "type"]
    return ConsoleRequest("POST", path, json.dumps(body, ensure_ascii=False).encode())
