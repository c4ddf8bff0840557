"""Pictures drawn through a matrix, scaled, projected, or sampled at given positions."""
