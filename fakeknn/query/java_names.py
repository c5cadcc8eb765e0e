"""The Java classes of field types and of their fielddata: messages name them that show an object or a failed cast."""

from __future__ import annotations

from collections.abc import Mapping

from fakeknn.errors import ClassCastException
from fakeknn.fields import FieldType
from fakeknn.fields.decimals import ScaledFloatFieldType
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.fields.text import ShingleFieldType
from fakeknn.fields.token_count import TokenCountFieldType
from fakeknn.xcontent import java_hash

_MAPPER = "org.opensearch.index.mapper."
_FIELDDATA = "org.opensearch.index.fielddata."

#: Field types whose class is not called after their kind.
_TYPES: Mapping[str, str] = {
    "date_nanos": "DateFieldMapper$DateFieldType",
    "knn_vector": "org.opensearch.knn.index.mapper.KNNVectorFieldType",
    "percolator": "org.opensearch.percolator.PercolatorFieldMapper$PercolatorFieldType",
    "version": "SemanticVersionFieldMapper$SemanticVersionFieldType",
    "join": "org.opensearch.join.mapper.ParentJoinFieldMapper$JoinFieldType",
}

#: Fielddata by kind.
_DATA: Mapping[str, str] = {
    "boolean": "plain.SortedNumericIndexFieldData",
    "date": "plain.SortedNumericIndexFieldData",
    "date_nanos": "plain.SortedNumericIndexFieldData",
    "keyword": "plain.SortedSetOrdinalsIndexFieldData",
    "ip": "plain.SortedSetOrdinalsIndexFieldData",
    "flat_object": "plain.SortedSetOrdinalsIndexFieldData",
    "join": "plain.SortedSetOrdinalsIndexFieldData",
    "version": "plain.SortedSetOrdinalsIndexFieldData",
    "text": "plain.PagedBytesIndexFieldData",
    "constant_keyword": "plain.ConstantIndexFieldData",
    "_index": "plain.ConstantIndexFieldData",
    "wildcard": "plain.NonPruningSortedSetOrdinalsIndexFieldData",
    "geo_point": "plain.AbstractLatLonPointIndexFieldData$LatLonPointIndexFieldData",
    "geo_shape": "plain.AbstractGeoShapeIndexFieldData$GeoShapeIndexFieldData",
    "_id": "org.opensearch.index.mapper.IdFieldMapper$IdFieldType$1$1",
    "knn_vector": "org.opensearch.knn.index.KNNVectorIndexFieldData",
    "scaled_float": "org.opensearch.index.mapper.ScaledFloatFieldMapper$ScaledFloatIndexFieldData",
}

#: Kinds whose classes a module or plugin brings, with a class loader of its own.
_LOADED = ("knn_vector", "scaled_float")


def field_type_name(field: FieldType) -> str:
    """Object.toString of a MappedFieldType."""
    kind = field.kind
    if kind in _TYPES:
        name = _TYPES[kind]
    elif isinstance(field, TokenCountFieldType):
        name = "TokenCountFieldMapper$TokenCountFieldType"
    elif isinstance(field, ShingleFieldType) and kind == "search_as_you_type":
        name = "SearchAsYouTypeFieldMapper$ShingleFieldType"
    elif isinstance(field, ScaledFloatFieldType):
        name = "ScaledFloatFieldMapper$ScaledFloatFieldType"
    elif isinstance(field, NumberFieldType) and kind not in ("_seq_no", "_version"):
        name = "NumberFieldMapper$NumberFieldType"
    elif kind.endswith("_range"):
        name = "RangeFieldMapper$RangeFieldType"
    else:
        words = "".join(word.capitalize() for word in kind.split("_"))
        name = f"{words}FieldMapper${words}FieldType"
    return f"{name if name.startswith('org.') else _MAPPER + name}@{java_hash(field.path):08x}"


def no_geo_shapes(field: FieldType) -> ClassCastException:
    """A derived field is asked for shapes, and the type of what it emits is no GeoShapeQueryable."""
    found, needed = field_type_name(field).partition("@")[0], _MAPPER + "GeoShapeQueryable"
    return ClassCastException(
        f"class {found} cannot be cast to class {needed} ({found} and {needed} are in unnamed module of loader 'app')"
    )


def wrong_fielddata(field: FieldType, wanted: str) -> ClassCastException:
    """The fielddata of a field is not of the class that is needed."""
    if isinstance(field, NumberFieldType) and field.kind not in _DATA:
        name = "plain.SortedNumericIndexFieldData"
    else:
        name = "plain.BinaryIndexFieldData" if field.kind.endswith("_range") else _DATA[field.kind]
    found = name if name.startswith("org.") else _FIELDDATA + name
    needed = _FIELDDATA + wanted
    where = f"{found} and {needed} are in unnamed module of loader 'app'"
    if field.kind in _LOADED:
        loader = f"java.net.URLClassLoader @{java_hash(found):08x}"
        where = f"{found} is in unnamed module of loader {loader}; {needed} is in unnamed module of loader 'app'"
    return ClassCastException(f"class {found} cannot be cast to class {needed} ({where})")
