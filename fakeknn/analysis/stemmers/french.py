"""Snowball's stemmer of French, as it was when Lucene took it over (2024)."""

from __future__ import annotations

import re

from fakeknn.analysis.stemmers.suffixes import longest, mark, region

_VOWELS = frozenset("aeiouyâàëéêèïîôûù")
_V = "[aeiouyâàëéêèïîôûù]"
_MARK = re.compile(rf"({_V})(?:(u)({_V})|(i)({_V})|(y))|(ë)|(ï)|(y)({_V})|(qu)")

# Suffix groups of the first step: all end in R2 unless said otherwise.
_R2_DELETE = "ance iqUe isme able iste eux ances iqUes ismes ables istes".split()
_AGENT = "atrice ateur ation atrices ateurs ations".split()
_ACTIONS: dict[str, str] = {
    **dict.fromkeys(_R2_DELETE, "delete"),
    **dict.fromkeys(_AGENT, "agent"),
    **dict.fromkeys(("logie", "logies"), "log"),
    **dict.fromkeys(("usion", "ution", "usions", "utions"), "u"),
    **dict.fromkeys(("ence", "ences"), "ent"),
    **dict.fromkeys(("ement", "ements"), "ement"),
    **dict.fromkeys(("ité", "ités"), "ité"),
    **dict.fromkeys(("if", "ive", "ifs", "ives"), "if"),
    "eaux": "eau",
    "aux": "al",
    **dict.fromkeys(("euse", "euses"), "eux"),
    **dict.fromkeys(("issement", "issements"), "issement"),
    "amment": "ant",
    "emment": "emment",
    **dict.fromkeys(("ment", "ments"), "ment"),
}
_I_VERBS = (
    "îmes ît îtes i ie ies ir ira irai iraIent irais irait iras irent irez iriez irions irons iront is issaIent issais"
    " issait issant issante issantes issants isse issent isses issez issiez issions issons it"
).split()
_VERBS_DELETE = ("é ée ées és èrent er era erai eraIent erais erait eras erez eriez erions erons eront ez iez").split()
_VERBS_E = "âmes ât âtes a ai aIent ais ait ant ante antes ants as asse assent asses assiez assions".split()
_VERBS = ["ions", *_VERBS_DELETE, *_VERBS_E]


def _mark(match: re.Match[str]) -> str:
    before, u, after_u, i, after_i, y, e_dots, i_dots, first_y, after_y, qu = match.groups()
    if before:
        return before + (f"U{after_u}" if u else f"I{after_i}" if i else "Y" if y else "")
    if e_dots:
        return "He"
    if i_dots:
        return "Hi"
    return f"Y{after_y}" if first_y else ("qU" if qu else "")


class _French:
    """One word and its regions."""

    def __init__(self, word: str) -> None:
        self.word = word = mark(word, _MARK, _mark)
        self.pv = len(word)
        if word.startswith(("par", "col", "tap")) or (len(word) >= 3 and word[0] in _VOWELS and word[1] in _VOWELS):
            self.pv = 3
        else:
            for index in range(1, len(word)):
                if word[index] in _VOWELS:
                    self.pv = index + 1
                    break
        self.p1 = region(word, _VOWELS)
        self.p2 = region(word, _VOWELS, self.p1)

    def r1(self, rest: str) -> bool:
        return len(rest) >= self.p1

    def r2(self, rest: str) -> bool:
        return len(rest) >= self.p2

    def rv(self, rest: str) -> bool:
        return len(rest) >= self.pv

    def stem(self) -> str:
        if self.standard_suffix() or self.i_verb() or self.verb():
            if self.word.endswith("Y"):
                self.word = self.word[:-1] + "i"
            elif self.word.endswith("ç"):
                self.word = self.word[:-1] + "c"
        else:
            self.residual()
        if self.word.endswith(("enn", "onn", "ett", "ell", "eill")):
            self.word = self.word[:-1]
        match = re.search("[éè]([^aeiouyâàëéêèïîôûù]+)$", self.word)
        if match:
            self.word = self.word[: match.start()] + "e" + match[1]
        word = self.word.replace("He", "ë").replace("Hi", "ï").replace("H", "")
        return word.replace("I", "i").replace("U", "u").replace("Y", "y")

    # --- the first step; each action tells whether it succeeded, which may be after it changed the word ------------

    def standard_suffix(self) -> bool:
        suffix = longest(self.word, _ACTIONS)
        if not suffix:
            return False
        rest = self.word[: -len(suffix)]
        action = _ACTIONS[suffix]
        if action in ("ant", "emment"):
            if self.rv(rest):
                self.word = rest + ("ant" if action == "ant" else "ent")
            return False
        if action == "ment":
            if rest[-1:] in _VOWELS and self.rv(rest[:-1]):
                self.word = rest
            return False
        if action == "eau":
            self.word = rest + "eau"
            return True
        if action == "al":
            return self.become(rest + "al") if self.r1(rest) else False
        if action == "issement":
            return self.become(rest) if self.r1(rest) and rest[-1:] not in (*_VOWELS, "") else False
        if action == "ement":
            return self.ement(rest)
        if action == "eux":
            if self.r2(rest):
                return self.become(rest)
            return self.become(rest + "eux") if self.r1(rest) else False
        if not self.r2(rest):
            return False
        if action in ("log", "u", "ent"):
            return self.become(rest + action)
        self.word = rest
        if action == "agent":
            self.after_agent()
        elif action == "ité":
            self.after_ite()
        elif action == "if" and rest.endswith("at") and self.r2(rest[:-2]):
            self.word = rest[:-2]
            self.after_agent()
        return True

    def become(self, word: str) -> bool:
        self.word = word
        return True

    def after_agent(self) -> None:
        rest = self.word[:-2]
        if self.word.endswith("ic"):
            self.word = rest if self.r2(rest) else rest + "iqU"

    def after_ite(self) -> None:
        suffix = longest(self.word, ("abil", "ic", "iv"))
        rest = self.word[: len(self.word) - len(suffix)]
        if suffix and self.r2(rest):
            self.word = rest
        elif suffix == "abil":
            self.word = rest + "abl"
        elif suffix == "ic":
            self.word = rest + "iqU"

    def ement(self, rest: str) -> bool:
        if not self.rv(rest):
            return False
        self.word = rest
        suffix = longest(rest, ("iv", "eus", "abl", "iqU", "ièr", "Ièr"))
        before = rest[: len(rest) - len(suffix)]
        if suffix == "iv":
            if self.r2(before):
                self.word = before
                if before.endswith("at") and self.r2(before[:-2]):
                    self.word = before[:-2]
        elif suffix == "eus":
            if self.r2(before):
                self.word = before
            elif self.r1(before):
                self.word = before + "eux"
        elif suffix in ("abl", "iqU"):
            if self.r2(before):
                self.word = before
        elif suffix and self.rv(before):
            self.word = before + "i"
        return True

    # --- verbs --------------------------------------------------------------------------------------------------------

    def i_verb(self) -> bool:
        suffix = longest(self.word, _I_VERBS, self.pv)
        rest = self.word[: len(self.word) - len(suffix)]
        # The consonant before it must lie in RV too.
        if not suffix or len(rest) <= self.pv or rest[-1] in _VOWELS or rest[-1] == "H":
            return False
        return self.become(rest)

    def verb(self) -> bool:
        suffix = longest(self.word, _VERBS, self.pv)
        if not suffix:
            return False
        rest = self.word[: -len(suffix)]
        if suffix == "ions":
            return self.become(rest) if self.r2(rest) else False
        if suffix in _VERBS_E and rest.endswith("e") and len(rest) > self.pv:
            rest = rest[:-1]
        return self.become(rest)

    def residual(self) -> None:
        word = self.word
        if word.endswith("s") and len(word) > 1 and (word.endswith("His") or word[-2] not in "aiouès"):
            word = word[:-1]
        suffix = longest(word, ("ion", "ier", "ière", "Ier", "Ière", "e"), self.pv)
        rest = word[: len(word) - len(suffix)]
        if suffix == "ion":
            if self.r2(rest) and len(rest) > self.pv and rest[-1] in "st":
                word = rest
        elif suffix == "e":
            word = rest
        elif suffix:
            word = rest + "i"
        self.word = word


def french(word: str) -> str:
    return _French(word).stem()
