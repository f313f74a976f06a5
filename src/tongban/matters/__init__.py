"""A service is data: definitions, forms, cases, reviews, decisions, certificates."""
