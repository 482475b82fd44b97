"""Loading by name when it is used: what most commands never need costs them nothing.

The one way round "imports stand at the top". Only the standard library's cheapest parts are imported here.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def load(place: str) -> Any:
    """What `module:name` stands for."""
    module, _, name = place.partition(":")
    return getattr(__import__(module, fromlist=[name]), name)


class _Later:
    """Has every attribute of the module, which is imported when the first is asked for."""

    __slots__ = ("_module",)

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return load(f"{self._module}:{name}")


def later(module: str) -> Any:
    """The module, to be used as any other: `yaml = later("yaml")`, beside the import that type checkers read."""
    return _Later(module)


def parts(package: dict[str, Any], places: dict[str, tuple[str, ...]]) -> Any:
    """A package's `__getattr__`: what its modules define is its own, and loaded with the first name asked for.

    `package` is its `globals()`, `places` the names that each of its modules defines.
    """

    def find(name: str) -> Any:
        for module, names in places.items():
            if name in names:
                found = __import__(f"{package['__name__']}.{module}", fromlist=names)
                package.update({each: getattr(found, each) for each in names})
                return package[name]
        raise AttributeError(f"module {package['__name__']!r} has no attribute {name!r}")

    return find
