"""The sections of the referee's page: what each asks, which checks answer, and which of their tables stand open."""

from dataclasses import dataclass

from calibration.evidence.record import LAST_FITTED
from scenarios.report.words import month_in_words


@dataclass(frozen=True)
class Section:
    """A section: its address, title, what it is about, and its checks with the tables that stand open in it.

    A table stands open if its title begins with one of the words given; the others are folded away with the method.
    """

    address: str
    title: str
    lead: str
    checks: dict[str, tuple[str, ...]]


SECTIONS = (
    Section(
        "fit",
        "How well it fits",
        "Free runs of the fitted rules, nothing of the record imposed, beside the record; and, to know "
        "what the fit adds, the same under the priors alone. The dates of the breaks, the sums pledged, "
        "the answers to requests and the rates of interest were fitted: to meet them shows that the rules can "
        "make this history, not that they are right. The other patterns were not fitted.",
        {
            "predictive": ("When the pairs break", "Every pattern"),
            "prior": ("When the pairs break",),
        },
    ),
    Section(
        "foresight",
        "How well it foresees",
        "Every observation is foreseen from all the others, by the rules and by three simpler accounts "
        "(nulls). This is a harder test than the fit, and still a weak one: a handful of breaks, none "
        "independent of the others, cannot validate a model by themselves.",
        {"leave-one-out": ("Mean gain",)},
    ),
    Section(
        "adds",
        "What the agents' rules add over the drivers",
        "The same record under the rules and under accounts without agents; then the rules without one "
        "mechanism at a time, fitted anew so that the rest may take its place. The evidence here is the "
        "probability of the record averaged over the priors, so that what is not needed costs.",
        {
            "nulls": ("Log evidence",),
            "ablation": ("Whole minus without", "What each mechanism claims"),
        },
    ),
    Section(
        "unknown",
        "What is not identified",
        "So short a record cannot inform every parameter. Where it says nothing, the prior is all there "
        "is, and a result that leans on such a parameter leans on a judgement.",
        {"identified": ()},
    ),
    Section(
        "trusted",
        "Can the sampler be trusted?",
        "Whether fits begun with other seeds find the same, whether the estimate of the likelihood is "
        "steady enough, and whether fits of records that the rules made themselves give back the "
        "parameters that made them.",
        {
            "agreement": ("The fits",),
            "noise": ("Variance",),
            "recovery": ("Coverage",),
            "ranks": ("Coverage",),
        },
    ),
    Section(
        "sensitivity",
        "On what the dates depend",
        "All parameters and drivers are varied over their ranges at once; what moves a date in the model "
        "need not have moved it in history.",
        {"sensitivity": ("Variance of the median date among drivers",)},
    ),
    Section(
        "influence",
        "Which figure of the evidence moves the results most",
        "Every observation is taken out of the fit in turn. A row with much influence is one to read again "
        "in the source; influence itself is no fault.",
        {"influence": ("What moves each result most",)},
    ),
)

#: What a careful reader must bear in mind whatever the checks say.
LIMITS = (
    "Five breaks among four countries are one history. No check on this page can tell a rule that holds in "
    "general from one that fits this history.",
    "The rules were written, and some were changed, by people who knew the outcome. Leaving an observation "
    "out of a fit does not take it out of their minds; what was changed, and why, stands in "
    "`docs/decisions.md`.",
    f"Nothing after {month_in_words(LAST_FITTED)} was fitted, and histories end in 1980: there is hardly "
    "any future left by which the rules could be judged.",
    "Evidence, scores and intervals are those of the record as it is coded here. Where sources disagree, "
    "the preferred reading was taken, with a window or a range for the doubt; another reading can be "
    "fitted with `lilliput calibrate fit --evidence`.",
    "An error of Monte Carlo (±) tells how far a number would move with other chance, not how far the "
    "model is from the world.",
)
