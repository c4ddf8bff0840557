"""What goes over the wire, as pydantic models in camelCase; OpenAPI is made from them."""
