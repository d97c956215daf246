"""The 336 statistics per window."""

from takht.features.statistics.recipe import StatisticsRecipe as Recipe

__all__ = ["Recipe"]
