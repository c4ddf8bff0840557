"""The sentences of the sources: what each error, finding and refusal can say, read from the code without running it.

A sentence is put together as the code does it: through variables, parameters, returned texts and f-strings, across
functions (by their names). ``{}`` stands for what only a run knows.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

Scope = tuple[ast.AST, ...]
Sinks = Mapping[str, Sequence[int | str]]
"""By the name of a class or function: which of its arguments people read, by position or keyword; "*" is each."""

BLANK = "{}"
BLANKS = re.compile(r"(\{\})+")
MAX_WAYS = 40
"""Ways to say one sentence. Where there are more, its parts with the most ways are left blank."""
VALUES = ("described", "str", "format", "repr", "json_kind")
"""Functions that show a value of the request or the template."""
TOLD = ("message", "hint", "instead", "reason")
"""Attributes of errors and findings: what they hold is a sentence already, and is not put together again."""
THROWN = re.compile(r'(?:new (?:Error|Refused)|fail)\((?:"([^"]*)"|`([^`]*)`)\)')


class Item(ast.expr):
    """Part ``index`` (None: any) of each row that ``value`` may be."""

    _fields = ("value",)

    def __init__(self, value: ast.AST, index: int | None) -> None:
        super().__init__()
        self.value = value
        self.index = index


class Source:
    """The syntax trees of some files, with who defines and calls what, by its name. ``lists`` are variables into which
    sentences are put by field."""

    def __init__(self, files: Mapping[str, str], sinks: Sinks, lists: Sequence[str] = ()) -> None:
        self._lists = lists
        self._sinks = sinks
        self._functions: dict[str, list[tuple[ast.FunctionDef, Scope]]] = defaultdict(list)
        self._classes: dict[str, ast.ClassDef] = {}
        self._calls: dict[str, list[tuple[ast.Call, Scope]]] = defaultdict(list)
        self._known: dict[ast.AST, list[str]] = {}
        self._reached: set[ast.AST] = set()
        self._modules = {file: ast.parse(text) for file, text in files.items()}
        for module in self._modules.values():
            self._enter(module, (module,))

    def _enter(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            inner = scope
            if isinstance(child, ast.FunctionDef):
                self._functions[child.name].append((child, scope))
                inner = (*scope, child)
            elif isinstance(child, ast.ClassDef):
                self._classes[child.name] = child
                inner = (*scope, child)
            elif isinstance(child, ast.Call):
                self._calls[called(child)].append((child, scope))
            self._enter(child, inner)

    def sentences(self) -> set[str]:
        """What the arguments of the sinks can be, but for those of which nothing is known."""
        found: set[str] = set()
        for name, wanted in self._sinks.items():
            for call, scope in self._calls[name]:
                for given in itertools.chain.from_iterable(arguments(call, which) for which in wanted):
                    found |= set(self._said(given, scope, ()))
        for name in self._lists:
            for module in self._modules.values():
                for value, scope in self._kept(module, (module,), name):
                    found |= set(self._said(value, scope, ()))
        return {BLANKS.sub(BLANK, text).strip() for text in found if any(letter.isalpha() for letter in text)}

    def unreached(self) -> Iterator[tuple[str, int, str]]:
        """(file, line, text) of the texts of two words or more that stand in no sentence, docstrings apart."""
        for file, module in self._modules.items():
            apart = {node.value for node in ast.walk(module) if isinstance(node, ast.Expr)}
            for node in ast.walk(module):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value.split()) > 1:
                    yield from () if node in self._reached or node in apart else [(file, node.lineno, node.value)]

    def _kept(self, node: ast.AST, scope: Scope, name: str) -> Iterator[tuple[ast.AST, Scope]]:
        """What is put into ``name[...]``."""
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=found))], value=value) if found == name:
                    yield value, scope
            inner = (*scope, child) if isinstance(child, ast.FunctionDef | ast.ClassDef) else scope
            yield from self._kept(child, inner, name)

    # --- what an expression can say ---

    def _said(self, node: ast.AST, scope: Scope, seen: Scope) -> list[str]:
        if node in seen:
            return [BLANK]
        if node not in self._known:
            self._known[node] = list(dict.fromkeys(self._ways(node, scope, (*seen, node))))
        return self._known[node]

    def _any(self, nodes: Iterable[ast.AST], scope: Scope, seen: Scope) -> list[str]:
        return [text for node in nodes for text in self._said(node, scope, seen)]

    def _ways(self, node: ast.AST, scope: Scope, seen: Scope) -> list[str]:
        match node:
            case ast.Constant(value=str(text)):
                self._reached.add(node)
                return [text]
            case ast.Constant(value=None):
                return []
            case ast.Subscript(slice=ast.Slice()):  # a value, cut
                return [BLANK]
            case ast.JoinedStr(values=parts):
                return joined([self._said(part, scope, seen) for part in parts])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return joined([self._said(left, scope, seen), self._said(right, scope, seen)])
            case ast.IfExp(body=body, orelse=other):
                return self._any((body, other), scope, seen)
            case ast.Dict(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.BoolOp(values=parts):
                return self._any(parts, scope, seen)
            case Item(value=value, index=index):
                return [text if " " in text else BLANK for text in self._items(value, index, scope, seen)] or [BLANK]
            case ast.Subscript(value=ast.Call() | ast.Name() as value, slice=ast.Constant(value=int(index))):
                return self._items(value, index, scope, seen) or [BLANK]
            case ast.Subscript(value=inner) | ast.NamedExpr(value=inner) | ast.Starred(value=inner):
                return self._said(inner, scope, seen)
            case ast.FormattedValue(value=inner) | ast.ListComp(elt=inner) | ast.GeneratorExp(elt=inner):
                return self._said(inner, scope, seen)
            case ast.DictComp(value=inner) | ast.Lambda(body=inner):
                return self._said(inner, scope, seen)
            case ast.Name(id=name):
                return self._named(name, scope, seen)
            case ast.Attribute(attr=name):
                return self._attribute(name, scope, seen)
            case ast.Call():
                return self._answered(node, scope, seen)
        return [BLANK]

    def _named(self, name: str, scope: Scope, seen: Scope) -> list[str]:
        """A variable: whatever is assigned to it in the innermost function that does, or whoever calls gives."""
        for depth in range(len(scope) - 1, -1, -1):
            around = scope[depth]
            found = self._any(assigned(around, name), scope[: depth + 1], seen)
            if isinstance(around, ast.FunctionDef) and name in parameters(around):
                method = depth > 0 and isinstance(scope[depth - 1], ast.ClassDef)
                return [*self._given(around, name, parameters(around)[name] - method, seen), *found] or [BLANK]
            if found:
                return found
        imported = [value for module in self._modules.values() for value in assigned(module, name)]
        return self._any(imported, scope[:1], seen) if imported and name.isupper() else [BLANK]

    def _given(self, function: ast.FunctionDef, name: str, position: int, seen: Scope) -> list[str]:
        default = default_of(function, name)
        found = [] if default is None else self._said(default, (), seen)
        for call, scope in self._calls[function.name]:
            if not any(function is meant for meant, _ in self._meant(call, scope)):
                continue
            found = [*found, *self._any(arguments(call, position, name), scope, seen)]
        return found

    def _attribute(self, name: str, scope: Scope, seen: Scope) -> list[str]:
        """What stands in such a field of the classes of the sinks, or in the class around."""
        if name in TOLD:
            return [BLANK]
        found: list[str] = []
        for sink, wanted in self._sinks.items():
            if name in wanted and sink in self._classes:
                for call, around in self._calls[sink]:
                    position = fields(self._classes[sink]).get(name)
                    found += self._any(arguments(call, position, name), around, seen)
        for owner in (one for one in scope if isinstance(one, ast.ClassDef)):
            for node in ast.walk(owner):
                if isinstance(node, ast.Assign) and any(getattr(one, "attr", "") == name for one in node.targets):
                    found += self._said(node.value, scope, seen)
        return found or [BLANK]

    def _meant(self, call: ast.Call, scope: Scope) -> list[tuple[ast.FunctionDef, Scope]]:
        """Those that a call by a plain name finds in its own module, or else all of that name."""
        functions = self._functions[called(call)]
        if isinstance(call.func, ast.Name):
            return [found for found in functions if found[1] == scope[:1]] or functions
        return functions

    def _answered(self, call: ast.Call, scope: Scope, seen: Scope) -> list[str]:
        if called(call) == "join" and call.args:
            return [text for text in self._said(call.args[0], scope, seen) if " " in text] or [BLANK]
        if called(call) in ("next", "bounded", "joined"):
            return self._any(call.args, scope, seen)
        found: list[str] = []
        if called(call) not in VALUES:
            for function, around in self._meant(call, scope):
                if re.search(r"\bstr\b", ast.unparse(function.returns or ast.Constant(""))):
                    found += self._any(answers(function), (*around, function), seen)
        return found or [BLANK]

    # --- what the rows of an expression are ---

    def _items(self, node: ast.AST, index: int | None, scope: Scope, seen: Scope) -> list[str]:
        """What the parts ``index`` of the tuples say that an expression may be, for ``unpacked`` and ``rows[0]``."""
        found: list[str] = []
        for row, around in self._rows(node, scope, 0):
            parts = row.elts if index is None else row.elts[index : index + 1]
            found += self._any(parts, around, seen)
        return found

    def _rows(self, node: ast.AST, scope: Scope, depth: int) -> Iterator[tuple[ast.Tuple | ast.List, Scope]]:
        if depth > 5:
            return
        match node:
            case ast.Tuple() | ast.List():
                parts = node.elts
                inner: list[ast.Tuple | ast.List] = [part for part in parts if isinstance(part, ast.Tuple)]
                yield from ((row, scope) for row in inner or [node])
            case ast.IfExp(body=body, orelse=other):
                yield from self._rows(body, scope, depth + 1)
                yield from self._rows(other, scope, depth + 1)
            case ast.Name(id=name):
                for level, around in enumerate(scope):
                    for value in assigned(around, name):
                        yield from self._rows(value, scope[: level + 1], depth + 1)
            case ast.Call():
                for function, outside in self._meant(node, scope):
                    for value in answers(function):
                        yield from self._rows(value, (*outside, function), depth + 1)


def called(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def arguments(call: ast.Call, which: int | str | None, name: str | None = None) -> Iterator[ast.AST]:
    """The arguments of a call in a position or with a name."""
    if which == "*":
        yield from call.args
    if isinstance(which, int) and which >= 0:
        starred = next(((at, given) for at, given in enumerate(call.args) if isinstance(given, ast.Starred)), None)
        if starred is not None and starred[0] <= which:
            yield Item(starred[1].value, which - starred[0])
        elif which < len(call.args):
            yield call.args[which]
    for keyword in call.keywords:
        if keyword.arg is not None and (which == "*" or keyword.arg in (which, name)):
            yield keyword.value


def answers(function: ast.FunctionDef) -> Iterator[ast.AST]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            yield node.value


def assigned(around: ast.AST, name: str) -> Iterator[ast.AST]:
    """The values of a variable in a function or module, without those of the functions inside."""
    waiting = [*ast.iter_child_nodes(around)]
    while waiting:
        node = waiting.pop(0)
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                continue
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from unpacked(target, value, name)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
                yield from unpacked(target, value, name)
            case ast.NamedExpr(target=target, value=value):
                yield from unpacked(target, value, name)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                if isinstance(target, ast.Tuple):
                    yield from unpacked(target, value, name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=found), attr="append"), args=[value]) if found == name:
                yield value
        waiting.extend(ast.iter_child_nodes(node))


def unpacked(target: ast.AST, value: ast.AST, name: str) -> Iterator[ast.AST]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple):
        for index, inner in enumerate(target.elts):
            if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
                yield from unpacked(inner, value.elts[index], name)
            elif isinstance(inner, ast.Name) and inner.id == name:
                yield Item(value, index)


def parameters(function: ast.FunctionDef) -> dict[str, int]:
    """Their positions, which are below all others for what is given by name only."""
    given = function.args
    positions = {one.arg: index for index, one in enumerate((*given.posonlyargs, *given.args))}
    return positions | {one.arg: -100 for one in given.kwonlyargs}


def default_of(function: ast.FunctionDef, name: str) -> ast.AST | None:
    given = function.args
    last = reversed([one.arg for one in (*given.posonlyargs, *given.args)])
    values = dict(zip(last, reversed(given.defaults), strict=False))
    for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if value is not None:
            values[one.arg] = value
    return values.get(name)


def fields(kind: ast.ClassDef) -> dict[str, int]:
    names = [one.target.id for one in kind.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
    return {name: index for index, name in enumerate(names)}


def joined(parts: list[list[str]]) -> list[str]:
    """Every way to say the parts after one another, within MAX_WAYS."""
    parts = [part or [""] for part in parts]
    while len(list(itertools.islice(itertools.product(*parts), MAX_WAYS + 1))) > MAX_WAYS:
        parts[max(range(len(parts)), key=lambda number: len(parts[number]))] = [BLANK]
    return ["".join(chosen) for chosen in itertools.product(*parts)]


def thrown(script: str) -> Iterator[str]:
    """The texts that a script throws."""
    for plain, template in THROWN.findall(script):
        yield re.sub(r"\$\{[^}]*\}", BLANK, plain or template)
