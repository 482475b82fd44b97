"""The language a task is written in."""

from __future__ import annotations

import pytest

from agent_baton.planner.understand.language import fold, language_of


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Add support for 日本語 in the search box"),
        ("en", "README"),
        ("en", "clarify nullable coercion behavior with primitive types"),
        ("en", "Schema error formatter type"),
        ("en", "ignore fetch node info error"),
        ("en", "Add German (de) translation"),
        ("zh", "修复 login bug"),
        ("zh", "把 README 里的 typo 改掉"),
        ("zh", "给 `UserService.create` 加上缓存"),
        ("ja", "`parse_date` のテストを追加"),
        ("ja", "READMEを更新"),
        ("ko", "`auth.ts` 버그 수정"),
        ("es", "Corregir error de login"),
        ("es", "Eliminar código muerto en src/app/main.py"),
        ("es", "¿Por qué falla el despliegue?"),
        ("de", "Tests für das Bezahlmodul schreiben"),
        ("de", "Login-Fehler beheben"),
        ("fr", "Ajouter des tests"),
        ("fr", "Mettre à jour la doc"),
        ("fr", "Désactiver la vérification de signature"),
        ("fr", "Modifier la logique de remboursement"),
        ("en", "Modifier keys do nothing on Linux"),
        ("de", "Standortverlauf anpassen"),
        ("pt", "Desativar o alerta de alergia"),
        ("pt", "Corrigir bug no login"),
        ("pt", "Atualizar documentação da API"),
        ("it", "Aggiungere i test per il carrello"),
        ("ru", "Исправить ошибку входа"),
    ],
)
def test_the_language_shows(language: str, text: str) -> None:
    """Script and small words decide; names of code do not count."""
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Füge", "fuge"), ("Straße", "strasse"), ("Ação", "acao"), ("수정", "수정"), ("バグ", "バグ")],
)
def test_folding_spares_other_scripts(text: str, folded: str) -> None:
    """Accents go, Korean syllables and Japanese voicing stay: the tables are written that way."""
    assert fold(text) == folded
