"""Method components: a method (hnsw, ivf) or an encoder (flat, sq, pq, binary), its parameters, and what is allowed.

``Component`` is what a mapping says; ``ComponentType`` is what an engine knows under that name. The plugin's
``MethodComponentContext``, ``MethodComponent``, ``Parameter`` and ``ParameterValidator``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fakeknn.errors import ClassCastException, MapperParsingException, NullPointerException, ValidationException
from fakeknn.knn.java import class_name, hash_items
from fakeknn.knn.spaces import DataType, Engine

NOT_CONFIGURED = ""
"""A compression level that nobody has set."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a parameter may be checked against: the rest of the field's definition."""

    data_type: DataType = "float"
    dimension: int = -1
    mode: str = ""
    compression: str = NOT_CONFIGURED


@dataclass(frozen=True, slots=True)
class Component:
    """A method or encoder as a mapping names it; ``parameters`` is None where null was sent."""

    name: str
    parameters: Mapping[str, Any] | None = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        return (self.parameters or {}).get(name, default)

    def echo(self) -> dict[str, Any]:
        """Its name and parameters as GET _mapping tells them."""
        if self.parameters is None:
            return {"name": self.name, "parameters": None}
        shown = {
            name: value.echo() if isinstance(value, Component) else value for name, value in hash_items(self.parameters)
        }
        return {"name": self.name, "parameters": shown}

    def overhead_in_kilobytes(self, dimension: int) -> int:
        """About what training takes beside the vectors: lists' centres, codebooks (``setOverheadInKBEstimator``)."""
        size = 0
        if self.name == "ivf":
            size += 4 * int(self.get("nlist", 4)) * dimension // 1024 + 1
        if self.encoder is not None and self.encoder.name == "pq":
            code_size = 8 if self.name == "hnsw" else int(self.encoder.get("code_size", 8))
            size += 4 * dimension * (1 << code_size) // 1024 + 1
        return size

    @property
    def encoder(self) -> Component | None:
        """Its encoder, if the mapping names one; ClassCastException where that is no object."""
        if "encoder" not in (self.parameters or {}):
            return None
        encoder = self.get("encoder")
        if not isinstance(encoder, Component):
            given, wanted = class_name(encoder), "org.opensearch.knn.index.engine.MethodComponentContext"
            raise ClassCastException(
                f"class {given} cannot be cast to class {wanted} ({given} is in module java.base of loader "
                f"'bootstrap'; {wanted} is in unnamed module of loader java.net.URLClassLoader @6a84bc2a)"
            )
        return encoder


def parse_parameters(value: Any, refusal: str) -> dict[str, Any] | None:
    """The ``parameters`` of a method or encoder: an object inside is an encoder.

    Raises MapperParsingException with the given text for anything but an object or null, and NullPointerException for a
    null inside it (``Collectors.toMap`` takes none).
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise MapperParsingException(refusal)
    parameters: dict[str, Any] = {}
    for name, given in hash_items(value):
        if given is None:
            raise NullPointerException(None)
        parameters[name] = _parse_encoder(given) if isinstance(given, dict) else given
    return parameters


def _parse_encoder(value: dict[str, Any]) -> Component:
    name = ""
    parameters: dict[str, Any] | None = {}
    for key, given in hash_items(value):
        if key == "name":
            if not isinstance(given, str):
                raise MapperParsingException("Component name should be a string")
            name = given
        elif key == "parameters":
            parameters = parse_parameters(given, "Unable to parse parameters for  method component")
        else:
            raise MapperParsingException(f"Invalid parameter for MethodComponentContext: {key}")
    if not name:
        raise MapperParsingException("name needs to be set")
    return Component(name, parameters)


# --- what an engine allows --------------------------------------------------------------------------------------------


class Parameter:
    """A parameter of a method or encoder: its default, and what is wrong with a value."""

    java_type: str

    def __init__(self, default: Any = None, allowed: Callable[[Any, Config], bool] = lambda value, config: True):
        self.default = default
        self.allowed = allowed

    def accepts_type(self, value: Any) -> bool:
        raise NotImplementedError

    def problem(self, name: str, value: Any, config: Config) -> str | None:
        """The text of a ValidationException, or None."""
        if not self.accepts_type(value):
            return f"value is not an instance of {self.java_type} for {self.java_type} parameter [{name}]."
        if not self.allowed(value, config):
            return f"parameter validation failed for {self.java_type} parameter [{name}]."
        return None


class Integer(Parameter):
    java_type = "Integer"

    def accepts_type(self, value: Any) -> bool:
        return class_name(value) == "java.lang.Integer"


class Double(Parameter):
    java_type = "Double"

    def accepts_type(self, value: Any) -> bool:
        return isinstance(value, float) or (value == 0 and class_name(value) == "java.lang.Integer")


class Boolean(Parameter):
    java_type = "Boolean"

    def accepts_type(self, value: Any) -> bool:
        return isinstance(value, bool)


class String(Parameter):
    java_type = "String"

    def accepts_type(self, value: Any) -> bool:
        return isinstance(value, str)


class Encoders(Parameter):
    """The parameter ``encoder``, with those that its method takes."""

    java_type = "MethodComponentContext"

    def __init__(self, *types: EncoderType, default: str | None = None):
        super().__init__(None if default is None else Component(default), self._is_valid)
        self.types = {kind.name: kind for kind in types}

    def accepts_type(self, value: Any) -> bool:
        return isinstance(value, Component)

    def _is_valid(self, value: Component, config: Config) -> bool:
        kind = self.types.get(value.name)
        return kind is not None and not any(kind.problems(value, config))


@dataclass(frozen=True, slots=True)
class ComponentType:
    """A method or encoder that an engine knows."""

    name: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    data_types: tuple[DataType, ...] = ("float", "byte", "binary")
    requires_training: bool = False

    @property
    def encoders(self) -> Mapping[str, EncoderType]:
        known = self.parameters.get("encoder")
        return known.types if isinstance(known, Encoders) else {}

    def problems(self, component: Component, config: Config) -> Iterator[str]:
        """What is wrong with a component of this type."""
        if config.data_type not in self.data_types:
            yield f'Method "{self.name}" is not supported for vector data type "{config.data_type.upper()}".'
        yield from parameter_problems(self.parameters, component.parameters or {}, config)

    def needs_training(self, component: Component) -> bool:
        """Whether it, or its encoder, is trained; NullPointerException for an encoder that the engine does not know."""
        if self.requires_training:
            return True
        encoder = component.get("encoder") if "encoder" in self.parameters else None
        if not isinstance(encoder, Component):
            return False
        if encoder.name not in self.encoders:
            raise NullPointerException(
                'Cannot invoke "org.opensearch.knn.index.engine.MethodComponent.isTrainingRequired('
                'org.opensearch.knn.index.engine.MethodComponentContext)" because "methodComponent" is null'
            )
        return self.encoders[encoder.name].requires_training

    def with_defaults(self, component: Component, config: Config) -> Component:
        """The component with every parameter set that has a default."""
        ef = 256 if config.compression in ("8x", "16x", "32x") else 100
        filled = {
            name: ef if name in ("ef_search", "ef_construction") else parameter.default
            for name, parameter in self.parameters.items()
        }
        given = component.parameters or {}
        return Component(component.name, {k: v for k, v in {**filled, **given}.items() if v is not None})


def parameter_problems(
    known: Mapping[str, Parameter], given: Mapping[str, Any], config: Config | None = None
) -> Iterator[str]:
    """What is wrong with parameters, in a HashMap's order."""
    for name, value in hash_items(given):
        if name not in known:
            yield f"Unknown parameter '{name}' found"
        elif problem := known[name].problem(name, value, config or Config()):
            yield problem


class EncoderType(ComponentType):
    """An encoder, which also says how far it compresses a float32 vector."""

    def compression(self, encoder: Component, config: Config) -> str:
        """The compression level of an encoder's parameters; ValidationException where these are wrong."""
        raise NotImplementedError


class Flat(EncoderType):
    def compression(self, encoder: Component, config: Config) -> str:
        return "1x"


class HalfFloat(EncoderType):
    """Faiss ``sq``: 16-bit floats."""

    def compression(self, encoder: Component, config: Config) -> str:
        return "2x"


class SevenBits(EncoderType):
    """Lucene ``sq``."""

    def compression(self, encoder: Component, config: Config) -> str:
        return "4x"


class Bits(EncoderType):
    """Faiss ``binary``: 1, 2 or 4 bits a dimension."""

    def compression(self, encoder: Component, config: Config) -> str:
        if "bits" not in (encoder.parameters or {}):
            return NOT_CONFIGURED
        bits = encoder.get("bits")
        if problem := self.parameters["bits"].problem("bits", bits, config):
            raise ValidationException(problem)
        return {1: "32x", 2: "16x"}.get(bits, "8x")


class ProductQuantization(EncoderType):
    """Faiss ``pq``: ``m`` codes of ``code_size`` bits."""

    def compression(self, encoder: Component, config: Config) -> str:
        parameters = encoder.parameters or {}
        if "m" not in parameters or "code_size" not in parameters:
            return NOT_CONFIGURED
        for name in ("m", "code_size"):
            if problem := self.parameters[name].problem(name, parameters[name], config):
                raise ValidationException(problem)
        ratio = config.dimension * 32 / (parameters["m"] * parameters["code_size"])
        return next((f"{level}x" for level in (1, 2, 4, 8, 16, 32) if ratio < 2 * level), "64x")


def _positive(value: int, config: Config) -> bool:
    return value > 0


def _pq(code_size_allowed: Callable[[int, Config], bool]) -> ProductQuantization:
    return ProductQuantization(
        "pq",
        {
            "m": Integer(1, lambda m, config: 0 < m < 1024 and config.dimension % m == 0),
            "code_size": Integer(8, code_size_allowed),
        },
        ("float",),
        requires_training=True,
    )


_FLAT = Flat("flat")
_FP16 = HalfFloat(
    "sq", {"type": String("fp16", lambda name, config: name == "fp16"), "clip": Boolean(False)}, ("float",)
)
_BITS = Bits(
    "binary",
    {
        "bits": Integer(1, lambda bits, config: bits in (1, 2, 4)),
        "random_rotation": Boolean(False),
        "enable_adc": Boolean(False),
    },
    ("float",),
)
_LUCENE_SQ = SevenBits(
    "sq",
    {
        "confidence_interval": Double(None, lambda share, config: share == 0 or 0.9 <= share <= 1),
        "bits": Integer(7, lambda bits, config: bits == 7),
    },
    ("float",),
)
_M, _EF = Integer(16, _positive), Integer(100, _positive)

METHODS: dict[Engine, dict[str, ComponentType]] = {
    "lucene": {
        "hnsw": ComponentType("hnsw", {"m": _M, "ef_construction": _EF, "encoder": Encoders(_LUCENE_SQ)}),
    },
    "faiss": {
        "hnsw": ComponentType(
            "hnsw",
            {
                "m": _M,
                "ef_construction": _EF,
                "ef_search": _EF,
                "encoder": Encoders(_FLAT, _FP16, _pq(lambda size, config: size == 8), _BITS, default="flat"),
            },
        ),
        "ivf": ComponentType(
            "ivf",
            {
                "nprobes": Integer(1, lambda probes, config: 0 < probes < 20000),
                "nlist": Integer(4, lambda lists, config: 0 < lists < 20000),
                "encoder": Encoders(_FLAT, _FP16, _pq(lambda size, config: 0 < size < 128), _BITS, default="flat"),
            },
            requires_training=True,
        ),
    },
    "nmslib": {
        "hnsw": ComponentType("hnsw", {"m": _M, "ef_construction": _EF}, ("float",)),
    },
}
"""The methods that each engine knows."""

METHOD_SPACES: dict[Engine, tuple[str, ...]] = {
    "lucene": ("l2", "cosinesimil", "innerproduct", "hamming"),
    "faiss": ("l2", "cosinesimil", "innerproduct", "hamming"),
    "nmslib": ("l2", "l1", "linf", "cosinesimil", "innerproduct"),
}
"""The space types that each engine's methods know."""

SEARCH_PARAMETERS: dict[tuple[Engine, str], Mapping[str, Parameter]] = {
    ("lucene", "hnsw"): {"ef_search": Integer()},
    ("faiss", "hnsw"): {"ef_search": Integer()},
    ("faiss", "ivf"): {"nprobes": Integer()},
    ("nmslib", "hnsw"): {"ef_search": Integer()},
}
"""The ``method_parameters`` that a query may give a method."""
