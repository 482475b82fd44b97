"""Risk: what is done to what, where and how finally; not which words occur."""

from __future__ import annotations

import pytest

from agent_baton.planner.understand import risk_weights
from agent_baton.planner.understand.risk import assess


def level(text: str, task_type: str = "") -> str:
    return assess(text, task_type, None)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fix a typo in the payment docs", "LOW"),
        ("Delete the unused import in auth/middleware.py", "LOW"),
        ("Split the render function of the map into smaller ones without changing behaviour", "LOW"),
        ("Write integration tests for the shipping calculator", "LOW"),
        ("Replace the message broker RabbitMQ with NATS in the local docker-compose", "MEDIUM"),
        ("Award bonus coins to the player for finishing a level", "MEDIUM"),
        ("Make the parser accept trailing commas", "MEDIUM"),
        ("Bump the minimum supported Android SDK to 26", "MEDIUM"),
        ("Drop the unused columns of the users table", "HIGH"),
        ("Escape the search term so that it cannot inject SQL", "HIGH"),
        ("Rename a field in the v1 API that partners use", "HIGH"),
        ("Track the position of couriers during their shift", "HIGH"),
        ("Wipe the audit log before the inspection", "CRITICAL"),
    ],
)
def test_the_act_decides_and_not_the_word(text: str, expected: str) -> None:
    """A weighty word in a harmless act is harmless, and a harmless word in a weighty act is not."""
    assert level(text) == expected


def test_what_goes_wrong_is_not_what_is_asked_for() -> None:
    """Telling a fault and asking to mend it is no wish to switch a protection off."""
    assert level("The check lets two withdrawals through; fix it") == "HIGH"
    assert level("Let withdrawals through without a check") == "CRITICAL"


@pytest.mark.parametrize(
    "text",
    [
        "Give every user administrator rights",
        "Give all users administrator rights",
        "Gib allen Benutzern Administratorrechte",
    ],
)
def test_each_of_many_is_many(text: str) -> None:
    """ "Every user" is as many as "all users", in whatever words and language."""
    assert level(text) == "CRITICAL"


def test_an_act_said_in_two_halves_is_one() -> None:
    """German verbs come apart: "schalte … ab" switches off however much stands between."""
    assert level("Schalte die Zwei-Faktor-Anmeldung für alle Nutzer ab") == "CRITICAL"


def test_restoring_over_what_is_there_destroys_it() -> None:
    """What the dump does not hold is lost."""
    assert level("Restore last week's dump over the production database") == "CRITICAL"


def test_a_dead_flag_is_no_money_because_of_its_name() -> None:
    """A name in code that nothing uses any more says nothing about what runs."""
    assert level("Remove the dead feature flag `new_checkout_banner`") in ("LOW", "MEDIUM")
    assert level("Change the `new_checkout` flow to charge twice a month") == "HIGH"


@pytest.mark.parametrize(
    ("text", "task_type"),
    [
        ("Send a weekly digest of unread comments", "documentation"),
        ("Return 404 in place of 403 for hidden boards", "documentation"),
        ("Compute the checksum of downloaded tiles", "test"),
    ],
)
def test_a_guessed_type_alone_calms_nothing(text: str, task_type: str) -> None:
    """The type of a task is a guess: unless the words speak of documents or tests too, it does not make it LOW."""
    assert level(text, task_type) != "LOW"


@pytest.mark.parametrize(
    "text",
    [
        "Explain plan shows a slow query: drop the unique constraint on payments",
        "Remove the auth check the tests complain about",
        "Snapshot tests of production data: dump the customers table into the fixtures",
        "List all users' e-mail addresses in the admin export",
        "Move the screenshots of passports to a private bucket",
        "Fix a typo in the IAM policy",
        "给普通员工开放查看工资单的权限",
    ],
)
def test_a_quiet_word_covers_only_its_own_act(text: str) -> None:
    """Documents, tests, questions and spelling calm what is done to them, not what is done beside them."""
    assert level(text) in ("HIGH", "CRITICAL")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Have the deploy script ignore failing health checks", "CRITICAL"),
        ("Skip the smoke tests before the rollout", "CRITICAL"),
        ("Skip the flaky smoke test on Windows", "LOW"),
        ("Ignore health checks in the request metrics", "MEDIUM"),
    ],
)
def test_a_release_that_nothing_can_stop(text: str, expected: str) -> None:
    """What would stop a bad release is a protection where something is released, and an ordinary check elsewhere."""
    assert level(text) == expected


def test_a_job_that_removes_people_is_no_button_for_them() -> None:
    """ "Let users delete X" is theirs to do; "let the nightly job remove people" is done to them."""
    assert level("Let readers delete their bookmarks") == "MEDIUM"
    assert level("Let the nightly job remove people who have not logged in for a year") in (
        "HIGH",
        "CRITICAL",
    )


@pytest.mark.parametrize(
    "text",
    ["Reduce allocations when logging errors", "Parser throws on empty topics", "Add github actions badges"],
)
def test_a_false_friend_makes_no_sentence_foreign(text: str) -> None:
    """English without its small words stays English, and how a thing is, is not what is done to it."""
    assert level(text) in ("LOW", "MEDIUM")


@pytest.mark.parametrize(
    ("text", "expected", "name"),
    [
        ("Overwrite both offsite copies with today's empty set", "CRITICAL", "weighs-more"),
        ("Credit the customer when a parcel is late", "HIGH", "weighs-more"),
        ("Show the renewal date on the subscription page", "MEDIUM", "weighs-less"),
        ("The doc page on roaming charges links to a 404", "LOW", "weighs-less"),
    ],
)
def test_a_verdict_other_than_that_of_the_rules_names_the_words_that_weighed_most(
    text: str, expected: str, name: str
) -> None:
    """Nobody is told a level without the words of the task that it rests on, and what the rules said stays beside it."""
    verdict, (weighed, *ruled) = assess(text, "", None)
    assert (verdict, weighed.name, weighed.weight) == (expected, name, expected)
    assert weighed.words
    assert all(word in text for word in weighed.words.split(" … "))
    assert ruled


def test_a_long_text_goes_by_the_rules() -> None:
    """The weights were learned from sentences; a page is not rated by them."""
    page = (
        "Wipe the audit log before the inspection.\n" + "The office opens at nine and closes at five.\n" * 20
    )
    verdict, signals = assess(page, "", None)
    assert verdict == "CRITICAL"
    assert not any(signal.name.startswith("weighs-") for signal in signals)


def test_every_line_of_the_weights_is_a_feature_that_a_text_can_have() -> None:
    """The table can be read, and searched: sorted lines with a kind, what it is, and a whole number for each step."""
    lines = risk_weights.TABLE_FILE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert rows[0][0] == risk_weights.BIAS
    assert [name for name, _ in rows] == sorted(name for name, _ in rows)
    for name, weights in rows:
        assert name[0] in risk_weights.KINDS + risk_weights.BIAS
        assert len(list(map(int, weights.split(" ")))) == risk_weights.STEPS


@pytest.mark.parametrize(
    ("typo", "drop"),
    [
        ("Fix a typo in the payment docs", "Drop unused columns of users"),
        ("修正支付文档中的错别字", "删除users表中未使用的列"),
        ("決済ドキュメントの誤字を直す", "usersテーブルの未使用カラムを削除する"),
        ("결제 문서의 오타 수정", "users 테이블의 사용하지 않는 컬럼 삭제"),
        ("Corregir una errata en la documentación de pagos", "Eliminar las columnas no utilizadas de la tabla users"),
        ("Tippfehler in der Zahlungsdokumentation beheben", "Unbenutzte Spalten der Tabelle users löschen"),
        ("Corriger une faute de frappe dans la documentation des paiements", "Supprimer les colonnes inutilisées de la table users"),
        ("Corrigir erro de digitação na documentação de pagamentos", "Remover colunas não usadas da tabela users"),
    ],
)  # fmt: skip
def test_what_is_promised_holds_in_every_language(typo: str, drop: str) -> None:
    """A typo in the payment docs is LOW and dropping unused columns of users is HIGH, whoever asks."""
    assert (level(typo), level(drop)) == ("LOW", "HIGH")
