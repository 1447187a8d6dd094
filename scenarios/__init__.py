"""Questions asked of the model: scenario files, runs, outcomes and figures."""
