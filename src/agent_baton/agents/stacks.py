"""What languages, frameworks and files say about the kind of work: which flavour fits, which sides a repository has.

Names are those of `Facts`: linguist's for languages, lower case for frameworks. Unknown names mean nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable

# The language of work without a user interface -> the flavour that knows it.
LANGUAGE_FLAVOUR = {
    "Python": "python", "Cython": "python", "Jupyter Notebook": "python", "Starlark": "python",
    "JavaScript": "node", "TypeScript": "node", "CoffeeScript": "node", "TSX": "node", "JSX": "node",
    "Go": "go", "Rust": "rust", "Java": "java", "Groovy": "java", "Kotlin": "kotlin",
    "C#": "dotnet", "F#": "dotnet", "Visual Basic .NET": "dotnet", "ASP.NET": "dotnet",
    "Ruby": "ruby", "PHP": "php", "Hack": "php", "Elixir": "elixir", "Erlang": "elixir",
    "C": "c", "C++": "cpp", "Cuda": "cpp", "Objective-C++": "cpp", "Scala": "scala", "Swift": "swift", "Objective-C": "swift",
    "Haskell": "haskell", "Clojure": "clojure", "ClojureScript": "clojure", "Dart": "dart",
    "Lua": "lua", "Luau": "lua", "MoonScript": "lua", "Zig": "zig", "Shell": "shell", "fish": "shell",
}  # fmt: skip

# Names people use for a language in a sentence, where they are not the language's own.
SPOKEN = {
    "golang": "go", "typescript": "node", "javascript": "node", "node.js": "node", "nodejs": "node", "node": "node",
    "deno": "node", "c#": "dotnet", ".net": "dotnet", "csharp": "dotnet", "f#": "dotnet", "c++": "cpp", "bash": "shell",
    "python": "python", "rust": "rust", "java": "java", "kotlin": "kotlin", "ruby": "ruby", "php": "php",
    "elixir": "elixir", "scala": "scala", "swift": "swift", "haskell": "haskell", "clojure": "clojure", "lua": "lua",
    "zig": "zig", "dart": "dart",
}  # fmt: skip

# Frameworks of the server side -> flavour. Decides where two languages meet in one repository.
SERVER = {
    "python": "fastapi django flask starlette litestar aiohttp tornado sanic falcon bottle pyramid django-rest-framework "
    "django-ninja wagtail robyn masonite connexion graphene strawberry odoo plone celery sqlalchemy",
    "node": "express fastify koa nestjs hapi hono elysia adonis sails strapi feathers apollo trpc payload bullmq prisma typeorm",
    "go": "gin echo fiber chi gorilla-mux beego iris gqlgen huma kratos buffalo go-zero fasthttp httprouter gorm",
    "rust": "axum actix-web rocket warp tide poem tonic salvo loco async-graphql",
    "java": "spring-boot spring quarkus micronaut jakarta-ee vert.x dropwizard spark-java javalin grails struts jersey helidon",
    "kotlin": "ktor http4k",
    "dotnet": "aspnet-core aspnet nancy servicestack signalr orleans umbraco giraffe fastendpoints hotchocolate entity-framework",
    "ruby": "rails sinatra hanami roda grape padrino sidekiq",
    "php": "laravel symfony slim laminas cakephp codeigniter yii wordpress drupal magento mezzio api-platform lumen",
    "elixir": "phoenix phoenix-live-view plug absinthe ash ecto oban cowboy",
    "scala": "akka pekko http4s zio tapir play cask finch",
    "swift": "vapor hummingbird kitura",
    "haskell": "servant yesod scotty snap ihp",
    "clojure": "ring compojure reitit pedestal luminus http-kit",
    "dart": "shelf dart-frog serverpod angel",
    "lua": "openresty lapis",
    "cpp": "drogon crow oatpp",
    "zig": "zap http.zig",
}
SERVER_FLAVOUR = {name: flavour for flavour, names in SERVER.items() for name in names.split()}

FRONTEND_FLAVOUR = {
    "react": "react", "next": "react", "nextjs": "react", "next.js": "react", "preact": "react", "gatsby": "react",
    "remix": "react", "react-router": "react", "tanstack-start": "react", "mui": "react", "ant-design": "react",
    "chakra-ui": "react", "react-dom": "react",
    "vue": "vue", "nuxt": "vue", "pinia": "vue", "vuex": "vue", "vuetify": "vue", "element-plus": "vue",
    "svelte": "svelte", "sveltekit": "svelte", "angular": "angular", "analog": "angular",
}  # fmt: skip
MOBILE_FLAVOUR = {
    "flutter": "flutter", "bloc": "flutter", "riverpod": "flutter", "getx": "flutter",
    "react-native": "react-native", "expo": "react-native",
    "android": "kotlin", "jetpack-compose": "kotlin",
    "ios": "swift", "swiftui": "swift", "uikit": "swift", "composable-architecture": "swift", "snapkit": "swift",
}  # fmt: skip

# A person looks at what these make.
UI = frozenset(FRONTEND_FLAVOUR) | frozenset(
    [
        "solid",
        "lit",
        "qwik",
        "alpine",
        "ember",
        "backbone",
        "jquery",
        "stimulus",
        "htmx",
        "storybook",
        "elm-browser",
        "laminar",
        "scala.js",
        "blazor",
        "livewire",
        "phoenix-live-view",
        "leptos",
        "yew",
        "dioxus",
        "astro",
        "hotwire",
        "filament",
        "re-frame",
        "reagent",
        "eleventy",
        "bootstrap",
        "tailwindcss",
    ]
)
# Client frameworks that come along in libraries and tools without anybody meaning a user interface.
WEAK_UI = frozenset(
    ["jquery", "bootstrap", "tailwindcss", "storybook", "redux", "mobx", "rxjs", "d3", "three"]
)
MOBILE = frozenset(MOBILE_FLAVOUR) | frozenset(
    ["ionic", "capacitor", "cordova", "nativescript", "maui", "kotlin-multiplatform", "realm"]
)
DATA_FLOW = frozenset(
    [
        "airflow",
        "dbt",
        "prefect",
        "dagster",
        "luigi",
        "kedro",
        "pyspark",
        "spark",
        "flink",
        "beam",
        "great-expectations",
        "kafka",
        "nifi",
        "meltano",
        "dlt",
        "hadoop",
        "nextflow",
        "snakemake",
    ]
)
MACHINE_LEARNING = frozenset(
    [
        "pytorch",
        "pytorch-lightning",
        "tensorflow",
        "keras",
        "scikit-learn",
        "jax",
        "transformers",
        "xgboost",
        "lightgbm",
        "catboost",
        "spacy",
        "gensim",
        "mlflow",
        "diffusers",
        "sentence-transformers",
        "onnx",
        "statsmodels",
        "candle",
        "burn",
        "tidymodels",
        "caret",
        "flux",
        "ml.net",
        "fastai",
    ]
)
ANALYSIS = frozenset(
    [
        "jupyter",
        "pandas",
        "polars",
        "matplotlib",
        "seaborn",
        "plotly",
        "ggplot2",
        "tidyverse",
        "streamlit",
        "altair",
        "data.table",
    ]
)
INFRASTRUCTURE = frozenset(
    [
        "docker",
        "docker-compose",
        "kubernetes",
        "helm",
        "ansible",
        "pulumi",
        "aws-cdk",
        "cdktf",
        "terragrunt",
        "kustomize",
        "serverless",
        "vagrant",
        "puppet",
        "chef",
        "saltstack",
        "aws",
        "azurerm",
        "google-cloud",
        "terraform",
        "sst",
    ]
)
STORAGE = frozenset(
    [
        "sqlalchemy",
        "alembic",
        "django",
        "rails",
        "activerecord",
        "ecto",
        "prisma",
        "typeorm",
        "sequelize",
        "drizzle",
        "knex",
        "mikro-orm",
        "hibernate",
        "jooq",
        "mybatis",
        "flyway",
        "liquibase",
        "exposed",
        "room",
        "gorm",
        "sqlx",
        "sqlc",
        "ent",
        "diesel",
        "sea-orm",
        "entity-framework",
        "dapper",
        "doctrine",
        "eloquent",
        "laravel",
        "mongoose",
        "mongodb",
        "pymongo",
        "mongo-driver",
        "psycopg",
        "asyncpg",
        "pgx",
        "pg",
        "npgsql",
        "postgresql",
        "redis",
        "duckdb",
        "sqlmodel",
        "peewee",
        "tortoise-orm",
        "slick",
        "doobie",
        "persistent",
        "fluent",
        "grdb",
        "drift",
        "sqflite",
        "isar",
        "goose",
        "golang-migrate",
        "supabase",
    ]
)

# Languages that never say who implements something, unless nothing else is there.
SIDE_LANGUAGES = frozenset(
    ["HTML", "CSS", "SCSS", "Sass", "Less", "Stylus", "PostCSS", "Dockerfile", "Makefile", "CMake", "YAML", "JSON", "TOML", "INI", "XML", "Markdown", "reStructuredText", "AsciiDoc", "Roff", "TeX", "Batchfile", "M4", "Meson", "Nix", "Jinja", "Handlebars", "EJS", "ERB", "Twig", "Blade", "Smarty", "Mustache", "Pug", "Haml", "Slim", "Liquid", "SVG", "Gherkin", "Procfile", "Just", "Vue", "Svelte", "Astro", "HCL", "PLpgSQL", "TSQL", "SQL", "PLSQL"]
) | {"HTML+ERB", "HTML+Django", "Jinja2", "Vim Help File", "Go Template", "Protocol Buffer", "Ignore List"}  # fmt: skip
MARKUP = frozenset(["HTML", "CSS", "SCSS", "Sass", "Less", "Stylus", "Vue", "Svelte", "Astro", "EJS", "ERB", "Twig", "Blade", "Haml", "Slim", "Pug", "Handlebars"]) | {
    "HTML+ERB", "HTML+Django", "HTML+Razor",
}  # fmt: skip
SQL_LANGUAGES = frozenset(["SQL", "PLpgSQL", "TSQL", "PLSQL", "SQLPL", "HiveQL"])

# File endings -> the side of the work a file is on.
CODE_FLAVOUR = {
    "py": "python", "pyi": "python", "pyx": "python", "js": "node", "mjs": "node", "cjs": "node", "ts": "node", "mts": "node",
    "cts": "node", "go": "go", "rs": "rust", "java": "java", "groovy": "java", "kt": "kotlin", "kts": "kotlin",
    "cs": "dotnet", "fs": "dotnet", "vb": "dotnet", "csproj": "dotnet", "rb": "ruby", "rake": "ruby", "php": "php",
    "ex": "elixir", "exs": "elixir", "erl": "elixir", "c": "c", "cc": "cpp", "cpp": "cpp", "cxx": "cpp", "hpp": "cpp",
    "hh": "cpp", "cu": "cpp", "scala": "scala", "sbt": "scala", "swift": "swift", "m": "swift", "hs": "haskell",
    "clj": "clojure", "cljs": "clojure", "cljc": "clojure", "dart": "dart", "lua": "lua", "zig": "zig", "sh": "shell",
    "bash": "shell", "zsh": "shell", "fish": "shell",
}  # fmt: skip
UI_ENDINGS = frozenset(
    [
        "tsx",
        "jsx",
        "vue",
        "svelte",
        "astro",
        "html",
        "htm",
        "css",
        "scss",
        "sass",
        "less",
        "styl",
        "hbs",
        "ejs",
        "pug",
        "erb",
        "haml",
        "twig",
        "cshtml",
        "razor",
        "jinja",
        "j2",
        "heex",
        "leex",
    ]
)
UI_FLAVOUR_BY_ENDING = {"vue": "vue", "svelte": "svelte", "tsx": "react", "jsx": "react"}


def ending(path: str) -> str:
    """`py` of `a/b.py`, lower case; `blade.php` and the like count by their last part."""
    name = path.rsplit("/", 1)[-1]
    return name.rpartition(".")[2].lower() if "." in name else ""


def ui_frameworks(frameworks: Iterable[str]) -> list[str]:
    """Those that mean a user interface in the browser, the telling ones first."""
    found = [name for name in frameworks if name in UI]
    return sorted(found, key=lambda name: (name in WEAK_UI, name not in FRONTEND_FLAVOUR))
