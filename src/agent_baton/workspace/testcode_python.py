"""What a Python test file promises, read from its syntax tree."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent_baton.workspace.testcode import EXACT, PARTIAL, TRUTHY, WORD, Skip, Test, TestFile

_SKIP_MARKS = {"skip", "xfail", "expectedFailure"}
_CONDITIONAL_MARKS = {"skipif", "skipIf", "skipUnless"}
_SKIP_CALLS = {"skip", "skipTest", "xfail", "SkipTest"}
_RAISES = {
    "raises",
    "warns",
    "assertRaises",
    "assertRaisesRegex",
    "assertWarns",
    "assertWarnsRegex",
    "deprecated_call",
}
_BROAD = {"Exception", "BaseException", "Warning"}
_FAILS = {"fail", "Fail"}
_CHECKING = ("assert", "check", "verify", "expect", "ensure", "should")
_EXACT_CALLS = (
    "Equal",
    "equal",
    "Is",
    "Raises",
    "Regex",
    "same",
    "called_with",
    "called_once",
    "snapshot",
    "eq_",
)
_TRUTHY_CALLS = ("assertTrue", "assertIsNotNone", "assertFalse", "assert_", "ok_", "assert_called")
_TOLERANCES = {
    "rel",
    "abs",
    "rel_tol",
    "abs_tol",
    "rtol",
    "atol",
    "delta",
    "places",
    "decimal",
    "significant",
    "msec_delta",
}
_DIGITS = {"places", "decimal", "significant"}  # more of them is stricter
_PARAMETERS = {"parametrize", "expand", "data", "ddt"}
_STUBS = {"setattr", "patch", "object", "multiple", "setitem", "patch_object", "replace"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def read_python(path: str, text: str) -> TestFile:
    """Tests of a Python file; `broken` for text that is no Python, or too deep to read."""
    if "def test" not in text and "pytestmark" not in text:
        return TestFile()  # nearly all sources: parsing them would cost more than all the rest
    try:
        return _read(path, ast.parse(text), text.splitlines())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return TestFile(broken=True)


def _read(path: str, tree: ast.Module, lines: Sequence[str]) -> TestFile:
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    helpers = {node.name: _own_asserts(node) for node in functions if not node.name.startswith("test")}
    reader = _Reader(path, lines, helpers)
    return TestFile(tuple(_tests(reader, tree.body, "", "")), tuple(_file_skips(tree)))


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is known of the whole file while its tests are read."""

    path: str
    lines: Sequence[str]
    helpers: Mapping[str, int]  # functions that are no tests → assertions they make


def _tests(reader: _Reader, body: Sequence[ast.stmt], prefix: str, inherited: Skip) -> Iterator[Test]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            skip = _stronger(inherited, _marked(node.decorator_list), _class_skip(node))
            yield from _tests(reader, node.body, f"{prefix}{node.name}.", skip)
        elif isinstance(node, Function) and node.name.startswith("test"):
            yield _test(reader, node, prefix, inherited)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _tests(reader, node.body, prefix, inherited)


def _test(reader: _Reader, node: Function, prefix: str, inherited: Skip) -> Test:
    calls = list(_calls(node))
    reached = list(_reached(node.body))
    strengths = [strength for part in reached for strength in _strengths(part, reader.helpers)]
    stubbed = _stubbed(calls)
    asserted = {name for part in reached for name in _asserted_names(part)} if stubbed else set()
    parameters = _parameters(node)
    return Test(
        reader.path,
        prefix + node.name,
        node.lineno,
        _stronger(inherited, _marked(node.decorator_list), _skips_itself(node.body, calls)),
        tuple(sorted((strength for strength in strengths if strength), reverse=True)),
        strengths.count(0),
        math.prod(length for length in parameters if length),
        parameters.count(0),
        tuple(sorted(_tolerances(calls))),
        sum(map(_is_broad, calls)),
        frozenset(stubbed & asserted),
        _words(node, reader.lines),
    )


# --- what runs at all


def _reached(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that can make the test fail: not after a return, not under `if False`, not swallowed."""
    for node in body:
        if isinstance(node, ast.Return | ast.Raise) or _is_skip_call(node):
            yield node
            return
        if isinstance(node, ast.If):
            yield from _reached(node.orelse if _is_false(node.test) else [*node.body, *node.orelse])
        elif isinstance(node, ast.With | ast.AsyncWith):
            yield _only_header(node)
            if not any(_name(item.context_expr) == "suppress" for item in node.items):
                yield from _reached(node.body)
        elif isinstance(node, ast.Try):
            if not any(_swallows(handler) for handler in node.handlers):
                yield from _reached(node.body)
            yield from _reached([*(part for handler in node.handlers for part in handler.body), *node.orelse])
            yield from _reached(node.finalbody)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
            yield from _reached(node.body)
        else:
            yield node


def _only_header(node: ast.With | ast.AsyncWith) -> ast.stmt:
    """The `with` line alone: `pytest.raises` in it is an assertion."""
    return ast.copy_location(
        ast.Expr(ast.Tuple([item.context_expr for item in node.items], ast.Load())), node
    )


def _is_false(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and not test.value


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Whether a failed assertion would end here without a word."""
    caught = [
        _name(kind) for kind in (handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type])
    ]
    wide = any(name in (None, "", "Exception", "BaseException", "AssertionError") for name in caught)
    says = any(
        isinstance(part, ast.Raise | ast.Assert) or _is_fail(part)
        for node in handler.body
        for part in ast.walk(node)
    )
    return wide and not says


def _is_fail(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) in (_FAILS | {"exit"})


# --- assertions


def _strengths(node: ast.stmt, helpers: Mapping[str, int]) -> Iterator[int]:
    """How much each assertion of a statement pins down; 0 for one that cannot fail."""
    for part in ast.walk(node):
        if isinstance(part, ast.Assert):
            yield _strength(part.test)
        elif isinstance(part, ast.Call):
            yield from _call_strengths(part, helpers)


def _strength(test: ast.expr) -> int:
    if _cannot_fail(test):
        return 0
    if isinstance(test, ast.Compare):
        exact = all(isinstance(op, ast.Eq | ast.Is) for op in test.ops) and not _is_none(test.comparators[-1])
        return EXACT if exact else TRUTHY if any(isinstance(op, ast.IsNot) for op in test.ops) else PARTIAL
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return min(_strength(value) for value in test.values)
    if isinstance(test, ast.BoolOp):
        return max(_strength(value) for value in test.values)
    if isinstance(test, ast.UnaryOp | ast.Call):
        return PARTIAL
    return TRUTHY


def _cannot_fail(test: ast.expr) -> bool:
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Tuple):
        return bool(test.elts)  # `assert (x, "message")`
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(_cannot_fail(value) for value in test.values)
    if (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq | ast.Is | ast.LtE | ast.GtE)
    ):
        return _are_same(test.left, test.comparators[0])
    return isinstance(test, ast.NamedExpr) and _cannot_fail(test.value)


def _are_same(left: ast.expr, right: ast.expr) -> bool:
    """Whether two names or values are one and the same. Calls are not: each may answer otherwise."""
    plain = type(left) is type(right) and isinstance(left, ast.Constant | ast.Name | ast.Attribute)
    return plain and ast.dump(left) == ast.dump(right)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _call_strengths(call: ast.Call, helpers: Mapping[str, int]) -> Iterator[int]:
    name = _name(call.func)
    if name in _RAISES:
        yield TRUTHY if _is_broad(call) else EXACT
    elif name in _FAILS:
        yield PARTIAL
    elif helpers.get(name, 0):
        yield from [EXACT] * helpers[name]
    elif name.startswith("assert") or name in ("eq_", "ok_"):
        yield _assert_call(name, call)
    elif name.lower().lstrip("_").startswith(_CHECKING):
        yield PARTIAL


def _assert_call(name: str, call: ast.Call) -> int:
    arguments = call.args
    if name in ("assertTrue", "assert_", "ok_") and arguments:
        return _strength(arguments[0]) and min(_strength(arguments[0]), PARTIAL)
    if len(arguments) > 1 and "Not" not in name and _are_same(*arguments[:2]):
        return 0
    if name.startswith(_TRUTHY_CALLS) and not any(part in name for part in _EXACT_CALLS):
        return TRUTHY
    return EXACT if any(part in name for part in _EXACT_CALLS) else PARTIAL


def _is_broad(call: ast.Call) -> bool:
    """`raises(Exception)` without a `match`: any error will do."""
    if _name(call.func) not in _RAISES or not call.args:
        return False
    return (
        _name(call.args[0]) in _BROAD
        and not any(key.arg == "match" for key in call.keywords)
        and "Regex" not in _name(call.func)
    )


def _own_asserts(node: Function) -> int:
    """Assertions a function makes itself, for tests that call it."""
    return sum(isinstance(part, ast.Assert) or _is_assert_call(part) for part in ast.walk(node))


def _is_assert_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and (
        _name(node.func).startswith("assert") or _name(node.func) in _RAISES
    )


def _asserted_names(node: ast.stmt) -> Iterator[str]:
    """Names called within assertions."""
    for part in ast.walk(node):
        if isinstance(part, ast.Assert):
            yield from (_name(call.func) for call in _calls(part.test))
        elif _is_assert_call(part):
            yield from (_name(call.func) for call in _calls(part) if call is not part)


# --- skips


def _marked(decorators: Sequence[ast.expr]) -> Skip:
    found: Skip = ""
    for decorator in decorators:
        call = decorator if isinstance(decorator, ast.Call) else None
        name = _name(call.func if call else decorator)
        if name in _SKIP_MARKS and not (call and _has_condition(name, call)):
            return "always"
        if name in _CONDITIONAL_MARKS | _SKIP_MARKS:
            always = (
                name in _CONDITIONAL_MARKS and call and call.args and _is_constant_skip(name, call.args[0])
            )
            found = "always" if always else _stronger(found, "sometimes")
    return found


def _has_condition(name: str, call: ast.Call) -> bool:
    """`xfail(condition, …)`: only sometimes."""
    return name == "xfail" and bool(call.args) and not isinstance(call.args[0], ast.Constant)


def _is_constant_skip(name: str, condition: ast.expr) -> bool:
    if not isinstance(condition, ast.Constant):
        return False
    return not condition.value if name == "skipUnless" else bool(condition.value)


def _class_skip(node: ast.ClassDef) -> Skip:
    for part in node.body:
        if isinstance(part, ast.Assign) and any(_name(target) == "pytestmark" for target in part.targets):
            return _mark_value(part.value)
        if isinstance(part, ast.Assign) and any(_name(target) == "__test__" for target in part.targets):
            return "always" if _is_false(part.value) else ""
    return ""


def _mark_value(value: ast.expr) -> Skip:
    return _marked(value.elts if isinstance(value, ast.List | ast.Tuple) else [value])


def _file_skips(tree: ast.Module) -> Iterator[int]:
    """Lines that keep a whole file from being run."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names = {_name(target) for target in node.targets}
            if "pytestmark" in names and _mark_value(node.value) == "always":
                yield node.lineno
            if "__test__" in names and _is_false(node.value):
                yield node.lineno
        elif _is_skip_call(node):
            yield node.lineno


def _skips_itself(body: Sequence[ast.stmt], calls: Sequence[ast.Call]) -> Skip:
    """A skip in the body: always when nothing stands before it that decides."""
    for node in body:
        if _is_skip_call(node):
            return "always"
        if isinstance(node, ast.Return):
            return ""
        if isinstance(node, ast.If) and _is_true(node.test) and any(map(_is_skip_call, node.body)):
            return "always"
    return "sometimes" if any(_name(call.func) in _SKIP_CALLS for call in calls) else ""


def _is_true(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _is_skip_call(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return _name(node.value.func) in _SKIP_CALLS
    if isinstance(node, ast.Raise) and node.exc is not None:
        return _name(node.exc.func if isinstance(node.exc, ast.Call) else node.exc) == "SkipTest"
    return False


def _stronger(*skips: Skip) -> Skip:
    return "always" if "always" in skips else "sometimes" if "sometimes" in skips else ""


# --- the rest


def _parameters(node: Function) -> list[int]:
    """The lengths of a test's lists of parameters; 0 for one that is not written out."""
    found = []
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _name(decorator.func) in _PARAMETERS:
            values = [key.value for key in decorator.keywords if key.arg == "argvalues"] or decorator.args[
                -1:
            ]
            found.append(_length(values[0]) if values else 0)
    return found


def _length(values: ast.expr) -> int:
    if isinstance(values, ast.List | ast.Tuple | ast.Set):
        return len(values.elts)
    return len(values.keys) if isinstance(values, ast.Dict) else 0


def _tolerances(calls: Sequence[ast.Call]) -> Iterator[tuple[str, float]]:
    for call in calls:
        for key in call.keywords:
            value = _number(key.value)
            if key.arg in _TOLERANCES and value is not None:
                yield key.arg, -value if key.arg in _DIGITS else value


def _number(node: ast.expr) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    return None


def _stubbed(calls: Sequence[ast.Call]) -> set[str]:
    """Last names of what the test replaces: `patch("app.pay")`, `monkeypatch.setattr(app, "pay", …)`."""
    stubs = [call for call in calls if _name(call.func) in _STUBS]
    return {text.rpartition(".")[2] for call in stubs for text in _texts(call)}


def _texts(call: ast.Call) -> Iterator[str]:
    for argument in call.args[:2]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))


def _name(node: ast.expr | None) -> str:
    """The last part of a dotted name; a call's is that of what is called."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _words(node: Function, lines: Sequence[str]) -> tuple[str, ...]:
    """The body as tokens, without its documentation."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body:
        return ()
    return tuple(WORD.findall("\n".join(lines[body[0].lineno - 1 : node.end_lineno])))
