"""A schema of plain text, for documents that nobody runs."""

from graphql import build_schema

SCHEMA = build_schema("""
    interface Thing { name: String things(first: Int = 20): [Thing!]! thing(x: Int): Thing }
    type Town implements Thing {
      name: String things(first: Int = 20): [Thing!]! thing(x: Int): Thing
      size: Int town: Town label: String towns(first: Int): [Town]
    }
    type Village implements Thing {
      name: String things(first: Int = 20): [Thing!]! thing(x: Int): Thing
      size: String town: Town label: String! villages: [Village]
    }
    type Query {
      name: String things(first: Int = 20): [Thing!]! thing(x: Int): Thing
      size: Int town: Town
    }
""")
