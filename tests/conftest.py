"""What every test shares."""

from hypothesis import settings

# No deadline: a busy machine is not a failed property. Derandomised: the same commit gives the same verdict.
settings.register_profile("dateline", deadline=None, derandomize=True)
settings.load_profile("dateline")
