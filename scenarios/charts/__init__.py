"""Pictures, for reports, notebooks and the page alike: functions that take numbers and return figures.

``look`` and ``labels`` are what all share; every other file is one subject.
"""
