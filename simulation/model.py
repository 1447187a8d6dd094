"""The alliance model on Mesa: one history, quarter by quarter, by the rules of an ensemble.

The model keeps the arrays of one replicate; its four agents are views of them and compute nothing.
"""

import mesa

from simulation.arrays import Array
from simulation.conditioning import Conditioning
from simulation.context import Context
from simulation.countries import Country
from simulation.dates import QUARTERS, date_of
from simulation.ensemble import check_finite
from simulation.errors import Problem, SimulationError
from simulation.interventions import HISTORICAL, Scenario
from simulation.parameters import Parameters, default_parameters
from simulation.shocks import Shocks
from simulation.spells import DriverChoice, spell_values
from simulation.stages import QuarterAccount
from simulation.state import AllianceState, Status, opening_state
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

    @property
    def line(self) -> float:
        """The line of its leadership in the last quarter, 1 being Stalinist orthodoxy."""
        return float(self.model.line[self.country, 0])

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
        """Where it stands with another country: strangers, allies, in open dispute, or broken."""
        return Status(int(self.model.state.status[self.country, other, 0]))


class AllianceModel(mesa.Model):  # type: ignore[misc]
    """One history of the four countries, 1945-1980: a replicate of the ensemble with its seed.

    ``parameters`` hold one replicate (none: the defaults of the table). ``drivers`` are drawn
    within their coded ranges, or as coded. With a ``record`` the
    moves on record are imposed and their log-probability is added to it. ``account`` is that of
    the last quarter carried out, none before the first. Raises ``SimulationError`` if the
    parameters hold more than one replicate.
    """

    def __init__(
        self,
        *,
        scenario_choice: Scenario = HISTORICAL,
        seed: int,
        replicate: int = 0,
        parameters: Parameters | None = None,
        record: Conditioning | None = None,
        drivers: DriverChoice = "drawn",
    ) -> None:
        # Mesa wants a generator of its own; nothing is drawn from it, the model has addressed
        # shocks.
        super().__init__(rng=abs(seed))
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
