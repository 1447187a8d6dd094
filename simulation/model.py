"""The alliance model on Mesa: one history, quarter by quarter, by the rules of an ensemble.

The model keeps the arrays of one replicate; its four agents are views of them and compute nothing.
It can be handed to Mesa's own tools (``batch_run``, ``DataCollector``, ``SolaraViz``); see
``docs/elsewhere.md``.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import mesa
from mesa.datacollection import DataCollector

from simulation.arrays import Array
from simulation.conditioning import Conditioning
from simulation.context import Context
from simulation.countries import Country
from simulation.dates import QUARTERS, date_of
from simulation.drivers.spells import DriverChoice, spell_values
from simulation.ensemble import check_finite
from simulation.errors import Problem, SimulationError
from simulation.interventions import HISTORICAL, Scenario
from simulation.parameters import Parameters, default_parameters
from simulation.shocks import Shocks
from simulation.stages import QuarterAccount
from simulation.state import AllianceState, Status, opening_state
from simulation.trajectory import PAIRS
from simulation.transition import transition


class CountryAgent(mesa.Agent):  # type: ignore[misc]
    """A country as an observer sees it: what it gives, feels and owes."""

    def __init__(self, model: "AllianceModel", country: Country) -> None:
        super().__init__(model)
        self.country = country

    def _exchanged(self, quantity: str, patron: Country, client: Country) -> float:
        """An amount of the last quarter's exchange; zero before the first."""
        account = self.model.account
        if account is None:
            return 0.0
        return float(getattr(account.exchange, quantity)[patron, client, 0])

    def __repr__(self) -> str:
        return f"CountryAgent({self.name})"

    @property
    def name(self) -> str:
        """The country, as a title has it: Albania, China, USSR, Yugoslavia."""
        return self.country.title

    @property
    def line(self) -> float:
        """The line of its leadership in the last quarter, 1 being Stalinist orthodoxy."""
        return float(self.model.line[self.country, 0])

    @property
    def aid_given(self) -> float:
        """The aid of its that reached others in the last quarter, million US dollars."""
        return sum(map(self.aid_to, self._others()))

    @property
    def aid_received(self) -> float:
        """The aid of others that reached it in the last quarter, million US dollars."""
        return sum(self._exchanged("delivered", other, self.country) for other in self._others())

    @property
    def debt(self) -> float:
        """The credit that it has still to repay to all others, million US dollars."""
        return sum(map(self.debt_to, self._others()))

    @property
    def allies(self) -> tuple[Country, ...]:
        """The countries with which it stands in an alliance, open quarrels included."""
        return tuple(
            other
            for other in self._others()
            if self.status_with(other) in (Status.ALLIED, Status.ESTRANGED)
        )

    def _others(self) -> list[Country]:
        return [other for other in Country if other is not self.country]

    def aid_to(self, other: Country) -> float:
        """The aid that reached the other country in the last quarter, million US dollars."""
        return self._exchanged("delivered", self.country, other)

    def request_to(self, patron: Country) -> float:
        """The aid that it asked of a patron in the last quarter, million US dollars."""
        return self._exchanged("requested", patron, self.country)

    def pledged_to(self, client: Country) -> float:
        """The aid that it has promised a client and not yet delivered, million US dollars."""
        return float(self.model.state.pledged[self.country, client, 0])

    def debt_to(self, patron: Country) -> float:
        """The credit that it has still to repay to a patron, million US dollars."""
        return float(self.model.state.outstanding[patron, self.country, 0])

    def support_for(self, patron: Country) -> float:
        """The political support that it gives a patron, in [0, 1]."""
        return float(self.model.state.support[patron, self.country, 0])

    def strain_toward(self, patron: Country) -> float:
        """How strained it is, as a client, toward a patron, in [0, 1]."""
        return float(self.model.state.strain[patron, self.country, 0])

    def fatigue_with(self, client: Country) -> float:
        """How tired it is, as a patron, of a client, in [0, 1]."""
        return float(self.model.state.fatigue[self.country, client, 0])

    def goodwill_toward(self, other: Country) -> float:
        """How well it is disposed toward another country, in [0, 1], a half being neutral."""
        return float(self.model.state.goodwill[self.country, other, 0])

    def status_with(self, other: Country) -> Status:
        """Where it stands with another country: no allies, allies, in open dispute, or broken."""
        return Status(int(self.model.state.status[self.country, other, 0]))


class AllianceModel(mesa.Model):  # type: ignore[misc]
    """One history of the four countries, 1945-1980: a replicate of the ensemble with its seed.

    ``parameters`` hold one replicate (none: the defaults of the table). ``drivers`` are drawn
    within their coded ranges, or as coded. With a ``record`` the
    moves on record are imposed and their log-probability is added to it. ``account`` is that of
    the last quarter carried out, none before the first. Without a ``seed`` one is taken by chance;
    ``seed_of_shocks`` names it. With ``collect`` a ``datacollector`` keeps ``MODEL_REPORTERS`` and
    ``AGENT_REPORTERS`` of the opening state and of every quarter, which takes two thirds as long
    again. Raises ``SimulationError`` if the parameters hold more than one replicate.
    """

    def __init__(
        self,
        *,
        scenario_choice: Scenario = HISTORICAL,
        seed: int | None = None,
        replicate: int = 0,
        parameters: Parameters | None = None,
        record: Conditioning | None = None,
        drivers: DriverChoice = "drawn",
        collect: bool = False,
    ) -> None:
        # Mesa wants a generator of its own; nothing is drawn from it, the model has addressed
        # shocks.
        super().__init__(rng=None if seed is None else abs(seed))
        seed = int(self.rng.integers(2**31)) if seed is None else seed
        self.running: bool = True
        drawn = default_parameters() if parameters is None else parameters
        self.parameters = scenario_choice.parameters(drawn)
        if self.parameters.replicates != 1:
            allowed = "1 (choose one with .replicate)"
            problem = Problem("parameters", "replicates", self.parameters.replicates, allowed)
            raise SimulationError("a Mesa model runs one history at a time", [problem])
        self.scenario_choice = scenario_choice
        self.replicate = replicate
        self.seed_of_shocks = seed
        self.record = record
        self.drivers: DriverChoice = drivers
        values = spell_values(drivers, seed, 1, replicate)
        self.context = Context(scenario_choice, self.parameters, values)
        self.shocks = Shocks(seed, 1, replicate, ahead=1)
        self.state: AllianceState = opening_state(self.parameters, self.context)
        self.account: QuarterAccount | None = None
        self._next_quarter = 0
        self.countries = {country: CountryAgent(self, country) for country in Country}
        # Mesa 3.3 numbers agents by a list that keeps every model alive; later versions have none.
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        if collect:
            self.datacollector = DataCollector(MODEL_REPORTERS, AGENT_REPORTERS)
            self.datacollector.collect(self)

    def step(self) -> None:
        """Carry the four countries through one quarter; after 1980 nothing more happens."""
        if not self.running:
            return
        quarter = self._next_quarter
        context, shocks = self.context.quarter(quarter), self.shocks.quarter(quarter)
        self.state, self.account = transition(
            self.state, self.parameters, context, shocks, self.record
        )
        self._next_quarter += 1
        self.running = self._next_quarter < QUARTERS
        if hasattr(self, "datacollector"):
            self.datacollector.collect(self)

    def __repr__(self) -> str:
        scenario, seed = self.scenario_choice.name, self.seed_of_shocks
        return f"AllianceModel({scenario}, seed {seed}, replicate {self.replicate}, {self.date})"

    @property
    def quarter(self) -> int:
        """The number of the last quarter carried out, 1945 Q1 being 0; -1 before the first."""
        return self._next_quarter - 1

    @property
    def date(self) -> str:
        """The month ``YYYY-MM`` in the middle of the last quarter; 1944-11 before the first."""
        return date_of(self.quarter)

    @property
    def line(self) -> Array:
        """The lines of the four leaderships in the last quarter (or the first), shape (C, 1)."""
        return self.context.quarter(0).line if self.account is None else self.account.line


def _reported(name: str, patron: Country, client: Country, model: AllianceModel) -> Any:
    """A quantity of a pair, for the model's collector; a status by its name."""
    if name == "status":
        return model.countries[client].status_with(patron).name.lower()
    return float(getattr(model.state, name)[patron, client, 0])


def _pair_reporters() -> dict[str, Callable[[AllianceModel], Any]]:
    return {
        f"{client.key}_{patron.key}_{name}": partial(_reported, name, patron, client)
        for patron, client in PAIRS
        for name in ("status", "support", "strain")
    }


#: What a collector keeps of the model each quarter: the month, the seed, and of every pair
#: ``client_patron`` its status, and the support and strain of the client, in [0, 1].
MODEL_REPORTERS: dict[str, str | Callable[[AllianceModel], Any]] = {
    "date": "date",
    "seed_of_shocks": "seed_of_shocks",
    **_pair_reporters(),
}
#: What it keeps of each country: its line, and aid of the quarter and debt in million US dollars.
AGENT_REPORTERS = {name: name for name in ("name", "line", "aid_given", "aid_received", "debt")}


def run_model(model: AllianceModel) -> None:
    """Carry a model on to the end of 1980 and check where it ended.

    Raises ``NonFiniteError`` if a quantity of the state is not finite.
    """
    while model.running:
        model.step()
    check_finite(
        model.parameters,
        model.state,
        model.scenario_choice,
        model.seed_of_shocks,
        model.replicate,
        model.drivers,
    )
