"""How hard a fit may be asked to work."""

from calibration.sampler import Effort

#: Each vector's likelihood is averaged over so many shocks that the variance of its logarithm is about 1 where the
#: record fits best (``lilliput calibrate check noise``).
COPIES = 8
#: The first is for a look, the second for work, the third makes the posterior that is published.
EFFORTS = {
    "quick": Effort(population=128, copies=COPIES, moves=6, effective_share=0.5, last_moves=60),
    "standard": Effort(population=512, copies=COPIES, moves=16, effective_share=0.5, last_moves=300),
    "full": Effort(population=4096, copies=COPIES, moves=4, effective_share=0.5, last_moves=400, thinned=4),
}
#: How hard each of many simulated records is fitted, by one process. Few vectors and many moves serve best;
#: simulated records have mostly exact dates and so make do with fewer shocks.
RECORD_EFFORTS = {
    "light": Effort(population=96, copies=4, moves=10, effective_share=0.5, last_moves=60),
    "usual": Effort(population=128, copies=4, moves=25, effective_share=0.5, last_moves=150),
}
#: How hard the rules are fitted again without a mechanism, where the evidence is wanted rather than draws.
ABLATION_EFFORTS = {
    "quick": Effort(population=128, copies=COPIES, moves=6, effective_share=0.5, last_moves=20),
    "usual": Effort(population=256, copies=COPIES, moves=10, effective_share=0.5, last_moves=20),
}
#: How hard the rules are fitted again without an observation, beginning with draws fitted to the whole record.
WITHOUT_EFFORTS = {
    "quick": Effort(population=256, copies=COPIES, moves=0, effective_share=0.5, last_moves=40),
    "usual": Effort(population=512, copies=COPIES, moves=0, effective_share=0.5, last_moves=80),
}
