"""A contract type for import-linter: some modules may import what is listed, and nothing else.

The house plan in `.importlinter` uses it for the pure rules and for the contracts package.
"""

import sys
from collections.abc import Iterable
from typing import Any, cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules
from importlinter.domain.imports import ModuleExpression


class AllowedImports(Contract):
    """Holds `modules`, and all inside them, to direct imports of `allowed`, and all inside those.

    Both are lists of module expressions, with wildcards for modules of the house and plain names
    for packages from outside; `standard_library` allows the whole standard library as well.
    """

    modules = fields.ListField(subfield=fields.ModuleExpressionField())
    allowed = fields.ListField(subfield=fields.ModuleExpressionField())
    standard_library = fields.BooleanField(required=False, default=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - import-linter's signature
        """Compare each direct import with the list."""
        # The options are declared as fields and found as the values that were parsed.
        allowed = _names(graph, self.allowed)
        if cast("bool", self.standard_library):
            allowed |= sys.stdlib_module_names
        breaches = [
            f"{importer} -> {imported} (l.{_lines(graph, importer, imported)})"
            for importer in sorted(_names(graph, self.modules))
            for imported in sorted(graph.find_modules_directly_imported_by(importer) - allowed)
        ]
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each import that the list does not allow."""
        for breach in check.metadata["breaches"]:
            output.print_error(f"- {breach}", bold=False)
        output.new_line()


def _names(graph: ImportGraph, expressions: Any) -> set[str]:
    """Names of the modules that the expressions mean; what the graph lacks is nobody's import."""
    parsed = cast("Iterable[ModuleExpression]", expressions)
    present = [e for e in parsed if e.has_wildcard_expression() or e.expression in graph.modules]
    return {
        name
        for module in module_expressions_to_modules(graph, present)
        for name in {module.name} | _descendants(graph, module.name)
    }


def _descendants(graph: ImportGraph, name: str) -> set[str]:
    # A package from outside stands in the graph as one module that nothing can be asked of.
    return set() if graph.is_module_squashed(name) else graph.find_descendants(name)


def _lines(graph: ImportGraph, importer: str, imported: str) -> str:
    details = graph.get_import_details(importer=importer, imported=imported)
    return ", ".join(str(detail["line_number"]) for detail in details)
