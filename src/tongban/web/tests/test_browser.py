"""What a visitor's browser makes of the pages: readable by everybody, narrow enough for a phone, silent, scriptless."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe

from tongban.lib.actors import Actor
from tongban.lib.ids import uuid7
from tongban.lib.words import T
from tongban.web import portal
from tongban.web.audiences import audience
from tongban.web.errors import stop_page
from tongban.web.tests.axe import RULES

pytestmark = pytest.mark.slow
# The pages with every part are held in each language at each width; the rest once on a phone, once on a screen.
EVERYWHERE = ["/", "/company/", "/components/", "/nowhere/"]
ELSEWHERE = ["/search/?q=sbk", "/search/?q=", "/themes/", "/themes/social/", "/help/", "/about/", "/accessibility/",
             "/type-size/", "/accounts/login/", "/accounts/signup/"]  # fmt: skip
SERVICES = (
    portal.Tile(T("社会保障卡补换", "Replace a social security card"), "/themes/", T("即时办结", "Done at once"), "id"),
    portal.Tile(T("企业复工复产", "Resuming work"), "/themes/", T("并联审查", "Reviewed side by side"), "tools"),
    portal.Tile(T("个体工商户登记", "Register a business"), "/themes/", None, "building-store"),
    portal.Tile(T("施工许可", "Construction permit"), "/themes/", None, "crane"),
)


@pytest.fixture
def county(answered, settings):
    """A portal with contents, in demo mode."""
    settings.DEMO = True
    social = portal.Theme("social", T("社会保障", "Social security"), T("卡和待遇", "Cards and benefits"), "id", 2, False,
                          "/themes/social/", SERVICES)  # fmt: skip
    column = portal.Theme("resume", T("复工专栏", "Back to work"), T("一次申请", "One application"), "tools", 1, True,
                          "/themes/resume/", SERVICES[1:2])  # fmt: skip
    answered(portal.themes, [social, column])
    answered(portal.search, [portal.Found(T("社会保障卡补换", "Replace a card"), "/x/", T("事项", "Services"))])
    answered(portal.ways, [portal.Way(T("政务服务中心", "Service centre"), T("周一至周五", "Monday to Friday"))])
    answered(portal.demo_links, [portal.Tile(T("切换角色", "Choose a role"), "/themes/")])
    answered(portal.sources, [portal.Source("Atlas", "CC BY 4.0", T("区划", "Regions"), "https://example.org/")])
    return answered


@pytest.fixture
def signed_in(county, monkeypatch):
    """``signed_in(role)`` lets every request come from one person, at a desk when ``role`` is given."""

    def as_(role=""):
        membership = uuid7() if role else None
        actor = Actor("person", "web", name="李秀兰", person_id=uuid7(), membership_id=membership, role=role,
                      second_factor=True)  # fmt: skip
        monkeypatch.setattr("tongban.foundation.parties.middleware.actor_of_session", lambda _: actor)

    urgent = portal.Mine(T("补交：花名册", "Send: list of staff"), "/x/", T("需要补正", "Needs you"), "case",
                         date(2026, 11, 27), True, T("一处", "One thing"))  # fmt: skip
    done = portal.Mine(
        T("施工许可", "Construction permit"), "/x/", T("已办结", "Decided"), "case", date(2026, 10, 8), tone="good"
    )
    county(portal.mine, [urgent, done])
    group = T("办理", "Work")
    county(portal.desk_menu, [portal.Entry(T("待审查", "To review"), "/desk/x/", "checklist", 1, 12, group),
                              portal.Entry(T("全部", "All"), "/desk/all/", "list", 2, None, group)])  # fmt: skip
    return as_


def hold(page, complaints, width):
    """No barrier found by axe, nothing wider than the screen, not a word on the console."""
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ours = [said for said in complaints if "the server responded with a status" not in said]
    assert ours == []


@pytest.mark.parametrize(
    ("width", "tag", "paths"),
    [(360, "zh-hans", EVERYWHERE + ELSEWHERE), (1280, "en", EVERYWHERE + ELSEWHERE), (360, "en", EVERYWHERE),
     (1280, "zh-hans", EVERYWHERE)],
)  # fmt: skip
def test_pages_hold(open_page, county, width, tag, paths):
    page, complaints = open_page(paths[0], width=width, tag=tag)
    hold(page, complaints, width)
    for path in paths[1:]:
        page.goto(f"http://luzhou.localhost{path}")
        hold(page, complaints, width)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(("path", "role"), [("/", ""), ("/desk/", "reviewer")])
def test_own_pages_hold(open_page, signed_in, width, path, role):
    signed_in(role)
    page, complaints = open_page(path, width=width)
    hold(page, complaints, width)


@pytest.mark.parametrize("status", [403, 500])
def test_stop_pages_hold(open_page, county, monkeypatch, status):
    from tongban.web import urls

    route = next(one for one in urls.urlpatterns if one.name == "help")
    monkeypatch.setattr(route, "callback", audience("public")(lambda request: stop_page(request, status)))
    for width in (360, 1280):
        page, complaints = open_page("/help/", width=width, tag="en" if width > 360 else "zh-hans")
        hold(page, complaints, width)


def test_large_type_still_fits_a_phone(open_page, county):
    page, _ = open_page("/", width=360)
    page.get_by_role("button", name="大字版").click()
    page.locator("html[data-type=large]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_language_is_switched_without_scripts(open_page, county):
    page, _ = open_page("/help/", width=360, scripts=False)
    page.locator('button[lang="en"]').click()
    page.get_by_role("heading", name="Help", exact=True).wait_for()
    page.locator('button[lang="zh-Hans"]').click()
    page.get_by_role("heading", name="帮助", exact=True).wait_for()


def test_one_searches_and_browses_without_scripts(open_page, county):
    page, _ = open_page("/", width=360, scripts=False)
    page.locator("input[name=q]").fill("sbk")
    page.locator("input[name=q]").press("Enter")
    assert page.get_by_role("link", name="社会保障卡补换").is_visible()


def test_the_desk_menu_opens_on_a_phone_without_scripts(open_page, signed_in):
    signed_in("reviewer")
    page, _ = open_page("/desk/", width=360, scripts=False)
    menu = page.get_by_role("navigation", name="工作台菜单")
    assert not menu.is_visible()
    page.get_by_role("link", name="菜单").click()
    assert menu.is_visible()


def test_touch_targets_are_large_enough(open_page, county):
    page, _ = open_page("/", width=360)
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, summary")].filter(one => {
            const box = one.getBoundingClientRect();
            return box.height > 0 && !one.classList.contains("tb-skip") && !one.classList.contains("tb-tile-name")
                && box.height < 40;
        }).map(one => one.outerHTML)"""
    )
    assert small == []


def test_keyboard_reaches_search_and_rows(open_page, county):
    page, _ = open_page("/components/")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "样例-0001"
    page.goto("http://luzhou.localhost/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
