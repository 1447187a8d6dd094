"""Acts of support: whether on an occasion a client was for its patron, silent, or against it.

What is compared is the willingness of the client, its support over what its size lets it give, as
carried into each quarter of the occasion. The three answers are ordered, and each has a price that
was known before the choice. Where the same occasion recurs, the words of last time may simply be
said again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.likelihood.figures import Doubt, Figure, Sums
from calibration.likelihood.measures import Word
from calibration.likelihood.readings import observation_settings
from simulation.arrays import Array, PerReplicate, logistic
from simulation.trajectory import Trajectory

#: The answers, and the number that stands for each in a reading.
ANSWERS = {"against": -1.0, "silent": 0.0, "for": 1.0}


@dataclass(frozen=True)
class Act(Word):
    """What a client did on an occasion to stand by its patron.

    ``price_for`` and ``price_against`` run from 0 to 1; ``series`` names an occasion that recurs,
    and ``previous`` the answer given last time.
    """

    price_for: float = 0.0
    price_against: float = 0.0
    series: str = ""
    previous: float | None = None

    measure = "act"
    unit = "willingness"

    @property
    def read_words(self) -> str:
        """The answer."""
        return next(word for word, number in ANSWERS.items() if number == self.reading.value)

    def simulated(self, sums: Sums) -> PerReplicate:
        """The mean willingness over the quarters of the occasion."""
        return np.asarray(sums[0] / self.parts[0].quarters)

    def centre(self, sums: Sums) -> PerReplicate:
        """The same."""
        return self.simulated(sums)

    def chances(self, willingness: Array) -> dict[float, Array]:
        """The chance of each answer.

        Formula: with z = act_slope (willingness - 1/2), for: logistic(z - act_for - act_price
        price_for), against: 1 - logistic(z + act_against + act_price price_against), silent: the
        rest; a part ``act_miscoding`` is spread evenly, and a part ``act_repeat`` of a series goes
        to the answer given last time.
        """
        settings = observation_settings()
        leaning = settings["act_slope"] * (np.asarray(willingness) - 0.5)
        price = settings["act_price"]
        backs = logistic(leaning - settings["act_for"] - price * self.price_for)
        opposes = 1 - logistic(leaning + settings["act_against"] + price * self.price_against)
        opposes = np.minimum(opposes, 1 - backs)
        free = {-1.0: opposes, 0.0: 1 - backs - opposes, 1.0: backs}
        error, again = settings["act_miscoding"], settings["act_repeat"]
        chances = {answer: error / 3 + (1 - error) * chance for answer, chance in free.items()}
        if self.previous is not None:
            chances = {
                answer: again * (answer == self.previous) + (1 - again) * chance
                for answer, chance in chances.items()
            }
        return chances

    def log_chance(self, centre: Array, spread: Array | float) -> Array:
        """The logarithm of the chance of the answer; a second reading has its own part."""
        chances = self.chances(centre)
        assert self.reading.value is not None
        chance = chances[self.reading.value]
        if self.other is not None and self.other.value is not None:
            second = observation_settings()["second_reading"]
            chance = (1 - second) * chance + second * chances[self.other.value]
        return np.asarray(np.log(chance))

    def in_range(self, history: Trajectory) -> NDArray[np.bool_]:
        """Whether the answer on record is the likeliest of the three."""
        chances = self.chances(self.simulated_in(history))
        best = np.max(list(chances.values()), axis=0)
        assert self.reading.value is not None
        return np.asarray(chances[self.reading.value] >= best)

    def recorded(
        self, history: Trajectory, chance: float, doubt: Doubt, earlier: Sequence[Figure]
    ) -> Figure:
        """The answer that falls to one uniform number; see ``Figure``."""
        before = [
            act
            for act in earlier
            if isinstance(act, Act) and act.series == self.series and act.pair == self.pair
        ]
        previous = None
        if self.series and before:
            previous = max(before, key=lambda act: act.first_quarter).reading.value
        act = replace(self, previous=previous, other=None)
        chances = act.chances(act.simulated_in(history))
        shares = np.cumsum([float(share[0]) for share in chances.values()])
        place = min(int(np.searchsorted(shares, chance * shares[-1], side="right")), 2)
        return replace(act, reading=replace(act.reading, value=list(chances)[place]))

    def after(self, earlier: Figure) -> float:
        """A client that was for its patron stays willing; one that was against does not."""
        assert earlier.reading.value is not None
        return (earlier.reading.value + 1) / 2
