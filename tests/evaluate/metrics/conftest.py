"""Sentences in many scripts, made up for these tests, and texts as a model would give them."""

from emma.evaluate.engine.requests import TextAnswer

SENTENCES = {
    "swh_Latn": [
        "Watu wengi walikuja sokoni leo asubuhi.",
        "Mvua ilinyesha usiku kucha hapa.",
        "Ninapenda kusoma vitabu.",
    ],
    "yor_Latn": ["Ọmọ náà ń ka ìwé ní ilé-ẹ̀kọ́.", "Òjò rọ̀ ní alẹ́ àná.", "Mo fẹ́ràn láti máa kọrin."],
    "arb_Arab": ["ذهب الولد إلى المدرسة صباح اليوم.", "هطل المطر طوال الليل في المدينة.", "أحب قراءة الكتب القديمة."],
    "hin_Deva": ["लड़का आज सुबह स्कूल गया था।", "रात भर शहर में बारिश हुई।", "मुझे पुरानी किताबें पसंद हैं।"],
    "tha_Thai": ["เด็กไปโรงเรียนเมื่อเช้านี้", "ฝนตกทั้งคืนในเมือง", "ฉันชอบอ่านหนังสือเก่า"],
    "khm_Khmr": ["ក្មេងប្រុសទៅសាលារៀនព្រឹកនេះ", "ភ្លៀងធ្លាក់ពេញមួយយប់", "ខ្ញុំចូលចិត្តអានសៀវភៅ"],
    "zho_Hans": ["男孩今天早上去了学校。", "城里下了一整夜的雨。", "我喜欢看旧书。"],
    "nqo_Nkoo": ["ߘߋ߲ ߓߘߊ߫ ߕߊ߯ ߞߊ߬ߙߊ߲߬ߕߊ ߟߊ߫ ߓߌ߬", "ߛߊ߲ ߓߘߊ߫ ߣߊ߬ ߛߎ ߓߍ߯", "ߒ ߧߋ߫ ߞߊ߬ߙߊ߲ ߞߍ߫"],
    "zgh_Tfng": ["ⵉⴷⴷⴰ ⵓⵔⴱⴰ ⵙ ⵜⵉⵏⵎⵍ ⴰⵙⵙⴰ", "ⵉⵡⵡⵜ ⵓⵏⵥⴰⵔ ⴳ ⵢⵉⴹ", "ⵔⵉⵖ ⴰⴷ ⵖⵔⵖ ⵉⴷⵍⵉⵙⵏ"],
    "amh_Ethi": ["ልጁ ዛሬ ጠዋት ወደ ትምህርት ቤት ሄደ።", "ሌሊቱን ሙሉ ዝናብ ዘነበ።", "የድሮ መጻሕፍት ማንበብ እወዳለሁ።"],
}
"""Three sentences for each language."""


def write(*texts: str) -> tuple[TextAnswer, ...]:
    """The output of an item that was answered with these texts."""
    return tuple(TextAnswer(text, len(text), "stop") for text in texts)
