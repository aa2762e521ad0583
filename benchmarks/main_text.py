"""Main text of web pages: Resiliparse (which EMMA uses) beside trafilatura, on the same pages in seven scripts.

    pip install trafilatura 'lxml[html-clean]'
    python -m benchmarks.main_text

A page has a menu, an article, a list beside it and a footer, marked up in three ways: by HTML 5 elements, by classes
only, and as a table. Counted are paragraphs of the article that were found and other pieces that came with them.
"""

import time
from collections.abc import Callable
from importlib.metadata import version

import trafilatura

from benchmarks.machine import machine, result_path
from emma.collect.formats.pages import extract_page

Extract = Callable[[str], str]
PEERS: dict[str, Extract] = {
    "resiliparse": lambda html: extract_page(html).text,
    "trafilatura": lambda html: trafilatura.extract(html) or "",
    "trafilatura, precision": lambda html: trafilatura.extract(html, favor_precision=True) or "",
}
MARKUPS = ("elements", "classes", "table")
LONG = 4
"""Times that the paragraphs of a long page are repeated."""
# Menu, paragraphs, footer; everyday sentences written for this.
PAGES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "Arab": (
        "الرئيسية|الأخبار|الرياضة|اتصل بنا",
        (
            "افتتحت المدينة القديمة مكتبتها العامة الجديدة صباح أمس بحضور عدد كبير من السكان والطلاب.",
            "وقال مدير المكتبة إن المجموعة تضم أكثر من عشرين ألف كتاب باللغة العربية ولغات أخرى.",
            "تفتح المكتبة أبوابها كل يوم.",
        ),
        "جميع الحقوق محفوظة",
    ),
    "Khmr": (
        "ទំព័រដើម|ព័ត៌មាន|កីឡា|ទំនាក់ទំនង",
        (
            "បណ្ណាល័យសាធារណៈថ្មីរបស់ទីក្រុងបានបើកដំណើរការកាលពីម្សិលមិញ ដោយមានអ្នកចូលរួមជាច្រើន។",
            "នាយកបណ្ណាល័យបាននិយាយថា មានសៀវភៅជាងពីរម៉ឺនក្បាលជាភាសាខ្មែរ។",
            "បើករាល់ថ្ងៃ។",
        ),
        "រក្សាសិទ្ធិគ្រប់យ៉ាង",
    ),
    "Thai": (
        "หน้าแรก|ข่าว|กีฬา|ติดต่อเรา",
        (
            "ห้องสมุดประชาชนแห่งใหม่ของเมืองเปิดให้บริการเมื่อวานนี้ท่ามกลางผู้ร่วมงานจำนวนมาก",
            "ผู้อำนวยการห้องสมุดกล่าวว่ามีหนังสือภาษาไทยมากกว่าสองหมื่นเล่ม",
            "เปิดทุกวัน",
        ),
        "สงวนลิขสิทธิ์",
    ),
    "Ethi": (
        "መነሻ|ዜና|ስፖርት|ያግኙን",
        (
            "አዲሱ የከተማው የሕዝብ ቤተ መጻሕፍት ትናንት ጠዋት ብዙ ሰዎች በተገኙበት ተከፈተ።",
            "የቤተ መጻሕፍቱ ዳይሬክተር ከሃያ ሺህ በላይ መጻሕፍት በአማርኛ እንዳሉ ተናገሩ።",
            "በየቀኑ ክፍት ነው።",
        ),
        "መብቱ በሕግ የተጠበቀ ነው",
    ),
    "Hans": (
        "首页|新闻|体育|联系我们",
        (
            "城市新的公共图书馆昨天上午正式开放，许多居民和学生参加了仪式。",
            "馆长表示，馆藏超过两万册中文图书。",
            "每天开放。",
        ),
        "版权所有",
    ),
    "Latn": (
        "Home|News|Sports|Contact",
        (
            "The city's new public library opened yesterday morning, and many residents and students attended.",
            "The director said the collection holds more than twenty thousand books in several languages.",
            "Open every day.",
        ),
        "All rights reserved",
    ),
}


def main() -> None:
    """Measure, and write today's result."""
    lines = [
        "# Main text of web pages",
        "",
        "`python -m benchmarks.main_text`",
        "",
        f"{machine()}, Resiliparse {version('Resiliparse')}, trafilatura {version('trafilatura')}",
        "",
        f"Paragraphs found of 3, and other pieces of 5 that came along, of a short page / one {LONG} times as long.",
        "",
        f"| extractor | markup | {' | '.join(PAGES)} |",
        f"|---|---|{'--:|' * len(PAGES)}",
        *(
            f"| {name} | {markup} | {' | '.join(row(extract, markup))} |"
            for markup in MARKUPS
            for name, extract in PEERS.items()
        ),
        "",
        "| extractor | MB of HTML a second |",
        "|---|--:|",
        *(f"| {name} | {speed(extract):.1f} |" for name, extract in PEERS.items()),
    ]
    path = result_path("main_text")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(path.read_text(encoding="utf-8"))


def row(extract: Extract, markup: str) -> list[str]:
    """A cell for each script."""
    return [" / ".join(found(extract, script, markup, times) for times in (1, LONG)) for script in PAGES]


def found(extract: Extract, script: str, markup: str, times: int) -> str:
    """Paragraphs found, and other pieces."""
    menu, paragraphs, footer = PAGES[script]
    text = extract(html(script, markup, times))
    others = sum(piece in text for piece in (*menu.split("|"), footer))
    return f"{sum(each in text for each in paragraphs)}+{others}"


def html(script: str, markup: str, times: int) -> str:
    """A page in one of the three markups."""
    menu, paragraphs, footer = PAGES[script]
    links = "".join(f'<li><a href="/{place}">{each}</a></li>' for place, each in enumerate(menu.split("|")))
    body = "".join(f"<p>{each}</p>" for each in paragraphs * times)
    match markup:
        case "elements":
            content = f"<header><nav><ul>{links}</ul></nav></header><main><article>{body}</article></main>"
            content += f"<aside><ul>{links}</ul></aside><footer><p>{footer}</p></footer>"
        case "classes":
            content = f'<div id="menu"><ul>{links}</ul></div><div id="content">{body}</div>'
            content += f'<div class="sidebar"><ul>{links}</ul></div><div class="footer">{footer}</div>'
        case _:
            content = f"<table><tr><td>{links}</td><td>{'<br><br>'.join(paragraphs * times)}</td></tr></table>{footer}"
    return f'<!doctype html><html><head><meta charset="utf-8"><title>-</title></head><body>{content}</body></html>'


def speed(extract: Extract) -> float:
    """Megabytes of HTML a CPU second, on long pages."""
    pages = [html(script, "elements", 10 * LONG) for script in PAGES]
    start = time.process_time()
    for each in pages * 5:
        extract(each)
    return 5 * sum(len(each.encode()) for each in pages) / 1e6 / (time.process_time() - start)


if __name__ == "__main__":
    main()
