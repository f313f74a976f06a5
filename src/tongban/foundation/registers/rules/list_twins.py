"""Why a row of a list waits for a person, and what they may answer."""

from __future__ import annotations

from tongban.lib.words import T

WHY: dict[str, T] = {
    "same_facts": T("库里有人姓名、出生日期相同，电话相同或没有证件可比。", "Somebody on record has the same name and date of birth, and the same phone or no document to compare."),
    "same_row": T("名单里另一行的姓名、出生日期相同，电话相同或没有证件可比。", "Another row has the same name and date of birth, and the same phone or no document to compare."),
    "other_name": T("证件号码已经登记在另一个姓名下。", "The document is on record under another name."),
    "two_places": T("同一个人的户籍在名单里写了两处。", "The list registers one person in two places."),
    "registered_here": T("此人的户籍已登记在本社区另一处。", "This person is registered at another dwelling of this community."),
    "other_phone": T("库里登记的是另一个手机号。", "Another telephone is on record."),
    "two_phones": T("名单里同一个人写了不同的手机号。", "The list has different telephones for one person."),
}  # fmt: skip
SAME = T("是同一个人，合并到已有的记录", "The same person: merge")
DIFFERENT = T("不是同一个人，新建一个人", "Somebody else: a new person")
SKIP = T("这一行不导入", "Do not take this row over")
ANSWERS: dict[str, dict[str, T]] = {
    "same_facts": {"same": SAME, "different": DIFFERENT, "skip": SKIP},
    "same_row": {"same": SAME, "different": DIFFERENT, "skip": SKIP},
    "other_name": {"same": T("是同一个人，姓名以库里的为准", "The same person; the name on record holds"), "skip": SKIP},
    "two_places": {"this": T("以这一行为准", "This row holds"), "other": T("以另一行为准", "The other row holds")},
    "registered_here": {"move": T("户籍已迁到名单写的地址，原登记到今天为止", "Moved to the address of the list; the old registration ends today"),
                        "skip": SKIP},
    "other_phone": {"keep": T("库里的号码不变，其余照常导入", "Keep the number on record; the rest is taken over"),
                    "theirs": T("已向本人核实，改用名单上的号码", "They were asked: the number of the list holds"), "skip": SKIP},
    "two_phones": {"earlier": T("以另一行的号码为准", "The number of the other row holds"),
                   "later": T("已向本人核实，以这一行的号码为准", "They were asked: the number of this row holds"), "skip": SKIP},
}  # fmt: skip
