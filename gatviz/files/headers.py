"""The spellings by which columns, attributes and arrays are known for what they are, in their authors' languages."""

from __future__ import annotations

import re
import unicodedata

_BETWEEN = re.compile(r"[\s_\-./:#]+")
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_NEO4J_ID = re.compile(r"\w:ID(?:\([^()]*\))?$")
_NEO4J_TYPE = re.compile(r"(?<=\w):(?:int|long|float|double|boolean|byte|short|char|string|date\w*|point)(?:\[\])?$")
_LAST_SIGN = re.compile(r"(?:[12]|[ab])$")
_ID = re.compile(r"(?:(?i:(?:^|[\s_\-.:])(?:id|ids|nr|no))|(?<=[a-z])I[Dd]s?|编号|编码|號|号)\s*$")
_ENDS_WITH_ID = re.compile(r"(?:id|nr|编号|编码|號|号)$")


def plain(name: str) -> str:
    """A header as it is compared: small letters, without blanks and signs between words; full-width as usual ones.

    What stands in brackets at the end is left out, as in Neo4j's `:START_ID(Person)`.
    """
    name = "id" if _NEO4J_ID.search(name) else _NEO4J_TYPE.sub("", name)
    return _BETWEEN.sub("", _IN_BRACKETS.sub("", unicodedata.normalize("NFKC", name)).casefold())


SOURCE = (
    *("source", "src", "from", "origin", "start", "head"),
    *("sender", "sourceid", "srcid", "fromid", "originid", "startid"),
    *("sourcenode", "fromnode", "startnode", "fromnodeid", "sourcenodeid"),
    *("node1", "node1id", "nodeid1", "id1", "vertex1"),
    *("nodea", "ida", "u", "citing", "follower", "caller", "parent", "sourcename", "sourcevertex"),
    *("源节点", "源", "起点", "起始节点", "起始点", "来源"),
    *("来源节点", "源点", "出发点", "源头", "源端", "节点1", "头实体"),
    *("源節點", "起點", "來源", "起始節點", "節點1", "始点"),
    *("起点", "送信元", "出発", "ソース", "ソースノード", "開始"),
    *("출발", "출발지", "출발노드", "시작", "시작노드", "소스", "원본"),
    *("quelle", "quellknoten", "startknoten", "ausgangsknoten", "von", "absender"),
    *("origine", "depuis", "de", "départ", "expéditeur", "nœudsource", "noeudsource"),
    *("origen", "fuente", "desde", "origem", "fonte", "da"),
    *("sorgente", "bron", "van", "källa", "från", "kilde", "fra"),
    *("źródło", "zdroj", "od", "lähde", "kaynak", "nguồn", "источник", "от", "откуда", "из", "начало", "джерело"),
)  # fmt: skip
TARGET = (
    *("target", "tgt", "dst", "to", "dest", "destination"),
    *("end", "tail", "receiver", "recipient", "targetid", "dstid"),
    *("toid", "destid", "destinationid", "endid", "targetnode"),
    *("tonode", "endnode", "tonodeid", "targetnodeid", "node2"),
    *("node2id", "nodeid2", "id2", "vertex2", "nodeb", "idb"),
    *("v", "cited", "followee", "followed", "callee", "child"),
    *("targetname", "targetvertex", "destinationnode"),
    *("目标节点", "目标", "终点", "终止节点", "终止点", "目的"),
    *("目的地", "目的节点", "目标点", "去向", "汇点", "节点2", "尾实体"),
    *("目標節點", "終點", "目標", "目的節點", "節點2", "終点"),
    *("宛先", "到着", "ターゲット", "ターゲットノード", "送信先", "終了"),
    *("도착", "도착지", "도착노드", "끝", "끝노드", "종료", "대상", "타겟", "타깃", "목적지"),
    *("ziel", "zielknoten", "endknoten", "nach", "empfänger"),
    *("cible", "vers", "arrivée", "destinataire", "nœudcible", "noeudcible"),
    *("destino", "objetivo", "hacia", "hasta", "para", "alvo"),
    *("destinazione", "bersaglio", "a", "doel", "naar", "mål"),
    *("till", "til", "cel", "cíl", "do", "kohde", "hedef"),
    *("đích", "цель", "к", "куда", "назначение", "конец", "ціль"),
)  # fmt: skip
KIND_OF_EDGE = (
    *("type", "edgetype", "typ", "tipo", "directed", "direction", "gerichtet", "тип"),
    *("类型", "類型", "边类型", "边的类型", "種類", "종류", "유형"),
)
"""A column that says "directed" or "undirected", as in Gephi's tables."""
DIRECTED = (
    *("directed", "orienté", "oriente", "orientée", "dirigé", "gerichtet", "dirigido", "dirigida", "direcionado"),
    *(
        "orientato",
        "diretto",
        "направленный",
        "направленное",
        "有向",
        "有向边",
        "有向的",
        "有向グラフ",
        "방향",
        "방향성",
    ),
)
UNDIRECTED = (
    *("undirected", "mutual", "nonorienté", "nonoriente", "nonorientée", "nondirigé", "ungerichtet", "nodirigido"),
    *(
        "nodirigida",
        "nãodirecionado",
        "nonorientato",
        "ненаправленный",
        "ненаправленное",
        "无向",
        "无向边",
        "無向",
        "무방향",
    ),
)
NODE_ID = (
    *("id", "nodeid", "node", "vertex", "vertexid", "key", "identifier", "kennung", "knoten", "identifiant", "nœud"),
    *(
        "noeud",
        "nodo",
        "идентификатор",
        "узел",
        "编号",
        "编码",
        "节点",
        "节点id",
        "节点编号",
        "編號",
        "節點",
        "ノード",
        "番号",
    ),
    *("노드", "번호", "아이디"),
)
COUNTERS = ("index", "unnamed0", "rowid", "no", "nr", "序号", "行号", "番号", "순번")
"""Columns that only count the rows."""
NAME = (
    *("name", "nodename", "fullname", "displayname", "title", "caption", "titel", "nom", "nombre", "nome", "imię"),
    *(
        "nazwa",
        "navn",
        "namn",
        "naam",
        "isim",
        "имя",
        "название",
        "名称",
        "名稱",
        "姓名",
        "名字",
        "名前",
        "氏名",
        "이름",
        "명칭",
    ),
)
"""A column of what people call the nodes."""
LABEL = ("label", "labels", "标签", "標籤", "étiquette", "etiqueta", "etichetta", "метка", "ラベル", "라벨", "레이블")
"""A column that is the nodes' names in some programs and their classes in others: `conventions` tells by its words."""
CLASS = (
    *("class", "category", "klasse", "kategorie", "classe", "catégorie", "clase", "categoría", "категория", "класс"),
    *("类别", "分类", "類別", "分類", "クラス", "カテゴリ", "클래스", "범주"),
    *("target", "mltarget", "groundtruth"),  # in a table of nodes; in one of edges it is an end
)
SPLIT = ("split",)
POSITION_X = ("posx",)
POSITION_Y = ("posy",)
"""Headers of text tables, as `plain` makes them."""

POSITION_ATTRIBUTES = (("pos_x", "pos_y"), ("x", "y"))
"""Attributes of nodes, in files of other programs, that are positions."""

ARRAYS = {
    "x": ("x", "X", "features", "feat", "feats", "node_features", "attr_matrix", "node_feat"),
    "edge_index": ("edge_index", "edges", "edge_list"),
    "adjacency": ("A", "adj", "adjacency", "adj_matrix", "adjacency_matrix", "A_hat", "Adj"),
    "y": ("y", "Y", "labels", "label", "node_label", "node_labels"),
    "pos": ("pos", "positions"),
    "names": ("names", "node_names"),
    "class_names": ("class_names",),
    "feature_names": ("feature_names", "attr_names"),
}
"""Arrays of .npz, .npy, torch files and safetensors; what an array's own file is called counts for .npy."""
EDGE_WEIGHT = "edge_weight"
MASKS = {"train_mask": "train", "val_mask": "val", "test_mask": "test"}
INDICES = {"train_idx": "train", "val_idx": "val", "test_idx": "test"}
"""Arrays that tell the split, each with its part."""


def alike(one: str, other: str) -> bool:
    """Whether two headers name ends of one kind: `node 1` and `node 2`, `paper_a` and `paper_b`."""
    first, second = _LAST_SIGN.sub("", plain(one)), _LAST_SIGN.sub("", plain(other))
    return first == second


def names_two_ends(one: str, other: str) -> bool:
    """Whether two headers can only be those of an edge's ends: `userId` and `movieId`, `node 1` and `node 2`."""
    stem = _LAST_SIGN.sub("", plain(one))
    return both_name_ids(one, other) or (alike(one, other) and stem not in ("", plain(one)))


def kind_named(header: str) -> str:
    """What a column of ids has ids of: `user` of `userId`; a header that says nothing else stays."""
    bare = re.sub(r"[\s_\-]*(?:(?i:id|ids|nr)|编号|编码|號|号)$", "", header.strip())
    return bare or header.strip()


def names_ids(header: str) -> bool:
    """Whether a header says that its column holds ids of something."""
    return _ID.search(header) is not None


def both_name_ids(one: str, other: str) -> bool:
    """Whether two headers say so, also in small letters: `userid` and `movieid`."""
    return all(_ENDS_WITH_ID.search(plain(header)) is not None for header in (one, other))
