"""The state in which every history opens."""

from simulation.context import Context
from simulation.parameters import Parameters
from simulation.rules import perception
from simulation.state import AllianceState, starting_state


def opening_state(parameters: Parameters, context: Context) -> AllianceState:
    """The state of January 1945 for every replicate."""
    first = context.quarter(0)
    attention = perception.attention(first.log_size_share, **parameters.of(perception.attention))
    return starting_state(first.line, attention, first.present, **parameters.of(starting_state))
