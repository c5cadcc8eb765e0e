"""The definition of a ``knn_vector`` field: parsed, checked and resolved as the plugin does, and told again.

The order of the checks is the plugin's (``KNNVectorFieldMapper.TypeParser``), since of several mistakes only the first
is reported, and where it walks over a JSON object that order is a HashMap's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from fakeknn.errors import (
    ArithmeticException,
    IllegalArgumentException,
    MapperParsingException,
    NullPointerException,
    ValidationException,
)
from fakeknn.knn.component import (
    METHOD_SPACES,
    METHODS,
    NOT_CONFIGURED,
    Component,
    ComponentType,
    Config,
)
from fakeknn.knn.java import cannot_be_cast, class_name, text
from fakeknn.knn.members import CONTENT_TYPE, ENGINES, UNDEFINED, Method, read_members
from fakeknn.knn.spaces import SPACES, DataType, Engine, Space, get_space
from fakeknn.knn.training import Trained

MAX_DIMENSION = 16_000
NO_DIMENSION = -1

_COMPRESSIONS: dict[Engine, tuple[str, ...]] = {
    "lucene": ("1x", "4x"),
    "faiss": ("1x", "2x", "8x", "16x", "32x"),
    "nmslib": ("1x",),
}
_IN_FILE_NAMES_FORBIDDEN = (" ", '"', "*", "\\", "<", "|", ",", ">", "/", "?")


@dataclass(frozen=True)
class VectorDefinition:
    """A ``knn_vector`` field. First what was said, as GET _mapping tells it, then what follows from it.

    ``engine`` and ``component`` are None for a field that only scripts search (``index.knn`` off) and for one that has
    them from a model; ``component`` has all its defaults filled in.
    """

    name: str
    dimension: int = NO_DIMENSION
    data_type: DataType = "float"
    store: bool = False
    doc_values: bool = False
    meta: Mapping[str, str] | None = None
    method: Method | None = None
    model_id: str | None = None
    mode: str | None = None
    compression_level: str = NOT_CONFIGURED
    space_type: str = UNDEFINED
    engine_name: str = UNDEFINED

    knn_enabled: bool = True
    space: Space = SPACES["l2"]
    engine: Engine | None = None
    component: Component | None = None
    compression: str = "1x"
    trained: Trained | None = None
    """What the field's model was trained to know."""

    @property
    def m(self) -> int:
        return self._parameter("m", 16)

    @property
    def ef_construction(self) -> int:
        return self._parameter("ef_construction", 100)

    @property
    def ef_search(self) -> int:
        """Of the mapping alone; a query's own value and Lucene's index setting come before it."""
        return self._parameter("ef_search", 100)

    def _parameter(self, name: str, default: int) -> int:
        value = self.component.get(name, default) if self.component else default
        return int(value)

    @property
    def encoder(self) -> Component | None:
        """The encoder in force, or None."""
        encoder = self.component.get("encoder") if self.component else None
        return encoder if isinstance(encoder, Component) else None

    @property
    def quantized(self) -> bool:
        """Whether the field has the ``binary`` encoder, whose search is always rescored and never radial."""
        return self.engine == "faiss" and self.encoder is not None and self.encoder.name == "binary"

    @cached_property
    def half_float(self) -> bool:
        """Whether vectors are searched as 16-bit floats, whose range they may not leave."""
        return self.engine == "faiss" and self.encoder is not None and self.encoder.name == "sq"

    @property
    def clips(self) -> bool:
        """Whether what leaves the range of a 16-bit float is brought to its rim."""
        return self.half_float and self.encoder is not None and self.encoder.get("clip") is True

    @cached_property
    def normalizes(self) -> bool:
        """Whether vectors are scaled to length 1 before they are stored (Faiss with cosinesimil)."""
        return self.engine == "faiss" and self.space.name == "cosinesimil"

    @property
    def on_disk(self) -> bool:
        return self.mode == "on_disk"

    def memory_optimized(self, wanted: bool) -> bool:
        """Whether Lucene walks Faiss's graph where it lies (MemoryOptimizedSearchSupportSpec): if the index ``wanted``
        it so, and always on disk without compression.
        """
        if self.engine != "faiss" or self.model_id is not None or self.component is None:
            return False
        if self.component.name != "hnsw" or (self.encoder is not None and self.encoder.name == "pq"):
            return False
        return wanted or (self.on_disk and self.compression == "1x")

    @cached_property
    def width(self) -> int:
        """How many numbers a vector is written with: a byte of a binary vector holds 8 dimensions."""
        return self.dimension // 8 if self.data_type == "binary" else self.dimension

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        """The definition as GET _mapping tells it, without ``fields`` and ``copy_to``."""
        shown: dict[str, Any] = {"type": CONTENT_TYPE}
        for parameter, value in self._said().items():
            if include_defaults or value != _DEFAULTS[parameter]:
                shown[parameter] = value.echo() if isinstance(value, Method) else value
        if include_defaults:
            shown["ignore_malformed"] = False
        return shown

    def conflicts(self, other: VectorDefinition) -> list[str]:
        """What forbids that ``other`` replaces this definition, a line each; only ``meta`` may differ."""
        mine, theirs = self._said(), other._said()
        return [
            f"Cannot update parameter [{name}] from [{_told(mine[name])}] to [{_told(theirs[name])}]"
            for name in mine
            if name != "meta" and mine[name] != theirs[name]
        ]

    def _said(self) -> dict[str, Any]:
        return {
            "store": self.store,
            "doc_values": self.doc_values,
            "dimension": self.dimension,
            "data_type": self.data_type.upper(),
            "meta": dict(self.meta or {}),
            "method": self.method,
            "model_id": self.model_id,
            "mode": self.mode,
            "compression_level": self.compression_level,
            "space_type": self.space_type,
            "engine": self.engine_name,
        }


_DEFAULTS = VectorDefinition("")._said()


def _told(value: Any) -> str:
    return value.component.name if isinstance(value, Method) else text(value)


# --- parsing ----------------------------------------------------------------------------------------------------------


def parse(
    name: str,
    definition: Mapping[str, Any],
    *,
    knn_enabled: bool,
    version: tuple[int, ...] = (3, 5, 0),
    full_name: str | None = None,
) -> VectorDefinition:
    """Read a field's definition; ``fields`` and ``copy_to`` in it are the mapping's own affair and passed over.

    ``name`` is the field's last name, which messages use; ``full_name`` its path, where some characters are forbidden.
    Raises the exception that stands behind ``Failed to parse mapping [_doc]: ...``: IllegalArgumentException,
    MapperParsingException, ValidationException, ClassCastException or NullPointerException.
    """
    said = VectorDefinition(name, **read_members(name, definition), knn_enabled=knn_enabled)
    if said.method is not None and said.model_id is not None:
        raise IllegalArgumentException(f"Method and model can not be both specified in the mapping: {name}")
    if said.dimension != NO_DIMENSION and said.model_id is not None:
        raise IllegalArgumentException(f"Cannot specify both a modelId and dimension in the mapping: {name}")
    if not knn_enabled:
        parsed = _flat(said)
    elif said.model_id is not None:
        parsed = _of_model(said)
    else:
        parsed = _of_method(said, version)
    _check_built(parsed, full_name or name)
    return parsed


def _flat(said: VectorDefinition) -> VectorDefinition:
    if said.model_id is not None or said.method is not None:
        raise IllegalArgumentException("Cannot set modelId or method parameters when index.knn setting is false")
    _require_dimension(said)
    _refuse_mode_and_compression(said, "flat")
    # Without a graph the values are kept as doc values, whatever the mapping says.
    return replace(said, doc_values=True, space=_resolve_space(said))


def _of_model(said: VectorDefinition) -> VectorDefinition:
    if said.space_type.lower() != UNDEFINED:
        raise IllegalArgumentException("TopLevel Space type and model can not be both specified in the mapping")
    _refuse_mode_and_compression(said, "model")
    return said


def _of_method(said: VectorDefinition, version: tuple[int, ...]) -> VectorDefinition:
    if (said.mode or said.compression_level) and said.data_type != "float":
        raise MapperParsingException(
            f"Compression and mode cannot be used for non-float32 data type for field {said.name}"
        )
    space = _resolve_space(said)
    engine = _resolve_engine(said)
    method = said.method
    if method is not None:
        method = replace(method, space=space, engine=method.engine if method.engine_configured else engine)
    config = Config(said.data_type, said.dimension, said.mode or "", said.compression_level)
    component, compression = resolve_component(engine, method.component if method else Component("hnsw"), config)
    if method is not None and method.engine == "nmslib" and version >= (3, 0, 0):
        raise IllegalArgumentException(
            "nmslib engine is deprecated in OpenSearch  and cannot be used for new index creation in OpenSearch from "
            " 3.0.0."
        )
    if method is not None and method.engine is None:
        raise NullPointerException(
            'Cannot invoke "org.opensearch.knn.index.engine.KNNLibrary.isTrainingRequired('
            'org.opensearch.knn.index.engine.KNNMethodContext)" because "this.knnLibrary" is null'
        )
    _validate_component(engine, space, component, replace(config, compression=compression))
    _require_dimension(said)
    return replace(said, method=method, space=space, engine=engine, component=component, compression=compression)


def _require_dimension(said: VectorDefinition) -> None:
    if said.dimension == NO_DIMENSION:
        raise IllegalArgumentException(f"Dimension value missing for vector: {said.name}")


def _refuse_mode_and_compression(said: VectorDefinition, kind: str) -> None:
    if said.mode or said.compression_level:
        raise MapperParsingException(
            f"Compression and mode can not be specified in a {kind} mapping configuration for field: {said.name}"
        )


def _check_built(parsed: VectorDefinition, full_name: str) -> None:
    """What is only found when the mapper is built."""
    for character in full_name:
        if character in _IN_FILE_NAMES_FORBIDDEN:
            listed = ", ".join(f"'{forbidden}'" for forbidden in _IN_FILE_NAMES_FORBIDDEN)
            raise IllegalArgumentException(
                f"Vector field name must not include invalid characters of [{listed}]. "
                f"Provided field name=[{full_name}] had a disallowed character [{character}]"
            )
    if parsed.quantized and parsed.encoder is not None and parsed.encoder.get("enable_adc"):
        bits = parsed.encoder.get("bits", 1)
        if bits != 1:
            raise IllegalArgumentException(f"Validation Failed: ADC is not supported for bit count: {bits}")


# --- what follows from them -------------------------------------------------------------------------------------------


def _resolve_space(said: VectorDefinition) -> Space:
    """SpaceTypeResolver."""
    of_method = said.method.space if said.method else None
    of_field = None if said.space_type.lower() in ("", UNDEFINED) else get_space(said.space_type)
    if of_method and of_field and of_method is not of_field:
        raise MapperParsingException(
            f'Cannot specify conflicting space types: "[{of_method.name}]" "[{of_field.name}]"'
        )
    return of_method or of_field or SPACES["hamming" if said.data_type == "binary" else "l2"]


def _resolve_engine(said: VectorDefinition) -> Engine:
    """EngineResolver."""
    of_field = ENGINES.get(said.engine_name.lower())
    configured = said.method is not None and said.method.engine_configured
    of_method = said.method.engine if said.method else None
    if of_field and said.compression_level == "4x" and of_field != "lucene":
        raise MapperParsingException("Lucene is the only engine that supports 4x compression")
    if of_field and configured and of_field != of_method:
        raise MapperParsingException(f"Cannot specify conflicting engines: [{of_method or UNDEFINED}] and [{of_field}]")
    if of_field or of_method:
        return of_field or of_method or "faiss"
    return "lucene" if said.compression_level == "4x" else "faiss"


def resolve_component(engine: Engine, said: Component, config: Config) -> tuple[Component, str]:
    """The engine's MethodResolver: the method with its defaults, and the compression level that comes of it."""
    _validate_compression(engine, config)
    methods = METHODS[engine]
    if engine == "nmslib":
        return methods["hnsw"].with_defaults(said, config), "1x"
    kind = methods["hnsw"] if said.name == "hnsw" else methods.get("ivf", methods["hnsw"])
    component = said
    if said.encoder is None and (chosen := _encoder_for(engine, config)):
        encoder = kind.encoders[chosen.name].with_defaults(chosen, config)
        component = Component(said.name, {**(said.parameters or {}), "encoder": encoder})
    compression = _compression_of(component, kind, config)
    if engine == "faiss":
        _validate_pq(component, config)
    if config.compression and compression and compression != config.compression:
        raise ValidationException("Cannot specify an encoder that conflicts with the provided compression level")
    # Lucene fills the defaults in before it knows the level, so they do not depend on it.
    level = config if engine == "lucene" else replace(config, compression=compression)
    return kind.with_defaults(component, level), compression


def _validate_compression(engine: Engine, config: Config) -> None:
    problems = []
    if config.compression and config.compression not in _COMPRESSIONS[engine]:
        problems.append(f'"{engine}" does not support "{config.compression}" compression')
    if engine == "lucene" and config.compression == "1x" and config.mode == "on_disk":
        problems.append('Cannot specify "x1" compression level when using "on_disk" mode')
    if engine == "nmslib" and config.mode == "on_disk":
        problems.append("Nmslib engine does not support disk-based search")
    if problems:
        raise ValidationException(*problems)


def _encoder_for(engine: Engine, config: Config) -> Component | None:
    """The encoder that mode and compression level stand for."""
    if config.data_type != "float":
        return None
    level = config.compression
    if not level and config.mode == "on_disk":
        level = "4x" if engine == "lucene" else "32x"
    match level:
        case "2x":
            return Component("sq", {"type": "fp16"})
        case "4x":
            return Component("sq")
        case "8x" | "16x" | "32x":
            return Component("binary", {"bits": 32 // int(level[:-1])})
        case _:
            return None


def _compression_of(component: Component, kind: ComponentType, config: Config) -> str:
    encoder = component.encoder
    if encoder is None:
        return "1x"
    known = kind.encoders.get(encoder.name)
    return known.compression(encoder, config) if known else NOT_CONFIGURED


def _validate_pq(component: Component, config: Config) -> None:
    """AbstractFaissPQEncoder.validateEncoderConfig: it means the encoder's m, but reads the method's."""
    encoder = component.encoder
    if encoder is None or encoder.name != "pq" or "m" not in (component.parameters or {}):
        return
    m = component.get("m")
    if class_name(m) != "java.lang.Integer":
        raise cannot_be_cast(m, "java.lang.Integer")
    if m == 0:
        raise ArithmeticException("/ by zero")
    if config.dimension % m:
        raise ValidationException("Training request ENCODER_PARAMETER_PQ_M is not divisible by vector dimensions")


def _validate_component(engine: Engine, space: Space, component: Component, config: Config) -> None:
    kind = METHODS[engine].get(component.name)
    if kind is None:
        raise IllegalArgumentException(f"Invalid method name: {component.name}")
    if kind.needs_training(component):
        raise ValidationException('"method" requires training.')
    problems = validity_problems(engine, space, component, config)
    if problems:
        raise ValidationException(*problems)


def validity_problems(engine: Engine, space: Space, component: Component, config: Config) -> list[str]:
    """KNNMethodContext.validate; IllegalArgumentException for an unknown method or a space for another data type."""
    kind = METHODS[engine].get(component.name)
    if kind is None:
        raise IllegalArgumentException(f"Invalid method name: {component.name}")
    problems = []
    if config.dimension > MAX_DIMENSION:
        problems.append(f"Dimension value cannot be greater than {MAX_DIMENSION} for vector with engine: {engine}")
    elif config.data_type == "binary" and config.dimension % 8:
        problems.append("Dimension should be multiply of 8 for binary vector data type")
    space.validate_data_type(config.data_type)
    if space.name not in METHOD_SPACES[engine]:
        problems.append(
            f'"{component.name}" with "{engine}" configuration does not support space type: "{space.name}".'
        )
    problems.extend(kind.problems(component, config))
    if engine == "faiss" and space.name == "cosinesimil" and config.data_type == "byte":
        problems.append(
            "Faiss engine does not support cosine similarity with byte vectors. Cosine similarity requires vector "
            "normalization which is only supported for float vectors. Please use float data type or choose a different "
            "space type like l2 or inner_product."
        )
    return problems
