"""Stacks and tasks with the crews a senior engineer would accept. Written by hand, before any score was seen.

A row: stack | task | type risk complexity | roles that must be there | further roles that make sense.
`+` joins roles that are all needed, `/` offers a choice. A code reviewer and a test engineer make sense on any work
on code, a debugger on any fault; whoever is in neither list is senseless. A flavour is checked where the stack names one.
"""

from __future__ import annotations

from dataclasses import dataclass

ROLES = {
    "be": "backend-engineer", "fe": "frontend-engineer", "mob": "mobile-engineer", "db": "database-engineer",
    "de": "data-engineer", "da": "data-analyst", "ds": "data-scientist", "do": "devops-engineer", "te": "test-engineer",
    "cr": "code-reviewer", "sr": "security-reviewer", "pe": "performance-engineer", "tw": "technical-writer",
    "dbg": "debugger", "arch": "architect", "aud": "auditor", "sme": "subject-matter-expert", "tb": "talent-builder",
}  # fmt: skip


@dataclass(frozen=True)
class Stack:
    languages: tuple[str, ...]
    frameworks: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    flavours: tuple[str, ...] = ()  # agents that are the right ones here, for roles that have flavours


def _stack(languages: str, frameworks: str = "", flavours: str = "", files: str = "") -> Stack:
    return Stack(
        tuple(name.strip() for name in languages.split(",") if name.strip()),
        tuple(frameworks.split()),
        tuple(files.split()),
        tuple(flavours.split()),
    )


STACKS = {
    "fastapi": _stack("Python, Dockerfile", "fastapi sqlalchemy alembic pytest docker", "backend-engineer--python"),
    "django": _stack("Python, HTML, CSS, JavaScript", "django pytest celery", "backend-engineer--python frontend-engineer", "app/templates/base.html app/templates/login.html app/static/site.css app/views.py"),
    "py-lib": _stack("Python", "pytest sphinx requests", "backend-engineer--python"),
    "py-cli": _stack("Python, Shell", "click pytest", "backend-engineer--python"),
    "py-tui": _stack("Python, CSS", "textual rich pytest", "backend-engineer--python"),
    "ml": _stack("Python, Jupyter Notebook", "pytorch transformers pandas jupyter pytest", "backend-engineer--python"),
    "sklearn": _stack("Python, Cython, C++", "numpy scipy scikit-learn pytest sphinx", "backend-engineer--python"),
    "notebooks": _stack("Jupyter Notebook, Python", "pandas matplotlib jupyter", "backend-engineer--python"),
    "airflow-dbt": _stack("Python, SQL", "airflow dbt pandas pytest", "backend-engineer--python"),
    "react": _stack("TypeScript, CSS, HTML", "react vite jest testing-library tanstack-query", "frontend-engineer--react", "src/App.tsx src/pages/Login.tsx src/components/Table.tsx src/app.css index.html"),
    "next": _stack("TypeScript, CSS", "next react prisma tailwindcss playwright", "frontend-engineer--react backend-engineer--node", "app/page.tsx app/api/users/route.ts prisma/schema.prisma components/Nav.tsx"),
    "vue": _stack("Vue, TypeScript, SCSS", "vue pinia vite vitest", "frontend-engineer--vue", "src/App.vue src/views/Home.vue src/components/Bar.vue"),
    "sveltekit": _stack("Svelte, TypeScript, CSS", "svelte sveltekit vite vitest", "frontend-engineer--svelte", "src/routes/+page.svelte src/lib/Card.svelte"),
    "angular": _stack("TypeScript, HTML, SCSS", "angular rxjs jasmine", "frontend-engineer--angular", "src/app/app.component.html src/app/app.component.ts src/app/list.component.html"),
    "express": _stack("TypeScript, Dockerfile", "express prisma jest zod redis", "backend-engineer--node"),
    "fullstack": _stack("TypeScript, Python, CSS, HTML, Dockerfile", "fastapi sqlalchemy react vite pytest vitest docker-compose", "backend-engineer--python frontend-engineer--react", "web/src/App.tsx web/src/Table.tsx web/src/app.css api/main.py api/models.py"),
    "nest-angular": _stack("TypeScript, HTML, SCSS", "nestjs typeorm angular jest nx", "backend-engineer--node frontend-engineer--angular", "apps/web/src/app/a.component.html apps/web/src/app/b.component.html apps/api/src/main.ts"),
    "npm-lib": _stack("JavaScript, TypeScript", "jest eslint rollup", "backend-engineer--node"),
    "node-cli": _stack("JavaScript", "commander mocha", "backend-engineer--node"),
    "go-api": _stack("Go, Dockerfile, Makefile", "gin gorm testify docker", "backend-engineer--go"),
    "go-cli": _stack("Go, Shell", "cobra viper testify", "backend-engineer--go"),
    "tf-provider": _stack("Go, HCL", "terraform-plugin aws-sdk testify", "backend-engineer--go devops-engineer--terraform"),
    "rust-cli": _stack("Rust, Shell", "clap serde", "backend-engineer--rust"),
    "axum": _stack("Rust, Dockerfile", "axum sqlx tokio serde", "backend-engineer--rust"),
    "spring": _stack("Java, Dockerfile", "spring-boot hibernate flyway junit", "backend-engineer--java"),
    "java-lib": _stack("Java", "junit", "backend-engineer--java"),
    "ktor": _stack("Kotlin", "ktor exposed kotest", "backend-engineer--kotlin"),
    "android": _stack("Kotlin, Java", "android jetpack-compose hilt room", "mobile-engineer--kotlin", "app/src/main/AndroidManifest.xml app/src/main/java/Main.kt"),
    "ios": _stack("Swift, Objective-C", "snapkit", "mobile-engineer--swift", "App.xcodeproj/project.pbxproj App/Info.plist App/Main.storyboard App/LoginView.swift"),
    "flutter": _stack("Dart, Kotlin, Swift", "flutter riverpod dio", "mobile-engineer--flutter", "lib/main.dart ios/Runner/Info.plist android/app/src/main/AndroidManifest.xml"),
    "react-native": _stack("TypeScript, Kotlin, Swift", "react-native expo react jest", "mobile-engineer--react-native", "App.tsx src/Home.tsx"),
    "swift-pkg": _stack("Swift", "vapor fluent", "backend-engineer--swift"),
    "dotnet": _stack("C#, Dockerfile", "aspnet-core entity-framework xunit", "backend-engineer--dotnet"),
    "wpf": _stack("C#", "wpf nunit", "backend-engineer--dotnet"),
    "rails": _stack("Ruby, HTML+ERB, SCSS, JavaScript", "rails hotwire rspec sidekiq", "backend-engineer--ruby frontend-engineer", "app/views/users/index.html.erb app/views/layouts/application.html.erb app/models/user.rb db/schema.rb"),
    "laravel": _stack("PHP, Blade, JavaScript, CSS", "laravel vue phpunit eloquent", "backend-engineer--php frontend-engineer--vue", "resources/js/App.vue resources/views/home.blade.php app/Models/User.php"),
    "wordpress": _stack("PHP, CSS, JavaScript", "wordpress phpunit", "backend-engineer--php frontend-engineer", "plugin.php assets/style.css assets/admin.js templates/form.php"),
    "phoenix": _stack("Elixir, HTML, CSS", "phoenix phoenix-live-view ecto", "backend-engineer--elixir frontend-engineer", "lib/app_web/live/index.html.heex lib/app/accounts.ex assets/css/app.css"),
    "c-lib": _stack("C, M4, Makefile, Python", "", "backend-engineer--c", "src/parse.c src/parse.h configure.ac tests/t1.c"),
    "cpp-lib": _stack("C++, CMake", "googletest", "backend-engineer--cpp"),
    "qt": _stack("C++, CMake", "qt", "backend-engineer--cpp"),
    "scala": _stack("Scala", "akka slick scalatest", "backend-engineer--scala"),
    "haskell": _stack("Haskell", "aeson hspec", "backend-engineer--haskell"),
    "clojure": _stack("Clojure", "ring reitit next.jdbc", "backend-engineer--clojure"),
    "nvim": _stack("Lua, Vim Script", "busted", "backend-engineer--lua"),
    "zig": _stack("Zig, C", "", "backend-engineer--zig"),
    "shell": _stack("Shell, Makefile", "bats", "backend-engineer--shell"),
    "dart-pkg": _stack("Dart", "dart-test", "backend-engineer--dart"),
    "terraform": _stack("HCL, Shell", "aws terragrunt", "devops-engineer--terraform", "main.tf variables.tf modules/vpc/main.tf"),
    "helm": _stack("Go Template, Shell", "helm kubernetes", "devops-engineer", "charts/app/values.yaml charts/app/templates/deployment.yaml charts/app/Chart.yaml"),
    "ansible": _stack("Jinja, Python", "ansible", "devops-engineer", "roles/nginx/tasks/main.yml playbooks/site.yml"),
    "docs": _stack("", "mkdocs", "", "docs/index.md docs/guide.md mkdocs.yml"),
    "static-site": _stack("HTML, CSS, JavaScript", "", "frontend-engineer", "index.html about.html style.css main.js"),
    "sql": _stack("PLpgSQL, Shell", "postgresql", "", "schema/001.sql functions/a.sql"),
    "game": _stack("Rust", "bevy", "backend-engineer--rust"),
    "spring-react": _stack("Java, TypeScript, CSS", "spring-boot hibernate liquibase react junit jest", "backend-engineer--java frontend-engineer--react", "backend/src/main/java/A.java frontend/src/App.tsx frontend/src/List.tsx"),
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    stack: str
    task: str
    task_type: str
    risk: str
    complexity: str
    need: tuple[frozenset[str], ...]
    fine: frozenset[str]


def _row(line: str) -> Pair:
    stack, task, kind, need, fine = (part.strip() for part in line.split("|"))
    task_type, risk, complexity = kind.split()
    groups = tuple(frozenset(ROLES[role] for role in group.split("/")) for group in need.split("+"))
    roles = {ROLES[role] for role in fine.split()}
    if task_type not in ("documentation", "data-analysis", "investigation"):
        roles |= {"code-reviewer", "test-engineer"}
    if task_type == "bug-fix":
        roles.add("debugger")
    return Pair(stack, task, task_type, risk, complexity, groups, frozenset(roles).union(*groups))


def rows(text: str) -> list[Pair]:
    return [_row(line) for line in text.strip().splitlines() if line.strip() and not line.startswith("#")]


TUNED = rows("""
fastapi | Add request logging middleware to the FastAPI app | new-feature MEDIUM medium | be |
fastapi | Add rate limiting to the public API | new-feature MEDIUM medium | be | sr pe arch
fastapi | Fix 500 error when the email field is empty on POST /users | bug-fix LOW light | be |
fastapi | Add JWT authentication with refresh tokens | new-feature HIGH medium | be+sr | arch
fastapi | Add a nullable nickname column to the users table and expose it in the API | migration MEDIUM medium | be/db | be db
fastapi | Drop unused columns of the users table | migration HIGH medium | db | be aud sr
fastapi | Speed up the /search endpoint, it takes 3 seconds with 100k rows | performance MEDIUM medium | pe/be/db | be db pe
fastapi | Upgrade pydantic from v1 to v2 | dependency MEDIUM heavy | be | arch
fastapi | Add a GitHub Actions workflow that runs the tests on every pull request | ci MEDIUM light | do | be
fastapi | Write integration tests for the orders router | test LOW medium | te | be
fastapi | Document the authentication flow in the README | documentation LOW light | tw |
fastapi | Find out why memory grows until the worker is killed | investigation LOW medium | dbg/pe | be pe
fastapi | Integrate Stripe payments for subscriptions | new-feature HIGH heavy | be+sr | arch sme
fastapi | Containerize the service with a multi-stage Dockerfile | build MEDIUM medium | do | be sr
fastapi | Fix SQL injection in the report filter | security HIGH light | be+sr | db
django | Fix typo in the payment docs | documentation LOW light | tw |
django | Make the login page button aligned with the form on small screens | bug-fix LOW light | fe | be
django | Add CSV export of orders to the admin | new-feature MEDIUM medium | be | fe
django | Add two-factor authentication for staff users | new-feature HIGH medium | be+sr | fe arch
django | Move email sending into a Celery task | refactor MEDIUM medium | be | arch
django | Delete inactive accounts and all their data after 2 years | new-feature CRITICAL medium | be+aud | sr db sme arch
django | Add an index on orders.created_at | migration MEDIUM light | db/be | be pe
py-lib | Add support for custom retry strategies in Session | new-feature MEDIUM medium | be | arch
py-lib | Fix off-by-one error in chunked upload parsing | bug-fix LOW light | be |
py-lib | Add docstrings to the public functions in adapters.py | documentation LOW light | tw/be | be
py-lib | Drop support for Python 3.8 | maintenance MEDIUM medium | be | do tw
py-lib | Refactor the URL parser into its own module | refactor LOW medium | be | arch
py-lib | Release workflow that publishes to PyPI with trusted publishing | ci HIGH medium | do | sr
py-cli | Add a --json flag to the list command | new-feature LOW light | be |
py-cli | Show a progress bar while downloading | new-feature LOW light | be |
py-cli | Fix crash on Windows when the home directory contains spaces | bug-fix LOW light | be |
py-cli | Fix a typo in the error message of the init command | bug-fix LOW light | be | tw
py-tui | Fix focus order of the sidebar widget | bug-fix LOW light | be |
ml | Train a sentiment classifier on the reviews dataset | new-feature LOW medium | ds | de
ml | Fix data leakage between train and validation split | bug-fix MEDIUM medium | ds | be
ml | Serve the model behind a REST endpoint with batching | new-feature MEDIUM medium | be/ds | be ds do pe
ml | Compare LSTM and transformer accuracy on the held-out set | investigation LOW medium | ds | da arch
sklearn | Fix integer overflow in the sparse matrix sum | bug-fix MEDIUM medium | be | ds
sklearn | Add sample_weight support to the median estimator | new-feature MEDIUM medium | be/ds | be ds sme
notebooks | Analyze churn by cohort and plot retention | data-analysis LOW medium | da | ds
notebooks | Build a model that predicts next month's sales per store | data-analysis LOW medium | ds | da
notebooks | Which regions drove the revenue drop in Q3? | data-analysis LOW light | da |
airflow-dbt | Add an incremental dbt model for daily orders | new-feature MEDIUM medium | de | db da
airflow-dbt | Fix duplicate rows after a retried DAG run | bug-fix MEDIUM medium | de | db
airflow-dbt | Ingest the new CRM export into the warehouse | new-feature MEDIUM medium | de | sr
react | Add a dark mode toggle to the settings page | new-feature LOW medium | fe |
react | Fix the table not re-rendering after delete | bug-fix LOW light | fe |
react | Reduce bundle size of the main chunk | performance MEDIUM medium | fe/pe | fe pe
react | Make the date picker accessible with the keyboard | new-feature LOW medium | fe |
react | Add end-to-end tests for checkout with Playwright | test LOW medium | te | fe
react | Upgrade React from 17 to 19 | dependency MEDIUM heavy | fe | arch
react | Store the session token in an httpOnly cookie instead of localStorage | security HIGH medium | fe+sr | be
next | Add a blog page rendered from MDX | new-feature LOW medium | fe | tw
next | Add a Prisma model and API route for invoices | new-feature MEDIUM medium | be/fe/db | be fe db
next | Hydration mismatch on the pricing page | bug-fix LOW light | fe |
vue | Add form validation to the signup form | new-feature LOW medium | fe | sr be
vue | Migrate Vuex store to Pinia | refactor MEDIUM heavy | fe | arch
sveltekit | Add a loading skeleton to the card list | new-feature LOW light | fe |
sveltekit | Fix load function fetching the data twice | bug-fix LOW light | fe | be
angular | Convert the list component to signals | refactor LOW medium | fe |
angular | Bump angular to v18 | dependency MEDIUM medium | fe | do
express | Add cursor pagination to GET /orders | new-feature MEDIUM medium | be |
express | Race condition lets two users book the same seat | bug-fix HIGH medium | be | db sr
express | Add OpenAPI docs generated from the zod schemas | new-feature LOW medium | be | tw
express | Encrypt personal data at rest | security HIGH heavy | be+sr | db arch sme
express | Add role-based access control to the admin endpoints | new-feature HIGH medium | be+sr | arch
fullstack | Let users reset their password by email | new-feature HIGH medium | be+sr | fe
fullstack | Add a profile page with avatar upload | new-feature MEDIUM medium | fe+be | sr
fullstack | The dropdown closes when scrolling on mobile Safari | bug-fix LOW light | fe |
fullstack | Return 404 instead of 500 for unknown orders | bug-fix LOW light | be |
fullstack | Add server-side pagination to the orders table | new-feature MEDIUM medium | be | fe db
fullstack | docker-compose should start the database before the API | bug-fix LOW light | do | be
fullstack | Split the monolith into an orders service and a billing service | refactor HIGH heavy | arch+be | do db sr fe
nest-angular | Add a webhook endpoint for GitHub events | new-feature MEDIUM medium | be | sr
nest-angular | Show validation errors next to each field | new-feature LOW medium | fe | be
npm-lib | Add a deepMerge function | new-feature LOW light | be | tw
npm-lib | Publish ESM and CJS builds | build MEDIUM medium | be/do | be do
npm-lib | Fix prototype pollution in set() | security HIGH light | be+sr |
node-cli | Support reading the config from package.json | new-feature LOW light | be |
go-api | Add graceful shutdown | new-feature MEDIUM medium | be | do
go-api | Fix data race in the cache | bug-fix MEDIUM medium | be |
go-api | Add Prometheus metrics to every handler | new-feature MEDIUM medium | be/do | be do
go-cli | Add shell completion for zsh | new-feature LOW light | be |
go-cli | Add a goreleaser config and a release workflow | ci MEDIUM medium | do | be
tf-provider | Add support for tags to the bucket resource | new-feature MEDIUM medium | be | do
rust-cli | Replace regex matching with a hand-written lexer for speed | performance MEDIUM medium | be/pe | be pe arch
rust-cli | Respect NO_COLOR | new-feature LOW light | be |
axum | Add a health check endpoint and a Kubernetes deployment for it | new-feature MEDIUM medium | be+do | sr
spring | Calculate VAT per line item according to the EU rules | new-feature HIGH medium | be | sme sr arch
spring | Fix LazyInitializationException in the order export | bug-fix LOW medium | be | db
spring | Evaluate whether we should move from REST to gRPC | investigation LOW medium | arch | be pe
java-lib | Make the parser thread-safe | refactor MEDIUM medium | be | pe arch
ktor | Validate request bodies and return problem details | new-feature MEDIUM medium | be | sr
android | Add biometric login | new-feature HIGH medium | mob+sr | be
android | Fix crash on rotation in the detail screen | bug-fix LOW light | mob |
ios | Support dynamic type on the login screen | new-feature LOW medium | mob |
ios | App hangs at start when offline | bug-fix MEDIUM medium | mob | pe
flutter | Add pull-to-refresh to the home list | new-feature LOW light | mob |
flutter | Cache images offline | new-feature MEDIUM medium | mob | pe
react-native | Deep link opens the wrong screen on Android | bug-fix LOW medium | mob |
swift-pkg | Add a route that returns the user's todos | new-feature MEDIUM medium | be |
dotnet | Add soft delete to customers with a global query filter | new-feature MEDIUM medium | be/db | be db
dotnet | Rotate the signing key of the tokens without logging users out | security HIGH heavy | be+sr | arch do
wpf | Fix the button style in the settings window | bug-fix LOW light | be/fe | be fe
rails | Add a comments feature to posts with live updates | new-feature MEDIUM medium | be | fe db
rails | N+1 queries on the users index | performance MEDIUM light | be/pe/db | be pe db
laravel | Add an endpoint to cancel a subscription | new-feature MEDIUM medium | be | sr
wordpress | Escape the output of the shortcode attributes | security MEDIUM light | be+sr | fe
phoenix | Show online users in real time on the dashboard | new-feature MEDIUM medium | fe/be | fe be
c-lib | Fix heap buffer overflow in the header parser | security HIGH medium | be+sr |
c-lib | Add pkg-config file to the install target | build LOW light | be/do | be do
c-lib | Fix memory leak on the error path of parse_file() | bug-fix LOW light | be | sr
cpp-lib | Add a move constructor to Buffer | new-feature LOW light | be |
qt | Remember window size and position between sessions | new-feature LOW light | be/fe | be fe
scala | Replace the actor based scheduler by a stream | refactor MEDIUM heavy | be | arch
haskell | Add a streaming decoder | new-feature MEDIUM medium | be | arch pe
clojure | Return 422 with error details for invalid input | new-feature LOW medium | be |
nvim | Add a command to toggle the floating window | new-feature LOW light | be |
zig | Support gzip compressed input files | new-feature MEDIUM medium | be |
shell | Make the installer idempotent | refactor LOW medium | be/do | be do
dart-pkg | Add null safety to the tokenizer | refactor MEDIUM medium | be |
terraform | Add an optional KMS key to the S3 bucket module | new-feature MEDIUM medium | do | sr
terraform | Upgrade the AWS provider to v6 | dependency MEDIUM medium | do |
terraform | Destroy and recreate the production RDS instance with encryption | migration CRITICAL heavy | do/db+aud | do db sr arch
helm | Make the number of replicas configurable | new-feature LOW light | do |
ansible | Add a role that hardens SSH | security MEDIUM medium | do+sr |
docs | Fix broken links in the guide | documentation LOW light | tw |
docs | Translate the getting started guide to German | documentation LOW medium | tw | sme
static-site | Make the navigation responsive | new-feature LOW light | fe |
sql | Partition the events table by month | migration HIGH heavy | db | arch aud pe de
game | Add gamepad support to the menu | new-feature LOW medium | be | fe
spring-react | Add a search bar with autocomplete to the product list | new-feature MEDIUM medium | fe | be pe
spring-react | Round invoice totals half-even | bug-fix HIGH light | be | sme sr fe
fullstack | 在设置页面添加深色模式按钮 | new-feature LOW medium | fe |
fastapi | 修复登录接口返回500的问题 | bug-fix MEDIUM light | be | sr
fastapi | ユーザーテーブルに電話番号カラムを追加する | migration MEDIUM medium | be/db | be db
react | 로그인 화면의 버튼 정렬을 수정 | bug-fix LOW light | fe |
rails | Corregir la traducción de la página de inicio | bug-fix LOW light | fe/tw/be | fe tw be
spring | Schreibe Unit-Tests für den Rechnungsservice | test LOW medium | te | be
express | Ajouter une limite de requêtes par utilisateur | new-feature MEDIUM medium | be | sr
django | Adicionar testes para o carrinho de compras | test LOW medium | te | be
py-lib | Security audit of the cookie handling | security MEDIUM medium | sr | be
express | Review the payment module for vulnerabilities | investigation LOW medium | sr | cr
fastapi | Create a specialist agent for our billing domain | new-feature LOW light | tb | sme
""")

STACKS.update({
    "r-pkg": _stack("R, C++", "testthat rcpp"),
    "julia": _stack("Julia", "dataframes"),
    "ocaml": _stack("OCaml", "dream alcotest"),
    "perl": _stack("Perl", "mojolicious test-more"),
    "monorepo": _stack("TypeScript, Go, HCL, CSS", "react next express gin aws turbo jest", "backend-engineer--go backend-engineer--node frontend-engineer--react devops-engineer devops-engineer--terraform", "apps/web/src/A.tsx apps/web/src/B.tsx services/billing/main.go services/gateway/src/index.ts infra/main.tf"),
    "electron": _stack("TypeScript, CSS, HTML", "electron react vite jest", "frontend-engineer--react backend-engineer--node", "src/renderer/App.tsx src/renderer/B.tsx src/main/index.ts src/renderer/app.css"),
    "flask-ml": _stack("Python, Jupyter Notebook, HTML", "flask scikit-learn pandas pytest", "backend-engineer--python frontend-engineer", "app.py templates/index.html notebooks/train.ipynb model.pkl"),
    "embedded": _stack("C, Assembly, Makefile", "", "backend-engineer--c", "drivers/uart.c kernel/sched.c include/uart.h"),
    "vanilla-py": _stack("Python", "", "backend-engineer--python", "main.py test_main.py"),
    "kmp": _stack("Kotlin, Swift", "kotlin-multiplatform ktor jetpack-compose", "mobile-engineer--kotlin mobile-engineer--swift", "composeApp/src/androidMain/AndroidManifest.xml iosApp/iosApp.xcodeproj/project.pbxproj"),
    "rn-api": _stack("TypeScript, Kotlin", "react-native expo nestjs prisma jest", "mobile-engineer--react-native backend-engineer--node", "mobile/App.tsx mobile/src/Home.tsx api/src/main.ts api/prisma/schema.prisma"),
    "jekyll": _stack("HTML, SCSS, Ruby", "jekyll", "frontend-engineer backend-engineer--ruby", "_layouts/default.html _includes/nav.html _sass/main.scss _posts/2024-01-01-a.md"),
})  # fmt: skip

# A second set, written as a whole before it was scored once, and never used to change a rule.
FRESH = rows("""
fastapi | Requests to /export sometimes hang forever when the client disconnects | bug-fix MEDIUM medium | be/dbg | be pe
fastapi | Add a test mode so that webhooks can be replayed locally | new-feature MEDIUM medium | be | sr
fastapi | Write a migration guide from v1 to v2 of the API | documentation LOW medium | tw | be
django | Add model Author with name and birth date and register it in the admin | new-feature MEDIUM light | be | db
django | Replace django-allauth by our own SSO against Keycloak | security HIGH heavy | be+sr | arch fe
django | Anonymise the IP addresses we store in access logs after 30 days | new-feature HIGH medium | be | sr sme db aud do
py-lib | Why does importing the package take 800 ms? | investigation LOW light | pe/dbg | be
py-lib | Add type hints to utils.py | refactor LOW light | be |
py-lib | Tests fail on Python 3.13 because of the removed cgi module | bug-fix LOW light | be/te | be do
py-cli | Add a command that converts notebooks to scripts | new-feature LOW medium | be |
py-cli | Rewrite the config loader to support TOML and keep the INI format working | refactor MEDIUM medium | be | arch
ml | Validation loss goes NaN after the first epoch with mixed precision | bug-fix LOW medium | ds/dbg | be ds pe
ml | Track experiments with MLflow | new-feature LOW medium | ds/be | be de do
sklearn | Document the shape of the attributes of KMeans | documentation LOW light | tw | ds
notebooks | Is the difference in click-through rate between variant A and B significant? | data-analysis LOW medium | da/ds | ds da
airflow-dbt | The nightly load missed late-arriving events; make it reprocess the last three days | bug-fix MEDIUM medium | de | db
airflow-dbt | Run dbt tests in GitHub Actions on pull requests | ci MEDIUM light | do/de | de
react | Extract the API client into a hook and add optimistic updates | refactor MEDIUM medium | fe | arch
react | Add German translations | new-feature LOW light | fe/tw | tw
react | Users report that the checkout button does nothing in Firefox | bug-fix LOW medium | fe/dbg |
next | Rate limit the contact form endpoint | new-feature MEDIUM light | be/fe | be fe sr
next | Add Sentry error tracking | new-feature MEDIUM light | fe/be/do | fe be do sr
vue | Charts flicker when the window is resized | bug-fix LOW light | fe | pe
nest-angular | Only managers may approve expense reports | new-feature HIGH medium | be+sr | fe arch
nest-angular | Replace moment.js by date-fns in the web app | dependency LOW medium | fe | be
express | Move sessions from memory to Redis | refactor MEDIUM medium | be | do sr arch
express | Our staging certificate expires; automate renewal with certbot in the nginx container | maintenance MEDIUM medium | do | sr
fullstack | Show the last login time in the user menu | new-feature LOW medium | fe | be db
fullstack | Add an endpoint that returns the audit trail of a document | new-feature MEDIUM medium | be | sr db
fullstack | Store amounts as integer cents instead of floats | migration HIGH heavy | db/be | db be fe arch sme sr
monorepo | Add retries with backoff to the Go billing client | new-feature MEDIUM medium | be | pe
monorepo | Create an SQS queue for invoices | new-feature MEDIUM medium | do | be sr
monorepo | Sticky header overlaps the cookie banner | bug-fix LOW light | fe |
electron | Add auto update | new-feature HIGH medium | be/fe | be fe sr do
flask-ml | The prediction form should accept CSV upload | new-feature MEDIUM medium | fe/be | be fe ds sr
flask-ml | Retrain the model monthly and keep the last three versions | new-feature MEDIUM medium | ds/do/de | ds be do de
go-api | p99 latency doubled after the last release, find the reason | investigation LOW medium | pe/dbg | be
go-api | Propagate the request id through all log lines | new-feature LOW medium | be |
go-cli | Verify the checksum and signature of downloaded plugins | security HIGH medium | be+sr |
tf-provider | Acceptance tests for the network resource | test LOW medium | te | be do
rust-cli | Bump clap to 4.5 and fix the deprecations | dependency LOW light | be |
rust-cli | unsafe slice access in the mmap reader can read out of bounds | security HIGH medium | be+sr |
spring | Replace Log4j 1 with Logback because of CVE-2019-17571 | security HIGH medium | be+sr | do
spring | Introduce a plugin system for payment providers | new-feature HIGH heavy | arch+be | sr sme
android | Show a notification when the download finishes | new-feature LOW medium | mob |
ios | Migrate the settings screen from UIKit to SwiftUI | refactor MEDIUM medium | mob | arch
kmp | Share the cart logic between iOS and Android | refactor MEDIUM heavy | mob | arch be
rn-api | Push notification when an order ships | new-feature MEDIUM medium | mob+be | sr
flutter | App is rejected because the privacy manifest is missing | bug-fix MEDIUM medium | mob | sr
dotnet | Return ProblemDetails for validation errors | new-feature LOW light | be |
rails | Users should be able to export and delete their personal data (GDPR) | new-feature HIGH heavy | be+sr | fe sme arch db aud
laravel | Queue the invoice PDF generation | new-feature MEDIUM medium | be |
wordpress | Add a Gutenberg block for opening hours | new-feature LOW medium | fe/be | fe be
c-lib | make check fails with -O3 on aarch64 | bug-fix LOW medium | be/dbg |
embedded | Add a driver for the BME280 sensor over I2C | new-feature MEDIUM medium | be | sme arch
cpp-lib | Benchmark the hash map against absl::flat_hash_map | performance LOW medium | pe | be
haskell | Parse errors should carry line and column | new-feature LOW medium | be |
nvim | Config option to disable the default keymaps | new-feature LOW light | be |
terraform | Give the CI role read-only access to the state bucket | security HIGH medium | do+sr |
helm | Pods are killed with OOM after the memory limit change | bug-fix MEDIUM medium | do | pe
docs | Explain how to configure single sign-on | documentation LOW medium | tw | sr sme
jekyll | Add an RSS feed and a tag page | new-feature LOW medium | fe | be tw
r-pkg | Vectorise the rolling mean | performance LOW medium | pe/be | be pe ds
ocaml | Add a /metrics route | new-feature LOW light | be | do
perl | Fix wide character warning when printing JSON | bug-fix LOW light | be |
vanilla-py | Turn the script into an installable package | build LOW medium | be/do | be do
sql | Write a function that returns the balance of an account at a date | new-feature MEDIUM medium | db | sme be
fullstack | ユーザーがプロフィール画像を変更できるようにする | new-feature MEDIUM medium | fe+be | sr
go-api | 주문 목록 API에 페이지네이션 추가 | new-feature MEDIUM medium | be |
spring | 优化订单查询,列表页面加载太慢 | performance MEDIUM medium | pe/be/db | pe be db fe
react | El menú no se cierra al pulsar fuera | bug-fix LOW light | fe |
express | Passwort-Hashing von SHA-1 auf Argon2 umstellen | security HIGH medium | be+sr | db
""")
