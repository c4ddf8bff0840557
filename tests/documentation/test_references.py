"""The references name all that the parser, the OpenAPI document and the library have."""

from __future__ import annotations

import re

from pages import commands, names, rest

import velocity_engine as ve
from velocity_engine import hookspecs


def test_each_command_with_all_its_options() -> None:
    page = commands.page()
    found = dict(commands.commands())
    assert {"velocity render", "velocity serve", "velocity plugins new", "velocity admin user-add"} <= set(found)
    for name, command in found.items():
        _, _, rest_of_page = page.partition(f"# {name}\n")
        section = re.split(r"^#+ ", rest_of_page, flags=re.MULTILINE)[0]
        assert section, name
        for one in command.params:
            if one.param_type_name == "option" and not one.hidden and one.name != "help":
                assert one.opts[0] in section, f"{name} {one.opts[0]}"


def test_each_endpoint_with_its_parameters_and_answers() -> None:
    document = rest.document()
    page = rest.operations_page(document)
    assert len(document["paths"]) > 40
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            section = page.partition(f"### {method.upper()} {path}\n")[2].partition("\n### ")[0]
            assert operation["summary"] in section
            for one in operation.get("parameters", ()):
                assert f"| `{one['name']}` |" in section
            assert all(f"| {code} |" in section for code in operation["responses"])


def test_each_body_and_its_fields() -> None:
    document = rest.document()
    page = rest.schemas_page(document)
    for name, schema in document["components"]["schemas"].items():
        section = page.partition(f"## {name}\n")[2].partition("\n## ")[0]
        assert section
        assert all(f"| `{field}` |" in section for field in schema.get("properties", {}))


def test_links_to_bodies_lead_to_headings() -> None:
    document = rest.document()
    links = set(re.findall(rf"\({rest.SCHEMA_PAGE}#(\w+)\)", rest.operations_page(document)))
    headings = {name.lower() for name in document["components"]["schemas"]}
    assert links and links <= headings


def test_each_public_name_and_each_hook() -> None:
    page = names.python_page()
    shown = {line.rpartition(".")[2] for line in page.splitlines() if line.startswith("::: ")}
    assert shown == set(ve.__all__) - {"network", "plugins", "hookimpl", "__version__"}
    hooks = {name for name in vars(hookspecs) if name.startswith("velocity_")}
    assert all(f"::: velocity_engine.hookspecs.{name}\n" in names.hooks_page() for name in hooks)
