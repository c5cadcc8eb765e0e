"""How an ANTLR 4 parser fails: ALL(*) prediction over a grammar, for the sake of its error messages.

Scripts are parsed by hand-written parsers that are quick; only a script that does not parse is walked again here,
token by token as the real parser would, until it stops: at a decision that no alternative is left for
(``NoViableAlternative``), or at a token that is not the one that must come (``UnexpectedToken``, with all that might
have).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

EOF = "EOF"
_EPSILON = "epsilon"
_PREDICATE = "predicate"

# A grammar's elements, as ``grammar`` reads them: tokens, rules, sequences, choices, repetitions and predicates.


@dataclass(eq=False)
class Element:
    kind: str
    name: str = ""
    tokens: frozenset[str] = frozenset()
    parts: list[Element] = field(default_factory=list)
    precedence: int = 0
    start: int = -1
    decision: int = -1


class _Edge(NamedTuple):
    kind: str
    target: int
    tokens: frozenset[str] = frozenset()
    rule: str = ""
    follow: int = -1
    precedence: int = 0


class Failure(Exception):
    """``index`` is the offending token's."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


class NoViableAlternative(Failure):
    pass


class UnexpectedToken(Failure):
    def __init__(self, index: int, expected: frozenset[str]) -> None:
        super().__init__(index)
        self.expected = expected


#: Stacks of states to return to, of which many readings share parts: each the state on top and the stacks below it;
#: None stands for the empty stack.
_Stacks = frozenset["tuple[int, _Stacks] | None"]
_EMPTY: _Stacks = frozenset((None,))


def _merged(one: _Stacks, other: _Stacks) -> _Stacks:
    """The stacks of both; those with the same top become one above all that was below them."""
    if one == other:
        return one
    below: dict[int, _Stacks] = {}
    for item in (*one, *other):
        if item is not None:
            top, rest = item
            below[top] = _merged(below[top], rest) if top in below else rest
    empty = [None] if None in one or None in other else []
    return frozenset((*empty, *below.items()))


class _Config(NamedTuple):
    """Where one alternative's readings stand: a state, the stacks below it, whether they left the deciding rule."""

    state: int
    alternative: int
    stacks: _Stacks
    outer: bool


class Grammar:
    """Rules in ANTLR's notation, one a line: ``name: a 'b' (c | d)* ;``; ``{n}`` is a precedence predicate.

    ``x[n]`` calls a left-recursive rule with a precedence; ``{?}`` is the grammar's one semantic predicate.
    """

    def __init__(self, text: str, predicate: Callable[[str], bool] = lambda _: True) -> None:
        self.rules: dict[str, Element] = {}
        self.predicate = predicate
        self.edges: list[list[_Edge]] = []
        self.decisions: list[tuple[list[int], bool, list[frozenset[str] | None]]] = []
        self.first: dict[str, int] = {}
        self.last: dict[str, int] = {}
        for match in re.finditer(r"(\w+)\s*:(.*?);;", text, re.DOTALL):
            self.rules[match.group(1)] = _Reader(match.group(2)).choice()
        for name in self.rules:
            self.first[name], self.last[name] = self._state(), self._state()
        for name, body in self.rules.items():
            start, end = self._build(body)
            self.edges[self.first[name]].append(_Edge(_EPSILON, start))
            self.edges[end].append(_Edge(_EPSILON, self.last[name]))
        self._stops = set(self.last.values())
        self._follows: dict[int, list[int]] = {stop: [] for stop in self._stops}
        for edges in self.edges:
            for edge in edges:
                if edge.kind == "rule":
                    self._follows[self.last[edge.rule]].append(edge.follow)
        for i, (targets, _, _) in enumerate(self.decisions):
            looks = [self._decision_look(target) for target in targets]
            self.decisions[i] = (targets, _disjoint(looks), looks)

    # --- the network --------------------------------------------------------------------------------------------------

    def _state(self) -> int:
        self.edges.append([])
        return len(self.edges) - 1

    def _build(self, element: Element) -> tuple[int, int]:
        start, end = self._state(), self._state()
        element.start = start
        kind = element.kind
        if kind == "token":
            self.edges[start].append(_Edge("token", end, element.tokens))
        elif kind == "rule":
            edge = _Edge("rule", self.first[element.name], rule=element.name, follow=end, precedence=element.precedence)
            self.edges[start].append(edge)
        elif kind in (_PREDICATE, "precedence"):
            self.edges[start].append(_Edge(kind, end, precedence=element.precedence))
        elif kind == "sequence":
            at = start
            for part in element.parts:
                first, last = self._build(part)
                self.edges[at].append(_Edge(_EPSILON, first))
                at = last
            self.edges[at].append(_Edge(_EPSILON, end))
        else:
            self._build_decision(element, start, end)
        return start, end

    def _build_decision(self, element: Element, start: int, end: int) -> None:
        kind = element.kind
        targets: list[int] = []
        for part in element.parts:
            first, last = self._build(part)
            self.edges[start].append(_Edge(_EPSILON, first))
            targets.append(first)
            if kind == "star":
                self.edges[last].append(_Edge(_EPSILON, start))
            elif kind == "plus":
                # The decision comes behind the body: once more, or on.
                again = self._state()
                self.edges[last].append(_Edge(_EPSILON, again))
                self.edges[again] += [_Edge(_EPSILON, first), _Edge(_EPSILON, end)]
                targets = [first, end]
            else:
                self.edges[last].append(_Edge(_EPSILON, end))
        if kind in ("star", "optional"):
            self.edges[start].append(_Edge(_EPSILON, end))
            targets.append(end)
        if len(targets) > 1:
            element.decision = len(self.decisions)
            self.decisions.append((targets, False, []))

    # --- what may come ------------------------------------------------------------------------------------------------

    def _look(self, state: int, within: bool, see_through: bool) -> frozenset[str]:
        """The tokens that may come at a state: within its rule (epsilon at its end), or what follows anywhere."""
        found: set[str] = set()
        seen: set[tuple[int, tuple[int, ...]]] = set()
        todo: list[tuple[int, tuple[int, ...]]] = [(state, ())]
        while todo:
            at, stack = todo.pop()
            if (at, stack) in seen or len(stack) > 40:
                continue
            seen.add((at, stack))
            if at in self._stops:
                if stack:
                    todo.append((stack[-1], stack[:-1]))
                elif within:
                    found.add(_EPSILON)
                else:
                    todo += [(follow, ()) for follow in self._follows[at]]
                    if not self._follows[at]:
                        found.add(EOF)
                continue
            for edge in self.edges[at]:
                if edge.kind == "token":
                    found |= edge.tokens
                elif edge.kind == "rule":
                    if edge.target not in [self.first[edge.rule]] or not self._recursing(edge, stack):
                        todo.append((edge.target, (*stack, edge.follow)))
                elif edge.kind == _PREDICATE or (edge.kind == "precedence" and not see_through):
                    if see_through:
                        todo.append((edge.target, stack))
                    else:
                        found.add(_PREDICATE)
                else:
                    todo.append((edge.target, stack))
        return frozenset(found)

    @staticmethod
    def _recursing(edge: _Edge, stack: tuple[int, ...]) -> bool:
        return stack.count(edge.follow) > 1

    def _decision_look(self, target: int) -> frozenset[str] | None:
        found = self._look(target, False, False)
        return None if not found or _PREDICATE in found else found

    def within(self, state: int) -> frozenset[str]:
        return self._look(state, True, True)


def _disjoint(looks: Sequence[frozenset[str] | None]) -> bool:
    seen: set[str] = set()
    for look in looks:
        if look is None or seen & look:
            return False
        seen |= look
    return True


class Run:
    """One parse of a token sequence (kinds, the last EOF), up to its failure."""

    def __init__(self, grammar: Grammar, kinds: Callable[[int], str]) -> None:
        self.grammar = grammar
        self.kind = kinds
        self.at = 0
        # For each rule under way: the state to return to, and its precedence.
        self.calls: list[tuple[int, int]] = []
        self._reached: dict[tuple[frozenset[_Config], str], frozenset[_Config]] = {}

    def parse(self, rule: str) -> None:
        """Parse; returns only if there is no failure."""
        self._element(self.grammar.rules[rule])

    def _element(self, element: Element) -> None:
        kind = element.kind
        if kind == "token":
            if self.kind(self.at) not in element.tokens:
                raise UnexpectedToken(self.at, self._expected(element.start))
            if self.kind(self.at) != EOF:
                self.at += 1
        elif kind == "rule":
            follow = self.grammar.edges[element.start][0].follow
            self.calls.append((follow, element.precedence))
            self._element(self.grammar.rules[element.name])
            self.calls.pop()
        elif kind == "sequence":
            for part in element.parts:
                self._element(part)
        elif kind == "choice":
            self._element(element.parts[self._decide(element) if len(element.parts) > 1 else 0])
        elif kind == "optional":
            chosen = self._decide(element, optional=True)
            if chosen < len(element.parts):
                self._element(element.parts[chosen])
        elif kind == "star":
            while (chosen := self._decide(element, optional=True)) < len(element.parts):
                self._element(element.parts[chosen])
        elif kind == "plus":
            while True:
                self._element(element.parts[0])
                if self._decide(element, optional=True):
                    break

    def _expected(self, state: int) -> frozenset[str]:
        found = self.grammar.within(state)
        expected = found - {_EPSILON}
        for follow, _ in reversed(self.calls):
            if _EPSILON not in found:
                return expected
            found = self.grammar.within(follow)
            expected |= found - {_EPSILON}
        return expected | {EOF} if _EPSILON in found else expected

    # --- decisions ----------------------------------------------------------------------------------------------------

    def _decide(self, element: Element, optional: bool = False) -> int:
        """Which alternative: by the next token where that is enough, else by looking as far as it takes."""
        targets, single, looks = self.grammar.decisions[element.decision]
        if not single:
            return self._predict(targets)
        kind = self.kind(self.at)
        for i, look in enumerate(looks):
            if look is not None and kind in look:
                return i
        if optional:
            return len(targets) - 1
        raise NoViableAlternative(self.at)

    def _predict(self, targets: list[int]) -> int:
        configs = frozenset(
            self._closure((_Config(target, i, _EMPTY, False) for i, target in enumerate(targets)), starting=True)
        )
        at = self.at
        while True:
            alternatives = {config.alternative for config in configs}
            if len(alternatives) == 1:
                return alternatives.pop()
            if len({frozenset((c.state, c.stacks) for c in configs if c.alternative == a) for a in alternatives}) == 1:
                # Every reading is open to every alternative, and always will be: the first is taken.
                return min(alternatives)
            kind = self.kind(at)
            reached = self._reach(configs, kind)
            if not reached:
                finished = [c.alternative for c in configs if c.outer or self._ended(c)]
                if finished:
                    return min(finished)
                if not configs:
                    at = self.at
                raise NoViableAlternative(at)
            configs = reached
            if kind != EOF:
                at += 1

    def _reach(self, configs: frozenset[_Config], kind: str) -> frozenset[_Config]:
        key = (configs, kind)
        found = self._reached.get(key)
        if found is None:
            moved: list[_Config] = []
            ended: list[_Config] = []
            for config in configs:
                if self._ended(config):
                    if kind == EOF:
                        ended.append(config)
                    continue
                moved += [
                    config._replace(state=edge.target)
                    for edge in self.grammar.edges[config.state]
                    if edge.kind == "token" and kind in edge.tokens
                ]
            reached = set(self._closure(iter(moved)))
            if kind == EOF:
                reached = {c for c in reached if self._ended(c)} | set(ended)
            found = self._reached[key] = frozenset(reached)
        return found

    def _ended(self, config: _Config) -> bool:
        return config.state in self.grammar._stops and config.stacks == _EMPTY

    def _closure(self, configs: Iterator[_Config], starting: bool = False) -> Iterator[_Config]:
        """All that the readings can come to without a token."""
        grammar = self.grammar
        found: dict[tuple[int, int, bool], _Stacks] = {}
        todo = list(configs)
        precedence = self.calls[-1][1] if self.calls else 0
        while todo:
            state, alternative, stacks, outer = todo.pop()
            key = (state, alternative, outer)
            known = found.get(key)
            if known is not None:
                stacks = _merged(known, stacks)
                if stacks == known:
                    continue
            found[key] = stacks
            if state in grammar._stops:
                for item in stacks:
                    if item is not None:
                        todo.append(_Config(item[0], alternative, item[1], outer))
                    else:
                        todo += [_Config(follow, alternative, _EMPTY, True) for follow in grammar._follows[state]]
                continue
            for edge in grammar.edges[state]:
                if edge.kind == "rule":
                    below: _Stacks = frozenset(((edge.follow, stacks),))
                    todo.append(_Config(edge.target, alternative, below, outer))
                elif edge.kind == "precedence":
                    # The precedence that is known is that of the rule which decides.
                    low = starting and not outer and edge.precedence < precedence
                    left = stacks - _EMPTY if low else stacks
                    if left:
                        todo.append(_Config(edge.target, alternative, left, outer))
                elif edge.kind == _PREDICATE:
                    if not starting or outer or grammar.predicate(self.kind(self.at)):
                        todo.append(_Config(edge.target, alternative, stacks, outer))
                elif edge.kind != "token":
                    todo.append(_Config(edge.target, alternative, stacks, outer))
        for (state, alternative, outer), stacks in found.items():
            if state in grammar._stops:
                if None in stacks and not grammar._follows[state]:
                    yield _Config(state, alternative, _EMPTY, outer)
            elif any(edge.kind == "token" for edge in grammar.edges[state]):
                yield _Config(state, alternative, stacks, outer)


# --- reading a grammar ------------------------------------------------------------------------------------------------

_LEXEME = re.compile(r"\s*(?:'([^']+)'|([A-Z][A-Z0-9_]*)|([a-z]\w*)(?:\[(\d+)\])?|\{(\d+|\?)\}|([()|*+?]))")


class _Reader:
    def __init__(self, text: str) -> None:
        self.lexemes = [match.groups() for match in _LEXEME.finditer(text.strip())]
        self.at = 0

    def _symbol(self) -> str:
        return self.lexemes[self.at][5] or "" if self.at < len(self.lexemes) else ""

    def choice(self) -> Element:
        parts = [self._sequence()]
        while self._symbol() == "|":
            self.at += 1
            parts.append(self._sequence())
        if all(part.kind == "token" for part in parts):
            # ANTLR makes one set of a choice between single tokens.
            return Element("token", tokens=frozenset().union(*(part.tokens for part in parts)))
        return Element("choice", parts=parts)

    def _sequence(self) -> Element:
        parts: list[Element] = []
        while self.at < len(self.lexemes) and self._symbol() not in ("|", ")"):
            parts.append(self._item())
        return parts[0] if len(parts) == 1 else Element("sequence", parts=parts)

    def _item(self) -> Element:
        literal, token, rule, precedence, predicate, symbol = self.lexemes[self.at]
        self.at += 1
        if literal or token:
            element = Element("token", tokens=frozenset({literal or token}))
        elif rule:
            element = Element("rule", name=rule, precedence=int(precedence or 0))
        elif predicate:
            element = Element(_PREDICATE) if predicate == "?" else Element("precedence", precedence=int(predicate))
        else:
            assert symbol == "("
            element = self.choice()
            self.at += 1
        suffix = {"*": "star", "+": "plus", "?": "optional"}.get(self._symbol())
        if suffix:
            self.at += 1
            # A loop decides whether to go in, and then inside which way; an optional decides both at once.
            parts = element.parts if suffix == "optional" and element.kind == "choice" else [element]
            return Element(suffix, parts=parts)
        return element


def set_text(expected: frozenset[str], order: Mapping[str, int], names: Mapping[str, str]) -> str:
    """``IntervalSet.toString``: ``{<EOF>, ';'}``, in the order of the token types."""
    shown = [names.get(kind, kind) for kind in sorted(expected, key=lambda kind: order.get(kind, -1))]
    return shown[0] if len(shown) == 1 else "{" + ", ".join(shown) + "}"
