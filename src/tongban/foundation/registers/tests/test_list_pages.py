"""The pages on which a community's list is brought, tried, settled, taken over and undone."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tongban.foundation.parties.models import ListLook
from tongban.foundation.parties.tests.test_pages import at_desk
from tongban.foundation.registers.models import ListRow, Residence, ResidentList
from tongban.foundation.registers.tests.arrange import COMMUNITY, grid_worker
from tongban.foundation.registers.tests.lists import HEADINGS, as_csv, line, number_of, phone_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("communities")]
Run = Callable[[], int]
PAGE = "/desk/resident-lists/"
HOME = "示例小区7栋1单元101室"
WITH_BIRTH = [*HEADINGS, "出生日期"]


@pytest.fixture
def desk() -> Client:
    grid_worker()
    return at_desk("user80")


def sent(desk: Client, content: bytes, **more: str) -> Any:
    """A list handed in on the page."""
    upload = SimpleUploadedFile("十一月台账.csv", content)
    said = {
        "file": upload,
        "area_code": COMMUNITY,
        "title": "十一月台账",
        "kind": "registered",
        "adds_places": "on",
    } | more
    return desk.post(PAGE, said)


def places(found: ResidentList) -> dict[str, str]:
    """The columns as the form sends them."""
    return {name: str(place) for name, place in found.places.items()}


def test_a_list_from_upload_to_undoing(desk: Client, run_jobs: Run) -> None:
    assert "还没有名单" in desk.get(PAGE).content.decode()
    bad = line(3, "王五", HOME, number="5.10502E+17")
    rows = [line(1, "张三", HOME), line(2, "李四", HOME), bad, ["=cmd()", "=1+1", "", "1", "", "", HOME, "", ""]]
    answer = sent(desk, as_csv(rows, encoding="gbk"))
    assert answer.status_code == 302
    page = answer["Location"]
    found = ResidentList.objects.get()
    text = desk.get(page).content.decode()
    assert "开始试运行" in text
    assert "姓名</label>" in text, "names are asked for; all else is optional"
    assert f'<option value="{found.places["name"]}" selected>B 姓名</option>' in text
    assert desk.post(f"{page}try", places(found)).status_code == 302
    text = desk.get(page).content.decode()
    assert "正在试运行" in text
    assert 'max="4" value="0"' in text, "shown without JavaScript, too"
    assert "HX-Refresh" not in desk.get(f"{page}progress")
    run_jobs()
    assert desk.get(f"{page}progress")["HX-Refresh"] == "true"
    text = desk.get(page).content.decode()
    for words in ("还没有写入任何内容", "确认导入 2 行", "格式设为“文本”", "王五"):
        assert words in text
    assert ListLook.objects.filter(what="registers.list_rows", row_count=2).exists()
    assert desk.post(f"{page}confirm").status_code == 302
    assert "正在写入 2 行" in desk.get(page).content.decode()
    run_jobs()
    assert "导入 2 行" in desk.get(page).content.decode()
    assert Residence.objects.count() == 2
    assert desk.post(f"{page}undo", {"reason": ""}).status_code == 422
    assert desk.post(f"{page}undo", {"reason": "传错文件"}).status_code == 302
    run_jobs()
    undone = desk.get(page).content.decode()
    assert "撤销了 2 行" in undone
    assert "新增" not in undone
    assert not Residence.objects.exists()
    english = desk.get(page, headers={"Accept-Language": "en"}).content.decode()
    assert "Format the column as text" in english


def test_the_report_has_every_refused_row_as_it_was_and_nothing_runs_in_it(desk: Client, run_jobs: Run) -> None:
    rows = [line(1, "张三", HOME, number="5.10502E+17"), ["@cmd()", "+1+1", "", "1", "", "", HOME, "", ""]]
    page = sent(desk, as_csv(rows))["Location"]
    desk.post(f"{page}try", places(ResidentList.objects.get()))
    run_jobs()
    workbook = load_workbook(io.BytesIO(desk.get(f"{page}report?format=xlsx").content))
    [head, one, other] = workbook.worksheets[0].iter_rows(values_only=True)
    assert head == ("原因", "原行号", *HEADINGS)
    assert one[1:4] == ("2", "1", "张三")
    assert one[5] == "（数字已丢失）"
    assert "格式设为“文本”" in str(one[0])
    assert other[2:4] == ("@cmd()", "+1+1"), "as it was, in text cells"
    assert workbook.worksheets[0]["C3"].data_type != "f"
    text = desk.get(f"{page}report?format=csv").content.decode("utf-8-sig")
    assert "'@cmd(),'+1+1" in text
    assert ListLook.objects.filter(what="registers.list_report").count() == 2


def test_a_row_is_named_down_to_its_room(desk: Client, run_jobs: Run) -> None:
    headings = ["姓名", "身份证号", "小区", "楼栋", "单元", "房号"]
    page = sent(desk, as_csv([["王五", "1", "示例小区", "7", "1", "1504"]], headings))["Location"]
    desk.post(f"{page}try", places(ResidentList.objects.get()))
    run_jobs()
    assert "王五 示例小区 7 1 1504" in desk.get(page).content.decode()


def test_what_is_wrong_with_a_file_stands_beside_it(desk: Client) -> None:
    answer = sent(desk, b"")
    assert answer.status_code == 422
    assert sent(desk, as_csv([line(1, "张三", HOME)]), title="短").status_code == 422
    page = sent(desk, as_csv([["张三", "x"]], ["甲", "乙"]))["Location"]
    answer = desk.post(f"{page}try", {"name": "0"})
    assert answer.status_code == 422
    assert "请选择身份证号一列" in answer.content.decode()
    assert desk.post(f"{page}discard").status_code == 302
    assert not ResidentList.objects.exists()


def test_a_file_too_large_to_be_sent_is_told_how_large_it_may_be(desk: Client, settings: Any) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"body_max_mb": 1})
    assert "最多 30 万行、1 MB" in desk.get(PAGE).content.decode()
    answer = sent(desk, as_csv([line(1, "张三", HOME)]) + b" " * (1 << 20))
    assert answer.status_code == 422
    assert "文件超过 1 MB 的上限。请分成几个文件" in answer.content.decode()


def test_duplicates_side_by_side(desk: Client, run_jobs: Run) -> None:
    first = sent(desk, as_csv([line(1, "张三", HOME)]))["Location"]
    desk.post(f"{first}try", places(ResidentList.objects.get()))
    run_jobs()
    desk.post(f"{first}confirm")
    run_jobs()
    twin = ["2", "张三", "", "", phone_of(1), "", "示例小区7栋1单元102室", "租户", "", "1984-05-01"]
    other = ["3", "张三", "", "", phone_of(1), "", "示例小区7栋1单元103室", "寄住", "", "1984-05-01"]
    page = sent(desk, as_csv([twin, other], WITH_BIRTH))["Location"]
    found = ResidentList.objects.order_by("-pk")[0]
    desk.post(f"{page}try", places(found))
    run_jobs()
    assert "核对 2 行有疑问的" in desk.get(page).content.decode()
    assert desk.post(f"{page}confirm", follow=True).content.decode().count("还有 2 行待核对") == 1
    text = desk.get(f"{page}settle/").content.decode()
    for words in ("库里已有", "名单第 2 行", number_of(1), "是同一个人", "不是同一个人"):
        assert words in text
    row = ListRow.objects.get(resident_list=found, number=2)
    assert desk.post(f"{PAGE}rows/{row.pk}/settle", {"decision": "nonsense"}).status_code == 422
    assert desk.post(f"{PAGE}rows/{row.pk}/settle", {"decision": "same"}).status_code == 302
    assert desk.post(f"{page}leave-out").status_code == 302
    assert "都核对完了" in desk.get(f"{page}settle/").content.decode()
    desk.post(f"{page}confirm")
    run_jobs()
    assert {one.kind for one in Residence.objects.all()} == {"registered", "tenant"}
    assert len({one.person_id for one in Residence.objects.all()}) == 1


def test_how_many_statements_the_pages_ask(desk: Client, run_jobs: Run, django_assert_max_num_queries: Any) -> None:
    rows = [[*line(n, "张三", "", number="1"), ""] for n in range(1, 60)]
    page = sent(desk, as_csv(rows, WITH_BIRTH))["Location"]
    desk.post(f"{page}try", places(ResidentList.objects.get()))
    run_jobs()
    for address in (PAGE, page, f"{page}settle/", f"{page}report"):
        with django_assert_max_num_queries(22):
            assert desk.get(address).status_code == 200
