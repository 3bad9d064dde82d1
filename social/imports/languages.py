"""Headings of Meta Business Suite's export of posts, by language, and which language a file is in.

Meta has published no list. What stands here was seen in public: in files of exports (Vietnamese,
English) and in the code of other people's importers (the rest); docs/facebook.md says which. Each
language has what tells a post, what is counted, and what a figure belongs to.
"""

from collections.abc import Iterable, Mapping

Names = tuple[str, ...]

ENGLISH: Mapping[str, Names] = {
    "post_id": ("Post ID",),
    "permalink": ("Permalink",),
    "title": ("Title",),
    "description": ("Description",),
    "labels": ("Custom labels",),
    "page_id": ("Page ID",),
    "page_name": ("Page name",),
    "published": ("Publish time",),
    "period": ("Date",),
    "is_share": ("Is share", "Is shared post"),
    "is_crosspost": ("Is crosspost",),
    "total": ("Reactions, Comments and Shares",),
    "reactions": ("Reactions", "Likes and reactions"),
    "comments": ("Comments",),
    "shares": ("Shares",),
}
VIETNAMESE: Mapping[str, Names] = {
    "post_id": ("ID bài viết", "Mã bài viết"),
    "permalink": ("Liên kết vĩnh viễn",),
    "title": ("Tiêu đề",),
    "description": ("Mô tả",),
    "labels": ("Nhãn tùy chỉnh", "Nhãn tuỳ chỉnh"),
    "page_id": ("ID Trang",),
    "page_name": ("Tên Trang",),
    "published": ("Thời gian đăng",),
    "period": ("Ngày",),
    "is_share": ("Là bài viết chia sẻ", "Là bài viết được chia sẻ"),
    "is_crosspost": ("Là nội dung đăng chéo", "Là bài viết đăng chéo"),
    "total": ("Cảm xúc, bình luận và lượt chia sẻ",),
    "reactions": ("Cảm xúc", "Lượt cảm xúc", "Lượt thích và cảm xúc"),
    "comments": ("Bình luận", "Lượt bình luận"),
    "shares": ("Lượt chia sẻ",),
}
SPANISH: Mapping[str, Names] = {
    "post_id": ("Identificador de la publicación",),
    "permalink": ("Enlace permanente",),
    "title": ("Título",),
    "description": ("Descripción",),
    "labels": ("Etiquetas personalizadas",),
    "page_id": ("Identificador de la página",),
    "page_name": ("Nombre de la página",),
    "published": ("Hora de publicación",),
    "period": ("Fecha",),
    "is_share": ("Es una publicación compartida", "Es contenido compartido"),
    "is_crosspost": ("Es una publicación cruzada", "Es publicación cruzada"),
    "total": ("Reacciones, comentarios y veces que se compartió",),
    "reactions": ("Reacciones", "Me gusta y reacciones"),
    "comments": ("Comentarios",),
    "shares": ("Veces que se compartió", "Veces compartido"),
}
FRENCH: Mapping[str, Names] = {
    "post_id": ("Identifiant de la publication", "Identifiant de publication"),
    "permalink": ("Permalien", "Lien permanent"),
    "title": ("Titre",),
    "description": ("Description",),
    "labels": ("Libellés personnalisés",),
    "page_id": ("ID de la Page", "Identifiant de la Page"),
    "page_name": ("Nom de la Page",),
    "published": ("Heure de publication",),
    "period": ("Date",),
    "is_share": ("Est un partage",),
    "is_crosspost": ("Est une publication croisée", "Est un crosspostage"),
    "total": ("Réactions, commentaires et partages",),
    "reactions": ("Réactions", "J’aime et réactions"),
    "comments": ("Commentaires",),
    "shares": ("Partages",),
}
PORTUGUESE: Mapping[str, Names] = {
    "post_id": ("Identificação da publicação",),
    "permalink": ("Link permanente",),
    "title": ("Título",),
    "description": ("Descrição",),
    "labels": ("Rótulos personalizados",),
    "page_id": ("Identificação da Página",),
    "page_name": ("Nome da Página",),
    "published": ("Horário de publicação",),
    "period": ("Data",),
    "is_share": ("É compartilhamento",),
    "total": ("Reações, comentários e compartilhamentos",),
    "reactions": ("Reações", "Curtidas e reações"),
    "comments": ("Comentários",),
    "shares": ("Compartilhamentos",),
}
SWEDISH: Mapping[str, Names] = {
    "post_id": ("Publicerings-id", "Inläggs-ID"),
    "permalink": ("Permalänk",),
    "title": ("Titel",),
    "description": ("Beskrivning",),
    "page_id": ("Sid-id",),
    "page_name": ("Sidnamn",),
    "published": ("Publiceringstid",),
    "period": ("Datum",),
    "total": ("Reaktioner, kommentarer och delningar",),
    "reactions": ("Reaktioner",),
    "comments": ("Kommentarer",),
    "shares": ("Delningar",),
}
ITALIAN: Mapping[str, Names] = {
    "post_id": ("ID del post",),
    "permalink": ("Link permanente", "Permalink"),
    "title": ("Titolo",),
    "description": ("Descrizione",),
    "page_id": ("ID della Pagina",),
    "page_name": ("Nome della Pagina",),
    "published": ("Orario di pubblicazione",),
    "period": ("Data",),
    "total": ("Reazioni, commenti e condivisioni",),
    "reactions": ("Reazioni",),
    "comments": ("Commenti",),
    "shares": ("Condivisioni",),
}
CHINESE: Mapping[str, Names] = {  # as written in Taiwan
    "post_id": ("貼文編號",),
    "permalink": ("永久連結",),
    "title": ("標題",),
    "description": ("說明",),
    "page_id": ("粉絲專頁編號",),
    "page_name": ("粉絲專頁名稱",),
    "published": ("發佈時間",),
    "period": ("日期",),
    "total": ("心情、留言和分享次數",),
    "reactions": ("心情數", "心情"),
    "comments": ("留言數", "留言"),
    "shares": ("分享次數", "分享"),
}
META = (
    ENGLISH, VIETNAMESE, SPANISH, FRENCH, PORTUGUESE, SWEDISH, ITALIAN, CHINESE,
)  # fmt: skip
# What the column of dates says of a total over all time.
LIFETIME = (
    "Lifetime", "Total", "All time", "Trọn đời", "Toàn thời gian", "Tổng", "Tổng cộng", "Tổng số",
    "Toda la vida", "De por vida", "Vida útil", "Desde el principio", "Permanente",
    "Durée de vie", "À vie", "Depuis le début", "Depuis toujours", "Vitalício", "Todo o período",
    "Livstid", "Totalt", "Di sempre", "Totale", "Durata totale", "終身", "總計", "全部", "有史以來",
    "Lebenszeit", "Gesamt", "Gesamtlaufzeit", "Seumur hidup", "Sepanjang waktu",
)  # fmt: skip
SUMMARY = ("Total", "Totals", "Tổng", "Tổng cộng", "Tổng số", "Cộng", "Totale", "Totaux", "Summe")

# (name in Vietnamese, in English, words in headings). Two of them tell the language.
KNOWN_BY: tuple[tuple[str, str, Names], ...] = (
    ("tiếng Tây Ban Nha", "Spanish", ("publicación", "reacciones", "comentarios", "alcance",
                                       "página", "descripción", "enlace", "compart")),
    ("tiếng Bồ Đào Nha", "Portuguese", ("publicação", "reações", "comentários", "compartilh",
                                         "partilhas", "página", "descrição", "horário")),
    ("tiếng Pháp", "French", ("publication", "réactions", "commentaires", "partages", "couverture",
                               "titre", "heure de")),
    ("tiếng Đức", "German", ("beitrag", "reaktionen", "kommentare", "reichweite", "veröffentlich",
                              "geteilt", "seiten", "beschreibung")),
    ("tiếng Ý", "Italian", ("pubblicazione", "reazioni", "commenti", "condivisioni", "copertura",
                             "titolo", "pagina", "descrizione")),
    ("tiếng Indonesia", "Indonesian", ("postingan", "komentar", "jangkauan", "tanggapan", "reaksi",
                                        "halaman", "dibagikan", "bagikan", "judul")),
    ("tiếng Mã Lai", "Malay", ("siaran", "capaian", "kongsi", "komen", "tajuk")),
    ("tiếng Hà Lan", "Dutch", ("bericht", "reacties", "opmerkingen", "bereik", "gedeeld", "titel")),
    ("tiếng Ba Lan", "Polish", ("posta", "komentarze", "reakcje", "zasięg", "udostępnienia")),
    ("tiếng Thổ Nhĩ Kỳ", "Turkish", ("gönderi", "yorumlar", "erişim", "ifadeler", "paylaşım")),
    ("tiếng Thuỵ Điển", "Swedish", ("reaktioner", "kommentarer", "delningar", "räckvidd")),
    ("tiếng Đan Mạch hoặc Na Uy", "Danish or Norwegian", ("opslag", "reaktioner", "kommentarer",
                                                          "innlegg", "delinger", "rækkevidde")),
    ("tiếng Séc", "Czech", ("příspěvku", "komentáře", "reakce", "dosah", "sdílení")),
    ("tiếng Tagalog", "Tagalog", ("mga komento", "mga reaksyon", "mga pagbabahagi", "pamagat")),
)  # fmt: skip
# Scripts, by a range of signs; the Japanese write kana among their Chinese signs.
SCRIPTS = (
    ("tiếng Nhật", "Japanese", "\u3040", "\u30ff"),
    ("tiếng Hàn", "Korean", "\uac00", "\ud7a3"),
    ("tiếng Thái", "Thai", "\u0e00", "\u0e7f"),
    ("tiếng Khmer", "Khmer", "\u1780", "\u17ff"),
    ("tiếng Lào", "Lao", "\u0e80", "\u0eff"),
    ("tiếng Miến Điện", "Burmese", "\u1000", "\u109f"),
    ("tiếng Trung", "Chinese", "\u4e00", "\u9fff"),
    ("tiếng Nga hoặc chữ Kirin khác", "Russian, or another in Cyrillic", "\u0400", "\u04ff"),
    ("tiếng Ả Rập", "Arabic", "\u0600", "\u06ff"),
    ("tiếng Do Thái", "Hebrew", "\u0590", "\u05ff"),
    ("tiếng Hindi", "Hindi", "\u0900", "\u097f"),
    ("tiếng Hy Lạp", "Greek", "\u0370", "\u03ff"),
)
LEAST_WORDS = 2


def guess(headings: Iterable[str]) -> tuple[str, str] | None:
    """The language of headings, named in Vietnamese and in English; None if they do not tell."""
    cells = [heading.casefold() for heading in headings]
    counted = [
        (sum(any(word in cell for word in words) for cell in cells), vi, en)
        for vi, en, words in KNOWN_BY
    ]
    most, vi, en = max(counted, key=lambda found: found[0])
    if most >= LEAST_WORDS:
        return vi, en
    for vi, en, first, last in SCRIPTS:
        if sum(any(first <= sign <= last for sign in cell) for cell in cells) >= LEAST_WORDS:
            return vi, en
    return None
