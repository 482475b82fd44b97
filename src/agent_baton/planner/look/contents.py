"""What a file's first bytes say: which of several languages it is in, and whether a program wrote it."""

from __future__ import annotations

import re

from agent_baton.patterns import lazy

# Extension -> rules in order: the first pattern found in the head names the language. What is not listed
# here is settled by the company the file keeps (see languages.py).
_CPP = (
    r"^[ \t]*(?:class|namespace|template\s*<|using\s+\w|public:|private:|protected:)"
    r"|#\s*include\s*<(?:string|vector|map|memory|iostream|cstd\w+|utility|functional|type_traits|algorithm|array|"
    r"atomic|chrono|optional|set|list|mutex|limits|tuple|unordered_\w+|string_view)>|\bstd::|\bconstexpr\b|\bnullptr\b|"
    r"\bvirtual\s|\boperator\s*[=+\-<(\[]|\bstatic_cast<|^[ \t]*explicit\s"
)
_OBJECTIVE_C = (
    r"^[ \t]*@(?:interface|protocol|class|property|end|implementation|import|synthesize)\b|#import\s+[<\"]"
)
_PERL = (
    r"^[ \t]*use\s+(?:strict|warnings|v?5|[A-Z]\w*(?:::\w+)*)\b|^[ \t]*(?:my|our)\s+[$@%]"
    r"|^[ \t]*sub\s+\w+|^[ \t]*package\s+[\w:]+;"
)
_PROLOG = r"^[a-z]\w*(?:\([^)]*\))?\s*:-|^:-\s|^[ \t]*%.*\n\s*[a-z]\w*\("
# What an extension claimed by several languages is when neither its contents nor the company it keeps tells.
USUAL = {
    ".asc": "Public Key",
    ".asm": "Assembly",
    ".bas": "BASIC",
    ".cairo": "Cairo",
    ".cfg": "INI",
    ".cl": "OpenCL",
    ".cs": "C#",
    ".d": "D",
    ".es": "JavaScript",
    ".f": "Fortran",
    ".frag": "GLSL",
    ".gd": "GAP",
    ".gs": "JavaScript",
    ".hh": "C++",
    ".html": "HTML",
    ".jq": "jq",
    ".json": "JSON",
    ".lean": "Lean 4",
    ".lisp": "Common Lisp",
    ".lsp": "Common Lisp",
    ".m4": "M4",
    ".md": "Markdown",
    ".ml": "OCaml",
    ".mm": "Objective-C++",
    ".n": "Nemerle",
    ".odin": "Odin",
    ".php": "PHP",
    ".pl": "Perl",
    ".pm": "Perl",
    ".properties": "Java Properties",
    ".r": "R",
    ".res": "ReScript",
    ".rs": "Rust",
    ".s": "Unix Assembly",
    ".sc": "Scala",
    ".scm": "Scheme",
    ".sls": "Scheme",
    ".sql": "SQL",
    ".star": "Starlark",
    ".t": "Perl",
    ".tpl": "Smarty",
    ".ts": "TypeScript",
    ".tsx": "TSX",
    ".txt": "Text",
    ".typ": "Typst",
    ".v": "Verilog",
    ".yaml": "YAML",
    ".yml": "YAML",
}
RULES: dict[str, tuple[tuple[str, str], ...]] = {
    ".h": ((_OBJECTIVE_C, "Objective-C"), (_CPP, "C++")),
    ".hh": ((r"^<\?hh\b", "Hack"),),
    ".m": (
        (_OBJECTIVE_C + r"|^[ \t]*#(?:include|define|pragma)\b", "Objective-C"),
        (r"^[ \t]*:-\s*(?:module|interface|import_module)\b", "Mercury"),
        (
            r"^[ \t]*(?:%|function\b|classdef\b|end\s*$|\w+\s*=\s*\[)|\.\*|^[ \t]*(?:clear|close|clc)\b",
            "MATLAB",
        ),
        (r"\(\*|:=|\[[A-Z]\w*\]", "Wolfram Language"),
    ),
    ".mm": ((r"^[ \t]*<", "XML"),),
    ".pl": ((_PERL + r"|^#!.*perl", "Perl"), (_PROLOG, "Prolog"), (r"^[ \t]*use\s+v6\b", "Raku")),
    ".pm": ((r"^[ \t]*(?:use\s+v6|unit\s+(?:module|class))\b", "Raku"), (r"/\* XPM \*/", "X PixMap")),
    ".t": ((_PERL + r"|^#!.*perl|\btest_\w+\(", "Perl"), (r"^[ \t]*(?:use\s+v6|unit\s+)\b", "Raku")),
    ".ts": ((r"\A\s*(?:<\?xml|<!DOCTYPE\s+TS|<TS\b)", "XML"),),
    ".tsx": ((r"\A\s*<\?xml", "XML"),),
    ".r": ((r"\bREBOL\b", "Rebol"), (r"^[ \t]*(?:resource|#include \"Types)", "Rez")),
    ".rs": ((r"^[ \t]*#pragma\s+(?:version|rs)\b", "RenderScript"), (r"\A\s*<\?xml", "XML")),
    ".cs": ((r"^![\w\s]+methodsFor:|^[ \t]*Object\s+subclass:", "Smalltalk"),),
    ".fs": (
        (r"^[ \t]*(?:#version|precision|uniform|varying|vec[234])\b", "GLSL"),
        (r"^[ \t]*(?:#light|open|module|namespace|let|type)\b|\[<", "F#"),
        (r"^:\s|^\\ |\bdup\b", "Forth"),
    ),
    ".php": ((r"\A<\?hh\b", "Hack"),),
    ".inc": (
        (r"<\?(?:php|=)", "PHP"),
        (r"^[ \t]*(?:\.if|\.macro|\.equ|%macro|section\s)", "Assembly"),
        (r"^[ \t]*(?:require|inherit|SRC_URI|do_\w+\(\))", "BitBake"),
        (_CPP + r"|^[ \t]*#\s*(?:include|define|if)", "C++"),
        (r"^[ \t]*(?:unit|interface|procedure|\{\$)", "Pascal"),
    ),
    ".g": (
        (r"^[GMTN]\d+\b", "G-code"),
        (r"^[ \t]*(?:grammar|header|options)\b|extends (?:Parser|Lexer)", "ANTLR"),
        (r":=", "GAP"),
    ),
    ".md": ((r"^[ \t]*\(define_(?:insn|expand|attr)|^;;", "GCC Machine Description"),),
    ".asc": ((r"^-----BEGIN", "Public Key"), (r"^[=-]+\s|^:\w+:", "AsciiDoc")),
    ".ml": ((r"=>\s+case|\bfun\b.*=>|^[ \t]*(?:structure|signature|functor)\b", "Standard ML"),),
    ".d": (
        (r"^[ \t]*#pragma\s+D|^\w+:\w*:\w*:\w*[ \t]*$", "DTrace"),
        (r"^[\w./ -]+:(?: [\w./-]+)+(?: \\)?[ \t]*$", "Makefile"),
    ),
    ".cl": ((r"\(def(?:un|macro|var|package|class)\b|^;", "Common Lisp"), (r"\b__?kernel\b", "OpenCL")),
    ".cls": (
        (r"^[ \t]*[%\\]|\\(?:NeedsTeXFormat|ProvidesClass)", "TeX"),
        (r"^VERSION\s+1\.0\s+CLASS", "VBA"),
        (r"\b(?:public|private|global)\s+(?:with\s+sharing\s+|virtual\s+|abstract\s+)?class\b", "Apex"),
    ),
    ".v": (
        (r"^[ \t]*(?:Require|Theorem|Lemma|Definition|Proof|Inductive|From\s)\b", "Rocq Prover"),
        (r"^[ \t]*(?:fn|import|pub fn|struct)\s+\w+", "V"),
    ),
    ".pp": (
        (r"^[ \t]*(?:class|define|node|include)\s+[\w:]+", "Puppet"),
        (r"^[ \t]*(?:unit|program|uses|\{)", "Pascal"),
    ),
    ".pro": (
        (r"^[ \t]*(?:TEMPLATE|QT|SOURCES|HEADERS|CONFIG)\b", "QMake"),
        (_PROLOG, "Prolog"),
        (r"^-keep", "Proguard"),
    ),
    ".f": ((r"^[ \t]*:\s+\S+|^\\ ", "Forth"),),
    ".l": (
        (r"^%[%{]|^%option", "Lex"),
        (r"\((?:defun|defmacro|in-package)\b", "Common Lisp"),
        (r"^\.", "Roff"),
    ),
    ".lsp": ((r"\(define\b", "NewLisp"),),
    ".lisp": ((r"\(define\b", "NewLisp"),),
    ".n": ((r"^\.\\?\"|^\.(?:so|TH|SH)\b", "Roff"),),
    ".p": ((r"^[ \t]*(?:set|plot|splot)\s", "Gnuplot"),),
    ".pc": ((r"^(?:prefix|Name|Libs|Cflags|Version)\s*[:=]", "pkg-config"),),
    ".res": ((r"\A\s*<\?xml", "XML"),),
    ".sc": ((r"\bSynthDef\b|\.ar\(|\bvar\s+<", "SuperCollider"),),
    ".scm": ((r"^[ \t]*\((?:\w+)\)\s*@|^[ \t]*@[\w.]+|\)\s*@[\w.]+|^\[$", "Tree-sitter Query"),),
    ".sls": ((r"^[ \t]*[\w./-]+:\s*$", "Salt"),),
    ".sol": ((r"\b(?:pragma\s+solidity|contract|interface|library)\b", "Solidity"),),
    ".st": ((r"!\s*$|subclass:|methodsFor:", "Smalltalk"),),
    ".tpl": ((r"\{\{[-\s]*(?:\.|define|if|range|include|template|end)", "Go Template"),),
    ".yy": ((r"^[ \t]*%(?:%|token|type|left|define|\{)", "Yacc"), (r"\A\s*\{", "JSON")),
    ".w": ((r"^@[*\s]", "CWeb"),),
    ".x": (
        (r"^[ \t]*(?:program|struct|union|typedef|const)\b", "RPC"),
        (r"^[ \t]*(?:SECTIONS|OUTPUT_FORMAT)\b", "Linker Script"),
    ),
    ".gd": ((r"^[ \t]*(?:extends|func|var|class_name|@tool|signal)\b", "GDScript"),),
    ".ex": ((r"\bdefmodule\b|^[ \t]*(?:def|use|import|alias)\s", "Elixir"),),
    ".as": ((r"^[ \t]*(?:package|import\s+flash|public\s+class)\b", "ActionScript"),),
    ".nu": ((r"^[ \t]*(?:def|export|use|let|mut)\s", "Nushell"),),
    ".spec": (
        (r"^[ \t]*(?:Name|Version|Release|%\w+)\s*:|^%", "RPM Spec"),
        (r"\b(?:Analysis|EXE|PYZ)\(", "Python"),
    ),
    ".cgi": ((r"^#!.*perl", "Perl"), (r"^#!.*python", "Python"), (r"^#!.*sh\b", "Shell")),
    ".mod": ((r"\A\s*<\?xml", "XML"), (r"^[ \t]*(?:IMPLEMENTATION\s+|DEFINITION\s+)?MODULE\b", "Modula-2")),
    ".bas": ((r"^Attribute VB_", "VBA"),),
    ".mo": ((r"^[ \t]*(?:model|package|within)\b", "Modelica"),),
}


def compiled(extension: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The rules of one extension, ready to search; compiled on first use, since most are never needed."""
    if extension not in _COMPILED:
        rules = RULES.get(extension, ())
        _COMPILED[extension] = tuple((re.compile(pattern, re.MULTILINE), name) for pattern, name in rules)
    return _COMPILED[extension]


_COMPILED: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {}


def language_in(extension: str, head: str) -> str | None:
    """The language that a file's head shows, None when it shows none of the extension's candidates."""
    return next((name for pattern, name in compiled(extension) if pattern.search(head)), None)


_SHEBANG = lazy(r"\A#!\s*(\S+)(?:[ \t]+(.*))?")


def interpreter_in(head: str) -> str:
    """The program that a shebang line names: "python" for "/usr/bin/env python3.11"; "" without one."""
    found = _SHEBANG.match(head)
    if not found:
        return ""
    program = found[1].rpartition("/")[2]
    if program == "env":
        words = (word for word in (found[2] or "").split() if not word.startswith("-") and "=" not in word)
        program = next(words, "").rpartition("/")[2]
    return re.sub(r"[\d.]+$", "", program)


_WRITTEN_BY_A_PROGRAM = lazy(
    r"""(?xi)
      @generated\b | \bdo\ not\ (?:edit|modify)\b[\s\S]{0,80}\bgenerat
      | \bgenerat\w+\b[\s\S]{0,120}\bdo\ not\ (?:edit|modify)\b
    | \bcode\ generated\ by\b
    | \bgenerated\ by\ (?:cython|the\ protocol\ buffer|swig|bison|flex|re2c|antlr|gperf|moc)
    | \bautomatically\ generated\ (?:by|from|file)\b
    | \bthis\ (?:source\ )?file\ (?:is|was|has\ been)\ (?:auto\w*[\ -]*)?generated\b
    | ^\W{0,6}(?:auto|automatically|machine)[- ]?generated\b | \bA\ Bison\ parser,\ made\ by
    | \#line\ \d+\ "lex\.yy\.c"
    | \bA\ lexical\ scanner\ generated\ by\ flex | tree_sitter/parser\.h | \bautogenerated\ file\b
    | __webpack_require__
    | \bwebpackBootstrap\b | \A(?:.*\n){0,2}\W{0,6}generated\ (?:by|from|with)\b(?!\W{0,3}(?:django-admin|rails|cookiecutter|yeoman|create-\w+))
    | ^\W{0,6}THIS\ (?:FILE\ )?IS\ (?:AN\ )?AUTO
    """,
    re.MULTILINE,
)
_HINTS = (
    "generat",
    "bison parser",
    "lex.yy",
    "tree_sitter/parser",
    "webpack",
    "is auto",
)  # what every pattern holds
_GENERATED_WITHIN = 1_200  # characters; further down the words are about other files
_MINIFIED_LINE = (
    250  # mean characters per line, as linguist has it about 110; prose in CSS comments needs more room
)
_COMPILED_SCRIPT = lazy(
    r"Object\.defineProperty\(exports, ?[\"']__esModule"
    r"|var __(?:awaiter|extends|importDefault|createBinding|decorate) = "
    r"|^[ \t]*_?exports\.__esModule = true",
    re.MULTILINE,
)


def looks_generated(head: str) -> bool:
    """Whether a file's head says that a program wrote it."""
    start = head[:_GENERATED_WITHIN]
    lower = start.lower()
    return any(word in lower for word in _HINTS) and bool(_WRITTEN_BY_A_PROGRAM.search(start))


def looks_minified(head: str) -> bool:
    """Whether a script's or style sheet's lines are too long to have been typed."""
    return len(head) > 1_000 and len(head) / (head.count("\n") + 1) > _MINIFIED_LINE


def looks_compiled(head: str) -> bool:
    """Whether a script is a compiler's output (TypeScript, Babel)."""
    return bool(_COMPILED_SCRIPT.search(head))
