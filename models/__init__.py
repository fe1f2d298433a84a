"""What is true and what is allowed; no web, no GraphQL."""
