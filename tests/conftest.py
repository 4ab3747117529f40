"""What all tests share: in CI, Hypothesis tries the same examples each time."""

import os

from hypothesis import settings

# A gate says whether this change broke something; new examples are for people and their machines.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
