"""Scientific articles in JATS."""

from emma.collect.records import RawDocument
from tests.collect.given import read, units

JATS = """<!DOCTYPE article PUBLIC "-//NLM//DTD" "journalpublishing3.dtd">
<article xmlns:mml="m" xml:lang="ES"><front><journal-meta><journal-title>J</journal-title></journal-meta><article-meta>
<title-group><article-title>Los <italic>árboles</italic></article-title>
<trans-title-group xml:lang="qu"><trans-title>Sachakuna</trans-title></trans-title-group></title-group>
<contrib-group><name><surname>Quispe</surname></name></contrib-group>
<abstract><p>Resumen.</p></abstract><trans-abstract xml:lang="qu"><p>Pisiyachiy.</p></trans-abstract>
</article-meta></front>
<body><sec><title>Método</title><p>Si <inline-formula><mml:math>x</mml:math></inline-formula>
entonces<xref>[1]</xref>:<disp-formula>y</disp-formula></p><table-wrap><caption><p>T</p></caption></table-wrap>
<fig><label>Fig. 1</label><caption><p>Un árbol&period;</p></caption></fig></sec></body>
<back><ack><p>Gracias.</p></ack><ref-list><title>Refs</title><ref><article-title>No</article-title></ref></ref-list></back>
<sub-article xml:lang="ay"><front-stub><title-group><article-title>Quqanaka</article-title></title-group></front-stub>
<body><p>Aymara.</p></body></sub-article></article>"""


def test_jats() -> None:
    found = read("jats", JATS)
    assert units(found) == [
        ("qu", "Sachakuna"),
        ("qu", "Pisiyachiy."),
        ("ay", "Quqanaka\nAymara."),
        ("ES", "Los árboles\nResumen.\nMétodo\nSi entonces[1]:\nFig. 1\nUn árbol.\nGracias."),
    ]
    assert [each.row for each in found] == [1, 2, 3, 4]
    assert all(each.alone for each in found if isinstance(each, RawDocument))
