"""A predictive campaign on real Asterisks: fifty agents, a thousand leads, the carrier's records against ours."""
