"""How hard a fit may be asked to work."""

from dataclasses import dataclass

from calibration.fit.sampler import Effort


@dataclass(frozen=True)
class Chains:
    """How many ``chains`` there are, of how many ``moves``, and the lengths of their steps.

    Lengths lie between ``shortest`` and ``longest``: records differ in how much they tell, so that
    no single length suits all. ``copies`` is as in a fit.
    """

    chains: int
    copies: int
    moves: int
    shortest: float
    longest: float


#: Each vector's likelihood is averaged over so many shocks that the variance of its logarithm is about 1 where the
#: record fits best (``lilliput calibrate check noise``).
COPIES = 8
#: The first is for a look, the second for work, three of the third make the posterior that is published.
EFFORTS = {
    "quick": Effort(population=128, copies=COPIES, moves=10, effective_share=0.5, last_moves=60),
    "standard": Effort(
        population=1024, copies=COPIES, moves=5, effective_share=0.5, last_moves=300, thinned=2
    ),
    "full": Effort(
        population=2048, copies=COPIES, moves=8, effective_share=0.5, last_moves=1000, thinned=3
    ),
}
#: How hard each of some simulated records is fitted, by one process, to see whether fits recover what made them.
#: Simulated records have mostly exact dates and so make do with fewer shocks.
RECORD_EFFORTS = {
    "light": Effort(population=128, copies=4, moves=10, effective_share=0.5, last_moves=120),
    "usual": Effort(
        population=256, copies=4, moves=16, effective_share=0.5, last_moves=300, thinned=2
    ),
}
#: Chains from each of many simulated records, to see whether likelihood and steps are right: the longer, the more a
#: fault shows.
RANK_EFFORTS = {
    "light": Chains(chains=31, copies=4, moves=20, shortest=0.02, longest=0.3),
    "usual": Chains(chains=63, copies=4, moves=50, shortest=0.02, longest=0.3),
}
#: How hard the rules are fitted again without a mechanism, beginning with draws fitted to the whole rules.
ABLATION_EFFORTS = {
    "quick": Effort(population=256, copies=COPIES, moves=10, effective_share=0.5, last_moves=30),
    "usual": Effort(population=1024, copies=COPIES, moves=16, effective_share=0.5, last_moves=60),
}
#: How hard the rules are fitted again without an observation, beginning with draws fitted to the whole record.
WITHOUT_EFFORTS = {
    "quick": Effort(population=256, copies=COPIES, moves=0, effective_share=0.5, last_moves=40),
    "usual": Effort(population=512, copies=COPIES, moves=0, effective_share=0.5, last_moves=80),
}
