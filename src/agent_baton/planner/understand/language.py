"""Which natural language a task is written in: by its script, else by the small words that give it away."""

from __future__ import annotations

import re
import unicodedata

from agent_baton.patterns import lazy

READ_CHARS = 4_000
SURE = 2.0  # points a language needs to be taken for something else than English
SURE_WITH_ACCENTS = 1.0
SPELLING = 2.5  # points of a telling spelling; a small word has one, a long one two
LONG = 6  # letters from which a word is hardly ever an accident
_CODE = lazy(r"`[^`\n]{0,200}`|[!-~]{0,80}[/_][!-~]{1,80}|[\w-]{1,80}\.[A-Za-z]{1,5}\b")
_KANA = lazy(r"[\u3041-\u30ff\u31f0-\u31ff]")
_HAN = lazy(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_HANGUL = lazy(r"[\uac00-\ud7af\u1100-\u11ff]+")
_SIGN = lazy(r"[\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_ACCENT = lazy("[à-öø-ÿßœ]", re.IGNORECASE)
_WORD = lazy(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_WORD_ALONE = lazy(r"(?<![\w-])[^\W\d_]+(?![\w-])")
# Scripts that one of the languages we know stands for.
_LETTERS = {"ru": "\u0400-\u04ff", "el": "\u0370-\u03ff", "ar": "\u0600-\u06ff", "he": "\u0590-\u05ff", "hi": "\u0900-\u097f",
            "th": "\u0e00-\u0e7f"}  # fmt: skip
_SCRIPTS = tuple((language, lazy(f"[{letters}]")) for language, letters in _LETTERS.items())

# Small words and the verbs that tasks begin with, without accents. A word of several languages counts in each.
_MARKS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the a an of to and for with from is are be that this when all into on by it its our we you in at or"
        " not add fix remove update make change use write create delete implement show support drop rename let"
        " move improve refactor upgrade test document investigate why how what does should so if as",
        "es": "el la los las de del y en para con un una al que por sin como se su sus esta este cada cuando no"
        " anadir anade agregar agrega corregir corrige arreglar arregla actualizar actualiza eliminar elimina"
        " crear crea mejorar mejora cambiar escribir escribe investigar pruebas fallo desactivar desactiva quitar"
        " revisar permitir permite mostrar enviar guardar borrar borra renombrar",
        "pt": "o a os as de do da dos das e em para com um uma ao no na nos nas que por sem nao ou como quando se"
        " adicionar adiciona adicione corrigir corrija corrige atualizar atualize remover remova criar crie"
        " melhorar melhore escrever escreva investigar testes falha desativar desative pular alterar altere ajustar"
        " ajuste permitir mostrar enviar excluir apagar",
        "de": "der die das den dem des und in fur mit ein eine einen einer eines im zum zur auf bei von nicht alle"
        " ist wie wenn durch aus uber nach warum beim behebe behebt beheben fuge hinzu hinzufugen entferne"
        " entfernen aktualisiere aktualisieren schreibe schreiben verbessere verbessern fehler erstelle anpassen"
        " abschalten deaktivieren umbenennen umstellen verschieben loschen ersetzen erweitern ermoglichen anzeigen"
        " sperren freigeben reparieren",
        "fr": "le la les des du de et en pour avec un une au aux que qui sur sans dans est ce cette par l d lors"
        " quand ne pas ajouter ajoute ajoutez corriger corrige corrigez supprimer supprime mettre ameliorer"
        " ecrire creer cree pourquoi erreur desactiver activer contourner chiffrer retirer enlever remplacer renommer"
        " deplacer afficher permettre verifier envoyer nettoyer empecher",
        "it": "il lo la gli i le di del della dei delle e in per con un una che nel nella alla dei non quando come"
        " aggiungere aggiungi correggere correggi aggiornare aggiorna rimuovere rimuovi creare crea migliorare"
        " perche",
        "nl": "de het een van en in voor met op bij niet alle is zijn naar uit dat die toevoegen voeg toe verwijder"
        " waarom fout",
    }.items()
}
# Spellings that hardly any other of these languages has.
_SPELLINGS: dict[str, re.Pattern[str]] = {
    "es": lazy(r"ción\b|ciones\b|ñ|¿|¡"),
    "pt": lazy(r"ção|ções|ão\b|õe|lh[ao]s?\b|ê\b"),
    "de": lazy(r"ß|ä|ö|ü|\w{3}(?:ung|ungen|keit|lich|ieren)\b"),
    "fr": lazy(
        r"è|û|œ|\b[ldnqs]['’]|eaux\b|\b\w{2,}ez\b|é\w*(?:tion|ée?s?\b)|\b(?:modifi|adapt|export|import|calcul)er l(?:a|e|es)\b"
    ),
    "it": lazy(r"zion[ei]\b|\bdegli\b|\bdell['’]"),
    "nl": lazy(r"\w{2}ij\w|\w{3}heid\b"),
}  # fmt: skip


def language_of(text: str) -> str:
    """ISO 639-1 of the language a task is most likely written in; "en" when nothing else shows.

    Names of code, paths and addresses do not count: a Chinese sentence about `LoginForm.tsx` is Chinese, an
    English one about the button labelled 登录 is English.
    """
    text = unicodedata.normalize("NFC", text[:READ_CHARS])
    prose = _CODE.sub(" ", text)
    prose = prose if any(map(str.isalpha, prose)) else text
    return _by_script(prose) or _by_words(prose)


def language_if_sure(text: str) -> str:
    """As `language_of`, but "" when accents say that it is not English and nothing says what it is."""
    language = language_of(text)
    return "" if language == "en" and _ACCENT.search(text) else language


def _by_script(prose: str) -> str:
    if prose.isascii():
        return ""  # spares most tasks the classes of whole scripts, which are dear to compile
    latin = sum(word.isascii() for word in _WORD.findall(prose))
    syllables = sum(len(run) for run in _HANGUL.findall(prose))
    kana, han = len(_KANA.findall(prose)), len(_HAN.findall(prose))
    # Two signs make about one word; a quoted label in an English sentence stays below that.
    signs = max(syllables, kana + han)
    leads = bool(_SIGN.match(prose.lstrip())) and latin <= signs * 2
    if signs >= 2 and (leads or signs * 0.5 >= latin * 0.6):
        if syllables > kana + han:
            return "ko"
        return "ja" if kana else "zh"
    for language, letters in _SCRIPTS:
        if len(letters.findall(prose)) > sum(map(str.isascii, filter(str.isalpha, prose))):
            return language
    return ""


def _by_words(prose: str) -> str:
    words = [fold(word) for word in _WORD_ALONE.findall(prose)]
    scores = {
        language: sum(_points(word) for word in words if word in marks) for language, marks in _MARKS.items()
    }
    for language, spelling in _SPELLINGS.items():
        scores[language] += SPELLING * len(spelling.findall(prose.lower()))
    best = max(scores, key=lambda language: (scores[language], language == "en"))
    enough = SURE if prose.isascii() else SURE_WITH_ACCENTS
    return best if scores[best] >= enough and scores[best] > scores["en"] else "en"


def _points(word: str) -> float:
    return 0.5 if len(word) == 1 else 2.0 if len(word) >= LONG else 1.0


def fold(text: str) -> str:
    """Lower case and without accents; letters of other scripts stay whole."""
    if text.isascii():
        return text.lower()
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare).replace("ß", "ss").replace("œ", "oe")
