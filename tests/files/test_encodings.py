"""Texts in the encodings of the world, on files of a few rows: what is found, what is said, and what can be chosen."""

from __future__ import annotations

import random

import pytest

from gatviz import GatvizError, read_graph
from gatviz.files import ENCODINGS, ReadOptions, inspect_graph, template

WORDS: dict[str, tuple[str, ...]] = {
    "gb18030": ("欧阳修", "司马光", "诸葛亮", "哈尔滨", "青岛", "苏州河", "朋友圈", "神经网络", "图书馆", "实验室"),
    "big5": ("蘇東坡", "諸葛亮", "臺灣大學", "嘉義", "花蓮", "圖書館", "實驗室", "學生會", "電腦", "歐陽修"),
    "cp932": ("中村", "小川", "さくら", "ゆうき", "カメラ", "研究室", "図書館", "札幌", "福岡", "お茶の水"),
    "cp949": ("홍길동", "강민호", "수원시", "제주도", "연구실", "도서관", "이순신", "학생회", "윤서연", "광주"),
    "cp1252": (
        "Jürgen",
        "Grünwald",
        "Zoë",
        "François",
        "Muñoz",
        "Gonçalves",
        "Åkesson",
        "Bjørk",
        "Süßmilch",
        "Orléans",
    ),
    "cp1251": ("Фёдоров", "Волга", "Самара", "Наталья", "Киров", "соседи", "Тверь", "Павел", "Горький", "река"),
}
"""Words in each encoding that the program has not been made after."""
HEADERS = ("source,target,weight", None)
ROWS = (1, 2, 5, 20)
OF_TEN = 9


def table(words: tuple[str, ...], rows: int, rng: random.Random) -> str:
    lines = [f"{rng.choice(words)},{rng.choice(words)},{rng.randint(1, 9)}" for _row in range(rows)]
    return "\n".join(["source,target,weight", *lines, ""])


@pytest.mark.parametrize("codec", WORDS)
def test_nine_of_ten_short_tables_are_read_in_their_encoding(codec: str) -> None:
    rng = random.Random(codec)
    texts = [table(WORDS[codec], rows, rng) for rows in ROWS for _time in range(10)]
    right = 0
    for text in texts:
        try:
            text.encode(codec).decode()
        except UnicodeDecodeError:
            found = inspect_graph(text.encode(codec))
            right += found.graph.names == read_graph(text.encode()).names
        else:
            right += 1
    assert right * 10 >= OF_TEN * len(texts)


@pytest.mark.parametrize(
    ("codec", "header"),
    [
        *(("gb18030", "源节点,目标节点"), ("gb18030", "起点,终点"), ("big5", "起點,終點"), ("cp932", "始点,終点")),
        *(("cp949", "출발,도착"), ("cp1252", "Quelle,Ziel"), ("cp1252", "Départ,Arrivée"), ("cp1251", "источник,цель")),
        *(("cp1252", "origen,destino"), ("utf-8", "Source,Destination"), ("utf-8", "FromNodeId,ToNodeId")),
    ],
)
def test_headers_in_the_languages_of_the_world(codec: str, header: str) -> None:
    graph = read_graph(f"{header}\nA,B\nB,C\nA,D\n".encode(codec))
    assert [(graph.names[j], graph.names[i]) for j, i in graph.edge_index.T.tolist()] == [
        ("A", "B"),
        ("B", "C"),
        ("A", "D"),
    ]


def test_the_encoding_is_said_with_words_and_can_be_chosen() -> None:
    data = "源节点,目标节点,权重\n张三,李四,1\n".encode("gb18030")
    found = inspect_graph(data)
    assert found.encoding == "gb18030"
    assert any("GBK / GB18030" in note and "'源节点'" in note for note in found.graph.notes)
    chosen = inspect_graph("source,target\nÉva,B\n".encode("cp1250"), options=ReadOptions(encoding="cp1250"))
    assert chosen.graph.names == ("Éva", "B")
    assert chosen.encoding == "cp1250"
    with pytest.raises(GatvizError, match="line 2: expected text in UTF-8, found other bytes"):
        inspect_graph("source,target\nÉva,B\n".encode("cp1250"), options=ReadOptions(encoding="utf-8"))
    with pytest.raises(GatvizError, match="expected a file of text"):
        inspect_graph(template("npz"), options=ReadOptions(encoding="utf-8"))


@pytest.mark.parametrize("codec", [name for name in ENCODINGS if name not in ("utf-16-le", "utf-16-be")])
def test_every_encoding_on_offer_can_be_chosen(codec: str) -> None:
    graph = read_graph("source,target\nA,B\n".encode(codec), options=ReadOptions(encoding=codec))
    assert graph.names == ("A", "B")


def test_some_wrong_bytes_in_utf_8_are_said_and_stay_where_they_are() -> None:
    text = "source,target\n" + "".join(f"é{k},ü{k}\n" for k in range(20))
    found = inspect_graph(text.encode() + b"Zo\xeb,B\n")
    assert found.encoding == "utf-8"
    assert "é3" in found.graph.names
    assert any(note.startswith("line 22 is not UTF-8, as the others are") for note in found.graph.notes)


@pytest.mark.parametrize("codec", ["gbk", "shift_jis", "iso-8859-1", "windows-1251"])
def test_xml_in_the_encoding_that_it_declares(codec: str) -> None:
    name = {"gbk": "张三", "shift_jis": "田中", "iso-8859-1": "Zoë", "windows-1251": "Павел"}[codec]
    text = f'<?xml version="1.0" encoding="{codec}"?><graphml><graph><node id="{name}"/></graph></graphml>'
    assert read_graph(text.encode(codec)).names == (name,)


def test_numbers_and_commas_as_people_type_them() -> None:
    wide = read_graph("起点，终点，权重\n甲，乙，１．５\n乙，丙，２\n".encode())
    assert wide.edge_attributes == {"权重": (1.5, 2)}
    mixed = read_graph("起点,终点,权重\n甲,乙,1\n乙，丙，2\n".encode("gb18030"))
    assert mixed.names == ("甲", "乙", "丙")
    german = read_graph(b"Quelle;Ziel;w\nA;B;1,5\nB;C;1.234,25\n")
    assert german.edge_attributes == {"w": (1.5, 1234.25)}
    quoted = read_graph(b'source,target,w\nA,B,"1,234"\nB,C,"2,500,000"\n')
    assert quoted.edge_attributes == {"w": (1234, 2500000)}
    excel = read_graph(b"sep=;\nsource;target\nA;B\nB;C\n")
    assert excel.names == ("A", "B", "C")
    words = read_graph(b"source;target;note\nA;B;1,5\nB;C;two\n")
    assert words.edge_attributes == {"note": ("1,5", "two")}


@pytest.mark.parametrize("word", ["Orienté", "gerichtet", "有向", "Directed", "dirigido"])
def test_the_column_of_kinds_in_other_languages(word: str) -> None:
    graph = read_graph(f"Source,Target,Type\nA,B,{word}\nB,C,{word}\n".encode())
    assert graph.directed
    assert "Type" not in graph.edge_attributes
    none = read_graph("Source,Target,Type\nA,B,Non orienté\nB,C,Undirected\n".encode())
    assert not none.directed
    mixed = read_graph(b"Source,Target,Type\nA,B,Directed\nB,C,Undirected\n")
    assert mixed.directed
    assert mixed.num_edges == 3
