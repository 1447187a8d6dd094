"""Pictures for reports, notebooks and the page: functions that take numbers and return figures.

``look`` (colours, axes, the saver) and ``marks`` (fans, bars, documented breaks) are what all
share; every other file is one subject.
"""
