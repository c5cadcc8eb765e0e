"""The definition of a ``knn_vector`` field: parsed, checked and resolved as the plugin does, and told again.

The order of the checks is the plugin's (``KNNVectorFieldMapper.TypeParser``), since of several mistakes only the first
is reported, and where it walks over a JSON object that order is a HashMap's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    parse_parameters,
)
from fakeknn.knn.java import cannot_be_cast, class_name, hash_items, text
from fakeknn.knn.spaces import SPACES, DataType, Engine, Space, get_space

UNDEFINED = "undefined"
MAX_DIMENSION = 16_000
NO_DIMENSION = -1
COMPRESSION_LEVELS = ("", "1x", "2x", "4x", "8x", "16x", "32x")

_CONTENT_TYPE = "knn_vector"
_ENGINES: dict[str, Engine] = {"nmslib": "nmslib", "faiss": "faiss", "lucene": "lucene"}
_COMPRESSIONS: dict[Engine, tuple[str, ...]] = {
    "lucene": ("1x", "4x"),
    "faiss": ("1x", "2x", "8x", "16x", "32x"),
    "nmslib": ("1x",),
}
_DROPPED = ("index", "boost", "index_options", "similarity")  # once known to every type, accepted without effect
_IN_FILE_NAMES_FORBIDDEN = (" ", '"', "*", "\\", "<", "|", ",", ">", "/", "?")


@dataclass(frozen=True, slots=True)
class Method:
    """The member ``method`` of a definition; engine and space are None where undefined."""

    component: Component
    engine: Engine | None = None
    engine_configured: bool = False
    """Whether the member engine was there at all: null counts as configured, and as undefined."""
    space: Space | None = None

    def echo(self) -> dict[str, Any]:
        space = self.space.name if self.space else UNDEFINED
        return {"engine": self.engine or UNDEFINED, "space_type": space, **self.component.echo()}


@dataclass(frozen=True, slots=True)
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

    @property
    def half_float(self) -> bool:
        """Whether vectors are searched as 16-bit floats, whose range they may not leave."""
        return self.engine == "faiss" and self.encoder is not None and self.encoder.name == "sq"

    @property
    def clips(self) -> bool:
        """Whether what leaves the range of a 16-bit float is brought to its rim."""
        return self.half_float and self.encoder is not None and self.encoder.get("clip") is True

    @property
    def normalizes(self) -> bool:
        """Whether vectors are scaled to length 1 before they are stored (Faiss with cosinesimil)."""
        return self.engine == "faiss" and self.space.name == "cosinesimil"

    @property
    def on_disk(self) -> bool:
        return self.mode == "on_disk"

    @property
    def width(self) -> int:
        """How many numbers a vector is written with: a byte of a binary vector holds 8 dimensions."""
        return self.dimension // 8 if self.data_type == "binary" else self.dimension

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        """The definition as GET _mapping tells it, without ``fields`` and ``copy_to``."""
        shown: dict[str, Any] = {"type": _CONTENT_TYPE}
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
    said = _read(name, definition)
    said = replace(said, knn_enabled=knn_enabled)
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
    component, compression = _resolve_component(engine, method.component if method else Component("hnsw"), config)
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


# --- the members, each for itself -------------------------------------------------------------------------------------


def _read(name: str, definition: Mapping[str, Any]) -> VectorDefinition:
    """Each member read by itself (ParametrizedFieldMapper.Builder.parse), then those checked that know their values."""
    read: dict[str, Any] = {}
    for key, value in hash_items(definition):
        if key in ("type", "fields", "copy_to") or key in _DROPPED:
            continue
        if key not in _READERS:
            raise MapperParsingException(f"unknown parameter [{key}] on mapper [{name}] of type [{_CONTENT_TYPE}]")
        if value is None and key not in ("mode", "compression_level"):
            raise MapperParsingException(
                f"[{key}] on mapper [{name}] of type [{_CONTENT_TYPE}] must not have a [null] value"
            )
        member = "engine_name" if key == "engine" else key
        read[member] = _READERS[key](name, value)
    said = VectorDefinition(name, **read)
    _check_choice("mode", said.mode, (None, "in_memory", "on_disk"))
    _check_choice("compression_level", said.compression_level, COMPRESSION_LEVELS)
    if said.space_type.lower() != UNDEFINED:
        get_space(said.space_type)
    if said.engine_name.lower() not in (*_ENGINES, UNDEFINED):
        raise IllegalArgumentException(f"Invalid engine type: {said.engine_name}")
    return said


def _check_choice(member: str, value: Any, choices: tuple[str | None, ...]) -> None:
    if value not in choices:
        listed = ", ".join(text(choice) for choice in choices)
        raise MapperParsingException(
            f"Unknown value [{text(value)}] for field [{member}] - accepted values are [{listed}]"
        )


def _read_boolean(name: str, value: Any) -> bool:
    given = text(value)
    if given not in ("true", "false"):
        raise IllegalArgumentException(f"Failed to parse value [{given}] as only [true] or [false] are allowed.")
    return given == "true"


def _read_string(name: str, value: Any) -> str:
    return text(value)


def _read_string_or_null(name: str, value: Any) -> str | None:
    return None if value is None else text(value)


def _read_dimension(name: str, value: Any) -> int:
    dimension = _whole(value)
    if dimension is None:
        raise IllegalArgumentException(
            f"Unable to parse [dimension] from provided value [{text(value)}] for vector [{name}]"
        )
    if dimension <= 0:
        raise IllegalArgumentException(f"Dimension value must be greater than 0 for vector: {name}")
    return dimension


def _whole(value: Any) -> int | None:
    """An int of a number without decimals or of the digits in a string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        whole = int(value)
    except (ValueError, OverflowError):
        return None
    if isinstance(value, str) and (not value.isascii() or "_" in value or value != value.strip()):
        return None
    if class_name(whole) != "java.lang.Integer":
        return None
    return whole if isinstance(value, str) or whole == value else None


def _read_data_type(name: str, value: Any) -> DataType:
    if not isinstance(value, str):
        raise cannot_be_cast(value, "java.lang.String")
    data_types: dict[str, DataType] = {"binary": "binary", "byte": "byte", "float": "float"}
    if value.lower() not in data_types:
        raise IllegalArgumentException(
            "Invalid value provided for [data_type] field. Supported values are [binary,byte,float]"
        )
    return data_types[value.lower()]


def _read_meta(name: str, value: Any) -> dict[str, str]:
    """TypeParsers.parseMeta."""

    def java(given: Any) -> str:
        return f"{class_name(given).rpartition('.')[2]}[{text(given)}]"

    if not isinstance(value, dict):
        raise MapperParsingException(f"[meta] must be an object, got {java(value)} for field [{name}]")
    if len(value) > 5:
        raise MapperParsingException(f"[meta] can't have more than 5 entries, but got {len(value)} on field [{name}]")
    for key in value:
        if len(key) > 20:
            raise MapperParsingException(
                f"[meta] keys can't be longer than 20 chars, but got [{key}] for field [{name}]"
            )
    for _, given in hash_items(value):
        if given is None:
            raise MapperParsingException(f"[meta] values can't be null (field [{name}])")
        if not isinstance(given, str):
            raise MapperParsingException(f"[meta] values can only be strings, but got {java(given)} for field [{name}]")
        if len(given) > 50:
            raise MapperParsingException(
                f"[meta] values can't be longer than 50 chars, but got [{given}] for field [{name}]"
            )
    return dict(sorted(value.items()))


def _read_method(name: str, value: Any) -> Method:
    """KNNMethodContext.parse."""
    if not isinstance(value, dict):
        raise MapperParsingException('Unable to parse mapping into KNNMethodContext. Object not of type "Map"')
    component_name = ""
    parameters: dict[str, Any] | None = {}
    method = Method(Component(""))
    for key, given in hash_items(value):
        if key == "engine":
            method = replace(method, engine=_read_method_engine(given), engine_configured=True)
        elif key == "space_type":
            method = replace(method, space=_read_method_space(given))
        elif key == "name":
            if not isinstance(given, str):
                raise MapperParsingException("namehas to be a string")
            component_name = given
        elif key == "parameters":
            parameters = parse_parameters(given, "Unable to parse parameters for main method component")
        else:
            raise MapperParsingException(f"Invalid parameter: {key}")
    if not component_name:
        raise MapperParsingException("name needs to be set")
    return replace(method, component=Component(component_name, parameters))


def _read_method_engine(value: Any) -> Engine | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise MapperParsingException('"engine" must be a string')
    if value.lower() not in (*_ENGINES, UNDEFINED):
        raise MapperParsingException(f"Invalid engine: {value}")
    return _ENGINES.get(value.lower())


def _read_method_space(value: Any) -> Space | None:
    if value is not None and not isinstance(value, str):
        raise MapperParsingException('"space_type" must be a string')
    if value is not None and value.lower() == UNDEFINED:
        return None
    try:
        return get_space(value)
    except IllegalArgumentException:
        raise MapperParsingException(f"Invalid space_type: {text(value)}") from None


_READERS = {
    "store": _read_boolean,
    "doc_values": _read_boolean,
    "dimension": _read_dimension,
    "data_type": _read_data_type,
    "meta": _read_meta,
    "method": _read_method,
    "model_id": _read_string,
    "mode": _read_string_or_null,
    "compression_level": _read_string_or_null,
    "space_type": _read_string,
    "engine": _read_string,
}


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
    of_field = _ENGINES.get(said.engine_name.lower())
    configured = said.method is not None and said.method.engine_configured
    of_method = said.method.engine if said.method else None
    if of_field and said.compression_level == "4x" and of_field != "lucene":
        raise MapperParsingException("Lucene is the only engine that supports 4x compression")
    if of_field and configured and of_field != of_method:
        raise MapperParsingException(f"Cannot specify conflicting engines: [{of_method or UNDEFINED}] and [{of_field}]")
    if of_field or of_method:
        return of_field or of_method or "faiss"
    return "lucene" if said.compression_level == "4x" else "faiss"


def _resolve_component(engine: Engine, said: Component, config: Config) -> tuple[Component, str]:
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
    if problems:
        raise ValidationException(*problems)
