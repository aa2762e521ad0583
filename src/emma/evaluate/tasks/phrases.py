"""Words that join sentences of a prompt, and how sentences are joined in each script."""

from functools import lru_cache
from typing import Literal

from emma.lang.language import Lang
from emma.lang.scripts import is_spaced

Word = Literal["because", "so", "right", "yes", "also", "no", "question", "answer"]

CONNECTORS = """
eng: because | so
est: sest | seetõttu
hat: poukisa | donk sa
ind: karena | maka
ita: perché | quindi
que: imataq | chaymi
swa swh: kwa sababu | kwa hiyo
tam: காரணமாக | எனவே
tha: เพราะ | ดังนั้น
tur: çünkü | bu yüzden
vie: bởi vì | vì vậy
zho cmn: 因为 | 所以
"""
"""What joins a cause or an effect to a sentence: those of XCOPA in lm-evaluation-harness."""

JUDGEMENTS = """
eng: right? | Yes | Also | No
ara arb: صحيح? | نعم | لذا | لا
bul: правилно? | да | така | не
deu: richtig? | Ja | Auch | Nein
ell: σωστός? | Ναί | Έτσι | όχι
spa: correcto? | Sí | Asi que | No
fra: correct? | Oui | Aussi | Non
hin: सही? | हाँ | इसलिए | नहीं
ind: benar? | Ya | Juga | Tidak
rus: правильно? | Да | Так | Нет
swa swh: sahihi? | Ndiyo | Hivyo | Hapana
tha: ถูกต้อง? | ใช่ | ดังนั้น | ไม่
tur: doğru? | Evet | Böylece | Hayır
urd: صحیح? | جی ہاں | اس لئے | نہیں
vie: đúng? | Vâng | Vì vậy | Không
zho cmn: 正确? | 是的 | 所以 | 不是的
"""
"""Does the second sentence follow, go beside, or contradict: those of XNLI in lm-evaluation-harness (after Lin et al.
2022, arXiv:2112.10668), with the Arabic "No" put right, which is "number" there."""
SCAFFOLDS = """
eng: Question | Answer
amh: ጥያቄ | መልስ
ara arb: سؤال | الإجابة
ben: প্রশ্ন | উত্তর
deu: Frage | Antwort
spa: Pregunta | Respuesta
fra: Question | Réponse
hau: Tambaya | Amsa
hin: प्रश्न | उत्तर
ind: Pertanyaan | Jawaban
ita: Domanda | Risposta
jpn: 問題 | 答え
khm: សំណួរ | ចម្លើយ
kor: 질문 | 답변
por: Pergunta | Resposta
rus: Вопрос | Ответ
swa swh: Swali | Jibu
tam: கேள்வி | பதில்
tel: ప్రశ్న | సమాధానం
tha: คำถาม | คำตอบ
tur: Soru | Cevap
urd: سوال | جواب
vie: Câu hỏi | Trả lời
yor: Ìbéèrè | Ìdáhùn
zho cmn: 问题 | 答案
"""
"""What stands before a question and an answer, where a recipe asks in the language of the items (`own_language`)."""
PUBLISHED = {"ara": "رقم", "arb": "رقم"}
"""That "number", by which published scores were made."""
DOTTED = frozenset({"aze", "azj", "crh", "gag", "tur"})
"""Languages that keep i and ı apart."""
ENDS = " .!?。．！？…؟۔։।॥།။።፧។"
"""What a sentence ends with, where it is to go on."""


def say(word: Word, lang: Lang) -> str:
    """The word in a language, in English where it is not known."""
    words = _words()
    return words.get((lang.iso639_3, word)) or words["eng", word]


@lru_cache(maxsize=1)
def _words() -> dict[tuple[str, str], str]:
    judgements = ("right", "yes", "also", "no")
    tables = ((CONNECTORS, ("because", "so")), (JUDGEMENTS, judgements), (SCAFFOLDS, ("question", "answer")))
    return {
        (code, name): text.strip()
        for table, names in tables
        for codes, _, texts in (line.partition(":") for line in table.strip().splitlines())
        for code in codes.split()
        for name, text in zip(names, texts.split("|"), strict=True)
    }


def space_of(lang: Lang) -> str:
    """What stands between two words: nothing in scripts that put no space there."""
    return " " if is_spaced(lang.script) else ""


def strip_end(sentence: str) -> str:
    """A sentence without its full stop, whatever that is in its script."""
    return sentence.rstrip(ENDS)


def lower_first(sentence: str, lang: Lang) -> str:
    """A sentence as it goes on from another; in Turkish I becomes ı, and İ i."""
    first = {"I": "ı", "İ": "i"}.get(sentence[0]) if lang.iso639_3 in DOTTED else None
    return (first or sentence[0].lower()) + sentence[1:]
