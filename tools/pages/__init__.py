"""The pages of the documentation that are made from the product itself, and their pictures."""
