"""The four countries, in the order of every array."""

from enum import IntEnum


class Country(IntEnum):
    """One of the four states of the model; its value is its place on a country axis."""

    ALBANIA = 0
    CHINA = 1
    USSR = 2
    YUGOSLAVIA = 3

    @property
    def key(self) -> str:
        """The name used in data files and on the command line, such as ``albania``."""
        return self.name.lower()

    @property
    def title(self) -> str:
        """The name used in sentences and figures, such as ``Albania``."""
        return "USSR" if self is Country.USSR else self.name.capitalize()


COUNTRY_KEYS: tuple[str, ...] = tuple(country.key for country in Country)
COUNTRIES = len(COUNTRY_KEYS)

Pair = tuple[Country, Country]
"""A patron and its client."""
#: The twelve ordered pairs.
ORDERED_PAIRS: tuple[Pair, ...] = tuple(
    (patron, client) for patron in Country for client in Country if patron is not client
)


def country_named(key: str) -> Country:
    """The country of a data-file name such as ``albania``; ``KeyError`` if there is none."""
    return Country[key.upper()]


def pair_name(patron: Country, client: Country) -> str:
    """The public name of a pair, client first: ``albania-ussr``."""
    return f"{client.key}-{patron.key}"


def pair_named(name: str) -> Pair:
    """The (patron, client) of a pair name such as ``albania-ussr``; ``KeyError`` if it is none."""
    client, _, patron = name.partition("-")
    if client == patron:
        raise KeyError(name)
    return country_named(patron), country_named(client)
