"""``velocity mcp``: six tools with which a language model works on templates, over the Model Context Protocol."""
