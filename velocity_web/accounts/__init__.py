"""Who asks, and how much they may: keys, quotas and budgets."""
