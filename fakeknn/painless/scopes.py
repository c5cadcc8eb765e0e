"""The variables that a place in a script can see."""

from __future__ import annotations

from fakeknn.painless.ast import Variable
from fakeknn.painless.throwable import fault


class Scope:
    """A block's variables; ``returns`` is the type its function must return. Names are unique along the chain."""

    def __init__(self, parent: Scope | None, returns: str) -> None:
        self.parent = parent
        self.returns = returns
        self.variables: dict[str, Variable] = {}
        self.used: set[str] = set() if parent is None else parent.used
        self._serial: list[int] = [0] if parent is None else parent._serial

    def block(self) -> Scope:
        return Scope(self, self.returns)

    def lambda_(self, returns: str) -> LambdaScope:
        return LambdaScope(self, returns)

    def defines(self, name: str) -> bool:
        return name in self.variables or (self.parent is not None and self.parent.defines(name))

    def define(self, offset: int, type_: str, name: str, final: bool) -> Variable:
        if self.defines(name):
            raise fault(offset, f"variable [{name}] is already defined")
        self._serial[0] += 1
        variable = Variable(type_, name, final, f"{name}_{self._serial[0]}")
        self.variables[name] = variable
        return variable

    def get(self, offset: int, name: str) -> Variable:
        variable = self.variables.get(name)
        if variable is not None:
            self.used.add(name)
            return variable
        if self.parent is None:
            raise fault(offset, f"variable [{name}] is not defined")
        return self.parent.get(offset, name)


class LambdaScope(Scope):
    """A lambda's variables; what it takes from around it is captured, and read-only inside."""

    def __init__(self, parent: Scope, returns: str) -> None:
        super().__init__(parent, returns)
        self.captures: dict[str, Variable] = {}

    def get(self, offset: int, name: str) -> Variable:
        if name in self.variables:
            return super().get(offset, name)
        assert self.parent is not None
        outer = self.parent.get(offset, name)
        captured = Variable(outer.type, outer.name, True, outer.python)
        self.captures[name] = captured
        return captured
