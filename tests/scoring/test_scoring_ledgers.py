"""What is said of ledgers that are not complete, and of a cap per day."""

from test_scoring_results import explained

PARTIAL = {
    "reactions": None, "shares": 90, "ledger_state": "partial",
    "share_ledger": [{"account": "a", "count": 5}, {"account": "b", "count": 1}],
}


def test_what_is_said_of_a_ledger_that_is_not_complete_and_of_a_cap_per_day():
    assert explained("vi", interactions=PARTIAL)[2:5] == [
        "Tương tác: 87 lượt chia sẻ × 2 = 174 điểm; 174 / 300 × 60 = 34,80.",
        "Chưa có số lượt cảm xúc.",
        "Đã đối chiếu 6/90 lượt chia sẻ theo tài khoản; 87 lượt được tính, phần chưa đối chiếu "
        "tính theo số tổng.",
    ]
    assert explained("en", interactions=PARTIAL)[3:5] == [
        "No count of reactions yet.",
        "6 of 90 shares have been checked per account; 87 count, those unchecked as the total has "
        "them.",
    ]
    alone = PARTIAL | {"shares": None}
    assert explained("vi", interactions=alone)[4] == (
        "Chưa có số tổng lượt chia sẻ; 3 trong 6 lượt đã đối chiếu theo tài khoản được tính."
    )
    assert explained("en", interactions=alone)[4] == (
        "The total of shares is not known; 3 of the 6 shares that have been checked per account "
        "count."
    )
    rows = [{"account": "a", "count": 5, "day": "2023-06-18"}]
    daily = {"reactions": 0, "share_ledger": rows}
    assert explained("vi", interactions=daily, shares_per_account_per="day")[3] == (
        "Đã đối chiếu từng tài khoản (mỗi tài khoản tính tối đa 2 lượt một ngày): 2 trong 5 lượt "
        "được tính."
    )
    assert explained("en", interactions=daily, shares_per_account_per="day")[3] == (
        "Checked per account (at most 2 shares a day each): 2 of 5 shares count."
    )
