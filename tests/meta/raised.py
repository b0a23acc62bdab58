"""What the functions of treealg raise, read from the source without running it.

A call is followed where its target is known: through names and imports, through faces, and to
methods of objects whose class is known, which are ``self``, what is annotated, and what a class or
an annotated function returned; a method stands for those that override it, too. An exception that
is caught on the way does not count. What is reached by a name in a string, by a comparison inside
a sort, or through a value without a type, is not seen.
"""

import ast
import builtins
from functools import cache
from pathlib import Path

import treealg
from treealg import errors
from treealg._lazy import public_names

PACKAGE = Path(treealg.__file__).parent
#: Where it is raised that a call takes too many steps, as any may: docs/contracts.md says so once.
ANYWHERE = {"treealg.symbolic.trees.meter._look"}
CONSTRUCTORS = ("__init__", "__new__", "__post_init__")
OPERATORS = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.MatMult: "matmul",
    ast.Div: "truediv",
    ast.Pow: "pow",
}


def module_name(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def exception_class(name):
    found = getattr(errors, name, None) or getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def is_caught(name, handlers):
    """Tell whether one of some except clauses takes an exception."""
    found = exception_class(name)
    return any(issubclass(found, exception_class(handler) or ()) for handler in handlers)


def last_name(node):
    return ast.unparse(node).rpartition(".")[2]


def is_property(node):
    return any("property" in ast.unparse(decorator) for decorator in node.decorator_list)


def imported(node):
    """Return the names that an import binds, each with what it stands for."""
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return {
        alias.asname or alias.name.partition(".")[0]: alias.name
        if alias.asname
        else alias.name.partition(".")[0]
        for alias in node.names
    }


class Source:
    """Modules, their functions and classes by qualified name, and what their faces load."""

    def __init__(self, texts, faces):
        self.modules = {module: ast.parse(text) for module, text in texts.items()}
        self.faces = faces
        self.names = {}  # module or class: what its names stand for
        self.functions = {}  # qualified name: node, module, class
        self.classes = {}  # qualified name: node, module, annotations of attributes
        for module, tree in self.modules.items():
            self._read(tree.body, module, module, None)

    @classmethod
    def of_package(cls):
        texts = {module_name(path): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
        faces = map(module_name, PACKAGE.rglob("__init__.pyi"))
        return cls(texts, {face: public_names(face) for face in faces})

    def _read(self, body, module, where, owner):
        names = self.names.setdefault(where, {})
        for node in body:
            if isinstance(node, ast.FunctionDef):
                name = names[node.name] = f"{where}.{node.name}"
                if not any(".setter" in ast.unparse(d) for d in node.decorator_list):
                    self.functions[name] = node, module, owner
            elif isinstance(node, ast.ClassDef):
                name = names[node.name] = f"{where}.{node.name}"
                annotated = (item for item in ast.walk(node) if isinstance(item, ast.AnnAssign))
                attributes = {last_name(item.target): item.annotation for item in annotated}
                self.classes[name] = node, module, attributes
                self._read(node.body, module, name, name)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                names |= imported(node)
            elif isinstance(node, (ast.If, ast.Try)):
                self._read([*node.body, *node.orelse], module, where, owner)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                # A module has values of its own, such as the algebra `bck`.
                names |= {last_name(target): node.value for target in node.targets}

    @cache
    def defined(self, name):
        """Follow a qualified name to the function, class or module, or to a module's value."""
        module, _, last = name.rpartition(".")
        if name in self.functions or name in self.classes or name in self.modules:
            return name
        if module not in self.modules:
            return None
        if last in self.faces.get(module, {}):
            return self.defined(f"{self.faces[module][last]}.{last}")
        further = self.names[module].get(last)
        return self.defined(further) if isinstance(further, str) else further and name

    def target(self, node, module, local=()):
        """Return what a name, or a chain of them, stands for in a module."""
        if isinstance(node, ast.Name):
            found = dict(local).get(node.id) or self.names[module].get(node.id)
            if found is not None and not isinstance(found, str):
                return f"{module}.{node.id}"
            return found and self.defined(found)
        if isinstance(node, ast.Attribute):
            base = self.target(node.value, module, local)
            if base in self.classes:
                return next(iter(self.methods(base, node.attr, overridden=False)), None)
            return self.defined(f"{base}.{node.attr}") if base in self.modules else None
        return None

    def annotated(self, node, module):
        """Return the classes that an annotation allows."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = ast.parse(node.value, mode="eval").body
        if isinstance(node, ast.BinOp):
            return self.annotated(node.left, module) | self.annotated(node.right, module)
        if isinstance(node, ast.Subscript):
            node = node.value
        found = self.target(node, module) if node is not None else None
        return {found} if found in self.classes else set()

    @cache
    def bases(self, name):
        """Return a class and those that it inherits from."""
        node, module, _ = self.classes[name]
        found = [name]
        for base in node.bases:
            base = self.target(getattr(base, "value", base), module)
            found += self.bases(base) if base in self.classes else []
        return found

    @cache
    def methods(self, owner, name, overridden=True):
        """Return the methods that a call on an object of a class may run."""
        own = [f"{base}.{name}" for base in self.bases(owner)]
        found = {method for method in own if method in self.functions}
        first = [method for method in own if method in found][:1]
        if not overridden:
            return tuple(first)
        below = (other for other in self.classes if owner in self.bases(other))
        overriding = {f"{other}.{name}" for other in below} & set(self.functions)
        return tuple(sorted({*first, *overriding}))

    def attribute(self, owner, name):
        """Return the classes of an attribute of a class."""
        for base in self.bases(owner):
            _, module, attributes = self.classes[base]
            method = self.functions.get(f"{base}.{name}")
            if name in attributes:
                return self.annotated(attributes[name], module)
            if method and is_property(method[0]):
                return self.annotated(method[0].returns, module)
        return set()

    @cache
    def facts(self, name):
        """Return what a function raises by itself, and its calls, each with what is caught."""
        if name in ANYWHERE:
            return set(), set()
        reader = _Reader(self, *self.functions[name])
        return reader.raised, reader.calls

    @cache
    def raised(self, name, depth):
        """Return what a function raises by itself, and what calls do, so many of them deep.

        Constructors are left out: a value that a function makes for itself is a right one.
        """
        raised, calls = self.facts(name)
        found = set(raised)
        for callee, caught in calls if depth else ():
            if not callee.endswith(CONSTRUCTORS):
                found |= {x for x in self.raised(callee, depth - 1) if not is_caught(x, caught)}
        return frozenset(found)

    @cache
    def reachable(self):
        """Return for each function all that it, and whatever it calls, may raise."""
        found = {name: set(self.facts(name)[0]) for name in self.functions}
        for name, (node, _, owner) in self.functions.items():
            if owner and any("abstract" in ast.unparse(d) for d in node.decorator_list):
                self.facts(name)[1].update((other, ()) for other in self.methods(owner, node.name))
        grows = True
        while grows:
            grows = False
            for name in self.functions:
                for callee, caught in self.facts(name)[1]:
                    new = {x for x in found[callee] - found[name] if not is_caught(x, caught)}
                    found[name] |= new
                    grows = grows or bool(new)
        return found


class _Reader(ast.NodeVisitor):
    """Reads one function, those inside it included."""

    def __init__(self, source, node, module, owner):
        self.source, self.module, self.owner = source, module, owner
        self.raised, self.calls = set(), set()
        self.caught = ()
        self.local, self.types = {}, {}
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        for argument in arguments:
            self.types[argument.arg] = source.annotated(argument.annotation, module)
        if owner and arguments:
            self.types[arguments[0].arg] = {owner}
        for item in ast.walk(node):
            if isinstance(item, (ast.Import, ast.ImportFrom)):
                self.local |= imported(item)
        for statement in node.body:
            self.visit(statement)

    def call(self, *targets):
        self.calls.update((target, self.caught) for target in targets)

    def guarded(self, nodes, caught):
        before, self.caught = self.caught, (*self.caught, *caught)
        for node in nodes:
            self.visit(node)
        self.caught = before

    def visit_Try(self, node):
        caught = []
        for handler in node.handlers:
            raises = (item for item in ast.walk(handler) if isinstance(item, ast.Raise))
            if handler.type is None:
                caught.append("BaseException")
            elif all(item.exc is not None for item in raises):
                caught += map(last_name, getattr(handler.type, "elts", [handler.type]))
        self.guarded(node.body, caught)
        self.guarded([*node.handlers, *node.orelse, *node.finalbody], ())

    def visit_With(self, node):
        caught = []
        for item in node.items:
            self.visit(item)
            call = item.context_expr
            if isinstance(call, ast.Call) and last_name(call.func) == "suppress":
                caught += map(last_name, call.args)
            elif isinstance(item.optional_vars, ast.Name):
                self.types[item.optional_vars.id] = self.classes_of(call)
        self.guarded(node.body, caught)

    def visit_Raise(self, node):
        if node.exc is not None:
            self.generic_visit(node)
            maker = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = last_name(maker)
            for target in self.targets(maker):
                # A function that makes the exception says which in its annotation.
                if (returns := self.source.functions[target][0].returns) is not None:
                    name = last_name(returns).strip("'\"")
            if exception_class(name) and not is_caught(name, self.caught):
                self.raised.add(name)

    def visit_Assign(self, node):
        self.generic_visit(node)
        if isinstance(node.targets[0], ast.Name):
            self.types[node.targets[0].id] = self.classes_of(node.value)

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        self.types[last_name(node.target)] = self.source.annotated(node.annotation, self.module)

    def visit_Call(self, node):
        self.generic_visit(node)
        self.call(*self.targets(node.func))
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            # A function that is handed over is called by somebody.
            if isinstance(argument, (ast.Name, ast.Attribute)):
                self.call(*(x for x in self.targets(argument) if not x.endswith("__")))

    def visit_Attribute(self, node):
        self.generic_visit(node)
        for method in self.on_object(node.value, node.attr):
            if is_property(self.source.functions[method][0]):
                self.call(method)

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if operator := OPERATORS.get(type(node.op)):
            self.call(*self.on_object(node.left, f"__{operator}__"))
            self.call(*self.on_object(node.right, f"__r{operator}__"))

    def visit_Subscript(self, node):
        self.generic_visit(node)
        self.call(*self.on_object(node.value, "__getitem__"))

    def on_object(self, node, name):
        owners = self.classes_of(node)
        return [method for owner in owners for method in self.source.methods(owner, name)]

    def classes_of(self, node):
        """Return the classes of which a value may be."""
        source = self.source
        if isinstance(node, ast.Name) and node.id in self.types:
            return self.types[node.id]
        if isinstance(node, ast.Attribute) and (owners := self.classes_of(node.value)):
            return {x for owner in owners for x in source.attribute(owner, node.attr)}
        if isinstance(node, (ast.Name, ast.Attribute)):
            found = source.target(node, self.module, tuple(self.local.items()))
            module, _, name = (found or "").rpartition(".")
            value = source.names.get(module, {}).get(name)
            made = source.target(value.func, module) if isinstance(value, ast.Call) else None
            return {made} & set(source.classes)
        if not isinstance(node, ast.Call):
            return set()
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return set(source.bases(self.owner)[1:2])
        made = source.target(node.func, self.module, tuple(self.local.items()))
        if made in source.classes:
            return {made}
        found = set()
        for target in self.targets(node.func):
            function, module, owner = source.functions[target]
            returns = function.returns
            if returns is not None and ast.unparse(returns) == "Self":
                found |= {owner}
            elif returns is not None:
                found |= source.annotated(returns, module)
        return found

    def targets(self, node):
        """Return the functions that a call of a value may run."""
        node = getattr(node, "value", node) if isinstance(node, ast.Subscript) else node
        source = self.source
        if isinstance(node, ast.Name) and node.id in self.types:
            if node.id == "cls" and self.owner:
                return self.constructors(self.owner)
            return self.on_object(node, "__call__")
        found = source.target(node, self.module, tuple(self.local.items()))
        if found in source.functions:
            return [found]
        if found in source.classes:
            return self.constructors(found)
        if isinstance(node, ast.Attribute) and found is None:
            return self.on_object(node.value, node.attr)
        return self.on_object(node, "__call__") if isinstance(node, (ast.Name, ast.Call)) else []

    def constructors(self, owner):
        made = (self.source.methods(owner, name, overridden=False) for name in CONSTRUCTORS)
        return [method for methods in made for method in methods]
