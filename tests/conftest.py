from __future__ import annotations

from hypothesis import HealthCheck, settings

# A test that is red tells of the change, not of the machine's speed or of the day's luck.
settings.register_profile("ours", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")
