"""All settings of one scope: looking them up, validating, updating, and showing their defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    JavaError,
    NumberFormatException,
    OpenSearchError,
    OpenSearchParseException,
    SettingsException,
)
from fakeknn.state.names import simple_match
from fakeknn.state.settings.flat import ARCHIVED_PREFIX
from fakeknn.state.settings.kinds import (
    DYNAMIC,
    FILTERED,
    FINAL,
    INTERNAL,
    PRIVATE,
    AffixSetting,
    GroupSetting,
    ListSetting,
    SecureSetting,
    Setting,
    Settings,
    Value,
    group,
    java_text,
)
from fakeknn.xcontent.java import hash_ordered

#: A misspelt key is compared with keys that are at least as alike as this.
_ALIKE = np.float32(0.7)


class Registry:
    """AbstractScopedSettings: the settings of one scope ("index" or "cluster")."""

    def __init__(
        self,
        source: Callable[[], Iterable[Setting]],
        is_unregistered_private: Callable[[str], bool] = lambda key: False,
    ) -> None:
        #: Asked once, when a setting is first looked at, so that importing a table costs nothing.
        self._source = source
        #: isPrivateSetting: keys that the server writes without having registered them.
        self.is_unregistered_private = is_unregistered_private

    @cached_property
    def _tables(self) -> tuple[dict[str, Setting], list[Setting]]:
        keys: dict[str, Setting] = {}
        patterns: list[Setting] = []
        for setting in self._source():
            if setting.is_complex:
                patterns.append(setting)
            else:
                keys[setting.key] = setting
        return keys, patterns

    @property
    def keys(self) -> dict[str, Setting]:
        """The settings that stand for one key each."""
        return self._tables[0]

    @property
    def patterns(self) -> list[Setting]:
        """The lists, groups and affix settings."""
        return self._tables[1]

    # --- looking up ---------------------------------------------------------------------------------------------------

    def find(self, key: str) -> Setting | None:
        """The setting for a key; for the keys of a pattern, the very setting of this key."""
        setting = self.keys.get(key)
        if setting is None:
            raw = self.pattern(key)
            return raw.concrete(key) if raw is not None else None
        return setting

    def pattern(self, key: str) -> Setting | None:
        """The list, group or affix setting that a key belongs to."""
        for setting in self.patterns:
            if setting.matches(key):
                return setting
        return None

    def all(self) -> Iterable[Setting]:
        yield from self.keys.values()
        yield from self.patterns

    # --- reading ------------------------------------------------------------------------------------------------------

    def get(self, settings: Mapping[str, Value], key: str) -> Any:
        """The parsed value of a setting, or of its default; no checks against other settings."""
        setting = self.find(key)
        if setting is None:
            raise SettingsException(f"setting {key} has not been registered")
        return self._parsed(setting, settings)

    def raw(self, setting: Setting, settings: Mapping[str, Value]) -> str:
        """Setting.getRaw: the text that is parsed."""
        text = setting.text(settings.get(setting.key))
        if text is not None:
            return text
        if setting.fallback is not None:
            fallback = self.find(setting.fallback)
            if fallback is not None:
                return self.raw(fallback, settings)
        return setting.text(setting.default) or ""

    def _parsed(self, setting: Setting, settings: Mapping[str, Value]) -> Any:
        if isinstance(setting, GroupSetting):
            return group(settings, setting.key)
        text = self.raw(setting, settings)
        return _guarded(setting, text, lambda: setting.parse(text))

    def _checked(self, setting: Setting, settings: Mapping[str, Value]) -> Any:
        """Setting.get with its validator."""
        if isinstance(setting, GroupSetting):
            below = group(settings, setting.key)
            if setting.check_group is not None:
                setting.check_group(below)
            return below
        if isinstance(setting, SecureSetting):
            return setting.parse("")
        text = self.raw(setting, settings)

        def parse() -> Any:
            value = setting.parse(text)
            if setting.check is not None:
                setting.check(value, lambda key: self.get(settings, key))
            return value

        return _guarded(setting, text, parse)

    # --- validating ---------------------------------------------------------------------------------------------------

    def validate(
        self,
        settings: Mapping[str, Value],
        *,
        dependencies: bool,
        ignore_private: bool = False,
        ignore_archived: bool = False,
        refuse_managed: bool = False,
    ) -> None:
        """AbstractScopedSettings.validate: every key, in order; the first error is raised, the others told beside it.

        ``dependencies``: settings that need others are checked for them. ``refuse_managed``: settings that the server
        manages are refused, as in updates.
        """
        errors: list[OpenSearchError] = []
        for key in sorted(settings):
            setting = self.find(key)
            managed = setting is not None and PRIVATE in setting.marks
            if ignore_private and (managed or self.is_unregistered_private(key)):
                continue
            if ignore_archived and key.startswith(ARCHIVED_PREFIX):
                continue
            try:
                self.validate_key(key, settings, dependencies=dependencies, refuse_managed=refuse_managed)
            except OpenSearchError as error:
                errors.append(error)
        if errors:
            first, *others = errors
            if others:
                first.meta = {**first.meta, "suppressed": [other.members() for other in others]}
            raise first

    def validate_key(
        self, key: str, settings: Mapping[str, Value], *, dependencies: bool, refuse_managed: bool = False
    ) -> None:
        setting = self.find(key)
        if setting is None:
            raise SettingsException(self._unknown(key))
        if dependencies:
            for needed in (self.keys.get(key) or self.pattern(key) or setting).requires:
                self._require(key, needed, setting, settings)
            if setting.agrees is not None:
                setting.agrees(self._parsed(setting, settings), lambda other: self.get(settings, other))
        if refuse_managed:
            if INTERNAL in setting.marks:
                raise SettingsException(
                    f"can not update internal setting [{setting.key}]; this setting is managed via a dedicated API"
                )
            if PRIVATE in setting.marks:
                raise SettingsException(
                    f"can not update private setting [{setting.key}]; this setting is managed by OpenSearch"
                )
        self._checked(setting, settings)

    def _require(self, key: str, needed: str, setting: Setting, settings: Mapping[str, Value]) -> None:
        if "*" in needed:
            pattern = self.pattern(key)
            assert isinstance(pattern, AffixSetting)
            needed = needed.replace("*", pattern.namespace(key))
        if needed not in settings:
            raise SettingsException(f"missing required setting [{needed}] for setting [{setting.key}]")

    def _unknown(self, key: str) -> str:
        alike = [(score, known) for known in hash_ordered(self.keys) if (score := _likeness(key, known)) > _ALIKE]
        alike.sort(key=lambda pair: -pair[0])
        names = [known for _, known in alike]
        if not names:
            return (
                f"unknown setting [{key}] please check that any required plugins are installed, or check the breaking "
                "changes documentation for removed settings"
            )
        return f"unknown setting [{key}] did you mean " + (
            f"[{names[0]}]?" if len(names) == 1 else f"any of [{', '.join(names)}]?"
        )

    # --- updating -----------------------------------------------------------------------------------------------------

    def updated(
        self, current: Mapping[str, Value], changes: Mapping[str, Value], label: str, *, only_dynamic: bool
    ) -> Settings | None:
        """AbstractScopedSettings.updateSettings: ``current`` with the changes, or None if nothing changes.

        A null resets, also by a wildcard (``index.blocks.*``). ``label`` names what is updated in errors: the index, or
        "transient" or "persistent".
        """
        removals: list[str] = []
        target: Settings = dict(current)
        additions: Settings = {}
        changed = False
        for key in sorted(changes):
            value = changes[key]
            setting = self.find(key)
            if value is None and (key.endswith("*") or self._removable(key, only_dynamic)):
                removals.append(key)
            elif setting is None:
                raise SettingsException(f"{label} setting [{key}], not recognized")
            elif value is not None and FINAL not in setting.marks and (not only_dynamic or DYNAMIC in setting.marks):
                self._parsed_and_checked_alone(setting, changes)
                additions[key] = value
                changed = changed or java_text(value) != java_text(current.get(key))
            elif FINAL in setting.marks:
                raise SettingsException(f"final {label} setting [{key}], not updateable")
            else:
                raise SettingsException(f"{label} setting [{key}], not dynamically updateable")
        for pattern in removals:
            for key in [k for k in target if simple_match(pattern, k) and self._removable(k, only_dynamic)]:
                del target[key]
                changed = True
        target.update(additions)
        return dict(sorted(target.items())) if changed else None

    def _parsed_and_checked_alone(self, setting: Setting, settings: Mapping[str, Value]) -> None:
        """validateWithoutDependencies: only what the value itself says."""
        if not isinstance(setting, SecureSetting):
            self._parsed(setting, settings)

    def _removable(self, key: str, only_dynamic: bool) -> bool:
        setting = self.find(key)
        if setting is None:
            return key.startswith(ARCHIVED_PREFIX)
        return FINAL not in setting.marks and (not only_dynamic or DYNAMIC in setting.marks)

    # --- showing ------------------------------------------------------------------------------------------------------

    def defaults(self, settings: Mapping[str, Value]) -> Settings:
        """AbstractScopedSettings.diff: the default of every setting that ``settings`` does not set."""
        found: Settings = {}
        for setting in self.all():
            if setting.key in settings or isinstance(setting, (GroupSetting, AffixSetting, SecureSetting)):
                continue
            found[setting.key] = self._default(setting, settings)
        return found

    def _default(self, setting: Setting, settings: Mapping[str, Value]) -> Value:
        fallback = self.find(setting.fallback) if setting.fallback is not None else None
        if fallback is None:
            return list(setting.default) if isinstance(setting, ListSetting) else setting.default
        value = settings.get(fallback.key)
        return value if value is not None else self._default(fallback, settings)


def _guarded(setting: Setting, text: str, parse: Callable[[], Any]) -> Any:
    """Setting.get's treatment of what its parser throws."""
    shown = "" if FILTERED in setting.marks else f" [{text}]"
    failed = f"Failed to parse value{shown} for setting [{setting.key}]"
    try:
        return parse()
    except OpenSearchParseException as error:
        raise IllegalArgumentException(error.reason) from error
    except NumberFormatException as error:
        raise IllegalArgumentException(failed) from error
    except IllegalArgumentException:
        raise
    except JavaError as error:
        raise IllegalArgumentException(failed) from error


def _likeness(key: str, known: str) -> np.float32:
    """Lucene's LevenshteinDistance: 1 for equal texts, 0 for texts without a common character."""
    longer = max(len(key), len(known))
    if abs(len(key) - len(known)) > longer * 0.3:
        return np.float32(0)
    row = list(range(len(key) + 1))
    for i, character in enumerate(known, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(key, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (character != other))
    return np.float32(1) - np.float32(row[-1]) / np.float32(longer)
