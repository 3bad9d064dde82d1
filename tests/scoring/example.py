"""One small contest with everything in it, and its bundle: what several tests start from."""

import copy

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scoring import bundle

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
SALT = b"muoi cua hoi thi"
CUT_OFF = "2023-06-19T16:00:00+07:00"
SOURCE = "6f" * 32


def marks(content, picture):
    return {"noi_dung": content, "hinh_anh": picture}


CONTEST = {
    "rules": {
        "criteria": [
            {"id": "noi_dung", "max": 60, "weight": 1},
            {"id": "hinh_anh", "max": 40, "weight": 1},
        ],
        "prizes": [{"id": "first", "count": 1}, {"id": "consolation", "count": 1}],
    },
    "jurors": ["GK1", "GK2", "GK3"],
    "entries": [
        {
            "id": "clip1",
            "unit": "Phường 1",
            "marks": {"GK1": marks(50, 37), "GK2": marks(55, 37), "GK3": marks(52, 38)},
            "interactions": {"reactions": 120, "shares": 15, "share_ledger": None},
            "disqualified": False,
        },
        {
            "id": "clip2",
            "unit": "Phường 2",
            "marks": {"GK1": "recused", "GK2": marks(48, 30), "GK3": "abstained"},
            "interactions": {
                "reactions": 310,
                "shares": None,
                "share_ledger": [
                    {"account": bundle.hash_account(SALT, "facebook.com/lan"), "count": 5},
                    {"account": bundle.hash_account(SALT, "facebook.com/minh"), "count": 1},
                ],
            },
            "disqualified": False,
        },
        {
            "id": "clip3",
            "unit": "Phường 3",
            "marks": {"GK1": marks(60, 40)},
            "interactions": {"reactions": 5, "shares": 0, "share_ledger": None},
            "disqualified": True,
            "reason": "Sao chép một clip đã đăng năm 2021.",
        },
        {
            "id": "clip4",
            "unit": "Phường 4",
            "marks": {"GK1": marks(20, 20), "GK2": marks(20, 20), "GK3": marks(21, 20)},
            "interactions": None,
            "disqualified": False,
        },
    ],
    "chair_decisions": [],
}

PARTS = {
    "about": {"contest": "quan11-2023", "revision": 1, "reason": None, "cut_off": CUT_OFF},
    "profile": b'{"title": "Tu\xe1\xbb\x95i tr\xe1\xba\xbb Qu\xe1\xba\xadn 11"}\n',
    "names": {"units": {"Phường 1": "Đoàn phường 1"}},
    "snapshots": {
        clip: {"taken_at": CUT_OFF, "source": "import", "source_sha256": SOURCE}
        for clip in ("clip1", "clip2", "clip3")
    },
}
SIGNED = {"sign": KEY.sign, "public_key": PUBLIC}


def contest():
    return copy.deepcopy(CONTEST)


def parts():
    return copy.deepcopy(PARTS)
