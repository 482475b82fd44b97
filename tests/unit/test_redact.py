"""Secrets go, the rest stays. Tokens are put together here: no scanner shall take this file for a leak."""

from __future__ import annotations

import base64
import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.cli.secret_signs import may_hold_secrets
from agent_baton.redact import TOKENS as RULES
from agent_baton.redact import redact, without_addresses

ALNUM = string.ascii_lowercase + string.digits + string.ascii_uppercase
HEX = hashlib.sha256(b"x").hexdigest()


def chars(count: int, alphabet: str = ALNUM) -> str:
    return (alphabet * (count // len(alphabet) + 1))[:count]


JWT = "eyJ" + chars(20) + ".eyJ" + chars(60) + "." + chars(43)
KEY_BLOCK = (
    "-----BEGIN " + "RSA PRIVATE KEY-----\n" + f"{chars(64)}\n" * 12 + "-----END " + "RSA PRIVATE KEY-----"
)
TOKENS = {
    "aws-key-id": "AKIA" + "ABCDEFGHIJ234567",
    "gcp-api-key": "AIza" + chars(35),
    "gcp-oauth-token": "ya29." + chars(60),
    "gcp-client-secret": "GOCSPX-" + chars(28),
    "azure-client-secret": "abC8Q~" + chars(34),
    "github-token": "ghp_" + chars(36),
    "github-token, fine-grained": "github_pat_" + chars(82),
    "gitlab-token": "glpat-" + chars(20),
    "slack-token": "xoxb-" + "1234567890-" + chars(24),
    "slack-webhook": "https://hooks.slack.com/services/T0AAAAAAA/B0AAAAAAA/" + chars(24),
    "discord-webhook": "https://discord.com/api/webhooks/123456789012/" + chars(68),
    "stripe-key": "sk_live_" + chars(24),
    "stripe-webhook": "whsec_" + chars(32),
    "npm-token": "npm_" + chars(36),
    "pypi-token": "pypi-" + chars(150),
    "anthropic-key": "sk-ant-api03-" + chars(90),
    "openai-key": "sk-proj-" + chars(80),
    "openai-key, old": "sk-" + chars(48),
    "openrouter-key": "sk-or-v1-" + HEX,
    "huggingface-token": "hf_" + chars(34, string.ascii_letters),
    "sendgrid-key": "SG." + chars(22) + "." + chars(43),
    "digitalocean-token": "dop_v1_" + HEX,
    "databricks-token": "dapi" + HEX[:32],
    "vault-token": "hvs." + chars(90),
    "telegram-token": "123456789:AA" + chars(33),
    "linear-key": "lin_api_" + chars(40),
    "jwt": JWT,
}
KEYED = [
    ("password=hunter22", "password=[redacted:password]"),
    ('"db_password": "correct horse"', '"db_password": "[redacted:password]"'),
    ("DB_PASSWORD: hunter22", "DB_PASSWORD: [redacted:password]"),
    ("PGPASSWORD='s3cr3t!'", "PGPASSWORD='[redacted:password]'"),
    ("password: sekrit", "password: [redacted:password]"),
    ("login --password=sekrit now", "login --password=[redacted:password] now"),
    ("passphrase => tr0ub4dor", "passphrase => [redacted:passphrase]"),
    (
        "aws_secret_access_key = wJalrXUtnFEMI7MDENGbPxRfiCYEXAMPLEKEY1",
        "aws_secret_access_key = [redacted:secret]",
    ),
    ("API_KEY=0a1b2c3d4e5f60718293", "API_KEY=[redacted:api_key]"),
    ("token: 8f14e45fceea167a5a36dedd4bea2543", "token: [redacted:token]"),
    ("access-token='Zm9vYmFyMTIzNDU2Nzg5'", "access-token='[redacted:token]'"),
    ("https://x/y?api_key=0a1b2c3d4e5f6071&b=1", "https://x/y?api_key=[redacted:api_key]&b=1"),
    ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [redacted:authorization]"),
    ("'authorization': 'Bearer abc123def456ghi7'", "'authorization': 'Bearer [redacted:authorization]'"),
    ("curl -H 'X-Api-Key: 9f8e7d6c5b4a3f2e'", "curl -H 'X-Api-Key: [redacted:x-api-key]'"),
    ("using bearer abcDEF0123456789xyz", "using bearer [redacted:bearer]"),
    ("postgres://app:s3cr3t@db:5432/x", "postgres://app:[redacted:password]@db:5432/x"),
    ("redis://:s3cr3t@cache", "redis://:[redacted:password]@cache"),
    (
        "git clone https://x-token:abc123@host/r.git",
        "git clone https://x-token:[redacted:password]@host/r.git",
    ),
]
MORE_TOKENS = {  # the other shapes the rules know
    "abia-key-id": "ABIA" + "ABCDEFGHIJ234567",
    "acca-key-id": "ACCA" + "ABCDEFGHIJ234567",
    "asia-key-id": "ASIA" + "ABCDEFGHIJ234567",
    **{
        f"gitlab {kind}": f"gl{kind}-" + chars(20)
        for kind in ("dt", "rt", "cbt", "ptt", "ft", "soat", "agent", "oas")
    },
    **{f"github {kind}": f"gh{kind}_" + chars(36) for kind in "ousr"},
    "slack-app": "xapp-1-" + chars(30),
    "slack-webhook, bare": "hooks.slack.com/workflows/" + chars(40),
    "discord-webhook, bare": "discordapp.com/api/webhooks/123456789012/" + chars(68),
    "stripe test": "rk_test_" + chars(24),
    "rubygems-key": "rubygems_" + HEX[:48],
    "cargo-token": "cio" + chars(32),
    "twilio-key": "SK" + HEX[:32],
    "vault batch": "hvb." + chars(90),
    "vault recovery": "hvr." + chars(90),
    "age-key": "AGE-SECRET-KEY-1" + chars(58, string.ascii_uppercase + string.digits),
    "linear oauth": "lin_oauth_" + chars(40),
}
HARMLESS = [
    "commit 8f14e45fceea167a5a36dedd4bea2543b9c1d2e3",
    "HEAD is now at 8f14e45 Fix token parser",
    f"sha256:{HEX}",
    f'"integrity": "sha512-{base64.b64encode(bytes(range(64))).decode()}"',
    f"checksum = \"{HEX}\"",
    "id: 123e4567-e89b-42d3-a456-426614174000",
    "src='data:image/png;base64," + base64.b64encode(bytes(range(256)) * 8).decode() + "'",
    "def login(password: str, token: str | None = None) -> Token:",
    "password=None, secret=False, token=null, api_key=true",
    "password: SecretStr('****') secret: SecretBytes",
    "key_password=key_password, password = Prompt.ask('Password: ')",
    "username, password = prefix.split(':', 1)",
    "self.password = config['password']",
    "password = hide2(x)",
    "https://user:pass@host/",
    "assert user.password == expected_password",
    "E   TypeError: missing required argument: 'token'",
    "SyntaxError: unexpected token: '}'",
    "max_tokens: 4096, total_tokens=128000, token_count=77",
    "input tokens: 15234567890",
    "secrets: ${{ secrets.DEPLOY_KEY }} token: $GITHUB_TOKEN password=<password> password: ****",
    "password = os.environ['DB_PASSWORD']",
    "self.token = self.next_token()",
    "token: tokenizer.Token",
    "token = getAccessTokenFromRequestHeaders",
    "api_key: your-api-key-here",
    "https://example.com:8080/path?x=1@2",
    "ssh://git@github.com:22/a/b.git",
    "keyboard=qwertyuiop1234567 monkey=banana12345",
    "sk-learn sk-SK AKIA ghp_ eyJ",
    "the bearer of bad news-and-more-of-it",
    "-----BEGIN " + "PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "authorization: required",
    "cookie: missing",
    "2024-05-01T10:11:12.345Z INFO token expired",
]  # fmt: skip


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("around", ["{}", "key {} end", '"{}"', "X={}\n", "({}),", "https://h/?k={}&b"])
def test_a_token_that_says_what_it_is_goes(kind: str, around: str) -> None:
    """Every kind of token is replaced by its kind's name wherever it stands; the text around it stays."""
    clean = redact(around.format(TOKENS[kind]))
    assert TOKENS[kind][-12:] not in clean
    assert f"[redacted:{kind.split(',')[0]}]" in clean
    assert clean.startswith(around.partition("{}")[0])


@pytest.mark.parametrize(("text", "clean"), KEYED)
def test_a_value_behind_a_word_goes_the_word_stays(text: str, clean: str) -> None:
    """What was secret can still be seen, not its value."""
    assert redact(text) == clean


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_not_a_secret_stays(text: str) -> None:
    """Hashes, ids, pictures, code and placeholders are left alone: an output must stay readable."""
    assert redact(text) == text


def test_a_private_key_goes_whole() -> None:
    """The block with its markers; text before and after stays."""
    assert redact(f"a\n{KEY_BLOCK}\nb") == "a\n[redacted:private-key]\nb"
    assert redact(KEY_BLOCK.replace("\n", "\\n")) == "[redacted:private-key]"


def test_a_private_key_cut_off_in_the_middle_goes_too() -> None:
    """Output that was cut has no end marker; what follows is not swallowed."""
    cut = KEY_BLOCK[: KEY_BLOCK.index("-----END")]
    assert redact(f"a\n{cut}\nthen it failed: 3 tests") == "a\n[redacted:private-key]then it failed: 3 tests"


def test_several_secrets_on_one_line_go() -> None:
    """One does not shield the next."""
    clean = redact(f"{TOKENS['github-token']} {TOKENS['jwt']} password=hunter22 {TOKENS['npm-token']}")
    assert clean == "[redacted:github-token] [redacted:jwt] password=[redacted:password] [redacted:npm-token]"


@given(
    st.lists(
        st.sampled_from([*TOKENS.values(), *HARMLESS, *(k for k, _ in KEYED), "\n", " ", ","]), max_size=8
    )
)
def test_redacting_twice_changes_nothing(parts: list[str]) -> None:
    """Stored text may be redacted again on its way out."""
    once = redact(" ".join(parts))
    assert redact(once) == once


@pytest.mark.parametrize(
    "bait",
    [
        "password",
        "password=",
        "a",
        "A:",
        "token ",
        "eyJ",
        "eyJ.",
        "-----BEGIN PRIVATE KEY-----",
        "://a:",
        "bearer ",
        "sk-",
        "'\"",
    ],
)
def test_time_is_linear_in_hostile_text(bait: str) -> None:
    """A megabyte of the worst prefix is read in bounded time (the suite's timeout would tell)."""
    assert isinstance(redact(bait * (1_000_000 // len(bait))), str)


@pytest.mark.parametrize(
    "text", [*TOKENS.values(), *MORE_TOKENS.values(), KEY_BLOCK, *(text for text, _ in KEYED)]
)
def test_the_quick_look_misses_nothing(text: str) -> None:
    """A hot command loads the rules only for a text that could hold a secret: whatever they would change is such a text."""
    assert redact(text) != text
    assert may_hold_secrets(text)


def test_every_rule_has_an_example() -> None:
    """A kind of token that is added to the rules is added to the quick look as well."""
    texts = [*TOKENS.values(), *MORE_TOKENS.values()]
    assert [rule.name for rule in RULES if not any(rule.pattern.search(text) for text in texts)] == []
    unseen = {hint for rule in RULES for hint in rule.hints if not any(hint in text for text in texts)}
    assert unseen == set()


@pytest.mark.parametrize(
    "text", ["all tests pass", "wrote shop.py and its test; 12 passed in 0.3s", "fixed the sum of the total"]
)
def test_the_quick_look_lets_ordinary_outcomes_pass(text: str) -> None:
    """Else every outcome would pay for loading the rules."""
    assert not may_hold_secrets(text)


@pytest.mark.parametrize(
    "text",
    ["ask {}", "<{}>", "mailto:{},", "Jane Roe ({})", "{}", "reply to {}.", "a;{};b", "&lt;{}&gt;", "x={}\n"],
)
@pytest.mark.parametrize(
    "address", ["jane.roe@corp.example", "j+x_1@163.com", "a@b.co.uk", "jörg@corp.example"]
)
def test_addresses_of_people_go(text: str, address: str) -> None:
    """Whatever stands round them, and nothing of what does."""
    gone = without_addresses(text.format(address))
    assert gone == text.format("[redacted:e-mail]") == without_addresses(gone)


@pytest.mark.parametrize(
    "text",
    [
        "git@github.com:a/b.git", "img/icon@2x.png", "left-pad@1.3.0", "@pytest.fixture", "a @ b", "user@host", "npm:@scope/pkg@latest",
        "a@b@c.example", "@" * 100_000, "a." * 100_000, "a@" + "b." * 100_000,
    ],
    ids=range(11),
)  # fmt: skip
def test_what_only_looks_like_an_address_stays(text: str) -> None:
    assert without_addresses(text) == text
