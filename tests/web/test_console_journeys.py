"""Ways through the console, in Chromium, on a real service."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lengths_support import clip_layer, marker, moving, template
from media_support import make_sound, tone
from network_support import WebServer
from playwright.sync_api import FilePayload
from text_support import named_font
from web.support_browser import PHONE, Visit, running_browser, visiting, wait_until
from web.support_service import Client, Service
from web.support_templates import layer, png, slow_template, template_zip, wav, zipped

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Request

pytestmark = pytest.mark.browser
DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, service: Service, client: Client) -> Iterator[Visit]:
    with visiting(browser, service) as opened:
        opened.sign_in(client.key)
        yield opened


def drop(visit: Visit, name: str, content: bytes) -> None:
    """Choose a file for the first place on the page that takes one."""
    chosen = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    visit.page.locator("input[type=file]").first.set_input_files(chosen)


def test_a_first_video(visit: Visit, client: Client, tmp_path: Path) -> None:
    page = visit.page
    drop(visit, "promo.zip", DEMO.read_bytes())
    page.get_by_role("heading", name="promo", level=1).wait_for()
    picture = page.locator(".frame img")
    picture.wait_for()
    before = picture.get_attribute("src")
    page.get_by_label("Text of Headline").fill("Hello from the console")
    wait_until(page, "before => document.querySelector('.frame img').src !== before", before)
    page.get_by_role("button", name="Upload for Photo").locator("xpath=following-sibling::input").set_input_files(
        FilePayload(name="green.png", mimeType="image/png", buffer=png(64, 64))
    )
    visit.expect("green.png")
    page.get_by_label("Moment of the template").fill("60")
    visit.expect("frame 60 of 150")
    page.get_by_role("tab", name="Output").click()
    page.get_by_label("Size", exact=True).select_option("640x360")
    page.locator(".estimate strong").wait_for()
    page.get_by_role("button", name="Render").click()
    page.locator(".done video").wait_for()
    wait_until(page, "document.querySelector('.done video').videoWidth === 640")
    with page.expect_download() as told:
        page.get_by_role("button", name="Download").click()
    told.value.save_as(tmp_path / "video.mp4")
    assert told.value.suggested_filename == "promo.mp4"
    assert (tmp_path / "video.mp4").read_bytes()[4:8] == b"ftyp"
    [made] = client.get("/render/all").json()
    detail = client.get(f"/render/renders/{made['renderId']}").json()
    [asset] = client.get("/asset").json()
    assert detail["customizationMap"] == [
        {"layer": "Headline", "text": "Hello from the console"},
        {"layer": "Photo", "image": {"assetId": asset["assetId"]}},
    ]
    page.get_by_role("tab", name="Code").click()
    assert '"text": "Hello from the console"' in page.locator(".code pre").inner_text()


def test_captions_of_a_file(visit: Visit, client: Client, template_id: str) -> None:
    page = visit.page
    visit.go(f"templates/{template_id}")
    page.locator(".frame img").wait_for()
    page.get_by_role("tab", name="Output").click()
    srt = b"1\n00:00:00,000 --> 00:00:02,000\nHello you\n"
    file = FilePayload(name="said.srt", mimeType="application/x-subrip", buffer=srt)
    with page.expect_request(lambda one: "/preview" in one.url and "Hello you" in (one.post_data or "")) as asked:
        page.locator('input[type="file"][accept*=".srt"]').set_input_files(file)
    answer = asked.value.response()
    assert answer is not None and answer.status == 200
    page.get_by_label("Their style").select_option("outline")
    page.get_by_label("Captions", exact=True).fill("nothing")
    visit.expect("of no kind that is known")
    page.get_by_label("Captions", exact=True).fill(srt.decode())
    page.locator(".estimate strong").wait_for()
    page.get_by_role("button", name="Render").click()
    page.locator(".done video").wait_for()
    [made] = client.get("/render/all").json()
    assert "Hello you" in client.get(f"/render/{made['renderId']}/captions").text
    visit.go(f"renders/{made['renderId']}")
    page.get_by_role("link", name="Again with changes").click()
    page.get_by_role("tab", name="Output").click()
    page.get_by_label("Their style").wait_for()
    assert page.get_by_label("Their style").input_value() == "outline"
    assert "Hello you" in page.get_by_label("Captions", exact=True).input_value()


def test_previews_have_the_length_of_the_video(visit: Visit, client: Client, tmp_path: Path) -> None:
    with template(tmp_path, [marker("Middle velocity:hold", 55, 30), marker("End", 85, 15)]):
        template_id = client.ready_template((tmp_path / "lengths.zip").read_bytes())
    client.ready_audio(make_sound(tmp_path / "voice.wav", tone(6.0)).read_bytes())
    page = visit.page
    visit.go(f"templates/{template_id}")
    visit.expect("frame 50 of 100")
    page.get_by_role("tab", name="Output").click()
    page.get_by_label("Length").select_option("seconds")
    page.get_by_label("Seconds", exact=True).fill("8")
    visit.expect("frame 50 of 200")
    page.get_by_title("End: frame 185 to 200").click()
    visit.expect("frame 185 of 200")
    assert page.get_by_title("Middle: frame 55 to 185").count() == 1

    def asks_for_190(one: Request) -> bool:
        """The preview of the marker that was clicked may still be asked for."""
        return one.url.endswith("/preview") and json.loads(one.post_data or "")["frame"] == 190

    with page.expect_request(asks_for_190) as asked:
        page.get_by_label("Moment of the template").fill("190")
    answer = asked.value.response()
    assert answer is not None and answer.status == 200
    assert json.loads(asked.value.post_data or "")["duration"] == {"seconds": 8}
    with page.expect_request(lambda one: one.url.endswith("/preview/clip")) as asked:
        page.get_by_role("button", name="Play from here").click()
    told = json.loads(asked.value.post_data or "")
    assert (told["duration"], told["endFrame"]) == ({"seconds": 8}, 200)
    page.locator("video.clip").wait_for()
    page.get_by_label("Sound", exact=True).select_option(index=1)
    page.get_by_label("Length").select_option("audio")
    visit.expect("frame 149 of 150")
    page.get_by_title("End: frame 135 to 150").wait_for()
    page.get_by_label("Length").select_option("")
    visit.expect("frame 99 of 100")
    page.get_by_title("End: frame 85 to 100").wait_for()


def test_one_dry_run_tells_the_length_that_follows_a_clip(visit: Visit, client: Client, tmp_path: Path) -> None:
    with template(tmp_path, [marker("Middle velocity:hold", 55, 30)], [clip_layer(), moving()], clip_frames=120):
        template_id = client.ready_template((tmp_path / "lengths.zip").read_bytes())
    page = visit.page
    visit.go(f"templates/{template_id}")
    page.locator(".estimate strong").wait_for()
    page.get_by_role("tab", name="Output").click()
    page.get_by_label("Which part").select_option("custom")
    page.get_by_label("First frame").fill("10")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "dryRun" in one.url else None)
    page.get_by_label("Length").select_option("layer:Clip")
    visit.expect("frame 50 of 120")
    page.get_by_title("Middle: frame 55 to 105").wait_for()
    page.wait_for_load_state("networkidle")
    assert len(asked) == 1


def test_a_batch(visit: Visit, client: Client, template_id: str) -> None:
    page = visit.page
    visit.go(f"batches/new?template={template_id}")
    page.get_by_label("Or paste cells from a spreadsheet").fill(
        "title\tground\tBox.visible\tnote\nAda\t#00ff00\tyes\tx\nGrace\t#0000ff\tno\t\nWrong\tblue\t\t"
    )
    visit.expect("3 rows")
    assert page.get_by_label("What the column title is").input_value() == "name"
    assert page.get_by_label("What the column ground is").input_value() == "color:Ground"
    assert page.get_by_label("What the column note is").input_value() == ""
    page.locator(".row-frame img").wait_for()
    page.get_by_role("button", name="The next row").click()
    visit.expect("Row 2: Grace")
    visit.expect("Row 3, Ground: color is")
    page.get_by_role("button", name="Render 2 videos").click()
    page.get_by_role("button", name="Download all (2)").wait_for()
    visit.expect("1 row without a video")
    wrong = page.locator(".list-row", has_text="Wrong")
    assert "It must be a colour" in wrong.inner_text()
    with page.expect_download() as told:
        page.get_by_role("button", name="Download all (2)").click()
    with zipfile.ZipFile(told.value.path()) as archive:
        assert archive.namelist() == ["1 Ada.mp4", "2 Grace.mp4"]
    [made] = client.get("/render/batch").json()
    rows = client.get(f"/render/batch/{made['batchId']}").json()["rows"]
    detail = client.get(f"/render/renders/{rows[1]['renderId']}").json()
    assert detail["customizationMap"] == [
        {"layer": "Ground", "color": "#0000ff"},
        {"layer": "Box", "visible": False},
    ]


def test_previews_of_rows_have_the_length_and_the_blur_of_the_batch(
    visit: Visit, client: Client, tmp_path: Path
) -> None:
    with template(tmp_path, [marker("Middle velocity:hold", 55, 30)], [clip_layer(), moving()], clip_frames=120):
        template_id = client.ready_template((tmp_path / "lengths.zip").read_bytes())
    page = visit.page
    visit.go(f"batches/new?template={template_id}")
    page.get_by_label("Or paste cells from a spreadsheet").fill("name\nAda\nGrace")
    moment = page.get_by_label("Moment")
    page.locator(".row-frame img").wait_for()
    assert moment.get_attribute("max") == "99"
    page.get_by_text("Format, size and quality").click()
    page.get_by_label("Length").select_option("layer:Clip")
    wait_until(page, "document.querySelector('.range').max === '119'")
    page.get_by_label("Length").select_option("seconds")
    page.get_by_label("Seconds", exact=True).fill("6")
    wait_until(page, "document.querySelector('.range').max === '149'")
    page.get_by_text("Motion blur, of layers that have its switch").click()
    with page.expect_request(
        lambda one: one.url.endswith("/preview") and '"frame":140' in (one.post_data or "")
    ) as asked:
        moment.fill("140")
    answer = asked.value.response()
    assert answer is not None and answer.status == 200
    told = json.loads(asked.value.post_data or "")
    assert (told["duration"], told["motionBlur"]) == ({"seconds": 6}, {})
    page.get_by_role("button", name="Render 2 videos").click()
    page.get_by_role("button", name="Download all (2)").wait_for()
    [made] = client.get("/render/batch").json()
    [row, _] = client.get(f"/render/batch/{made['batchId']}").json()["rows"]
    detail = client.get(f"/render/renders/{row['renderId']}").json()
    assert (detail["frames"], detail["motionBlur"]["samples"]) == (150, 16)


def test_tables_that_need_a_word(visit: Visit, template_id: str) -> None:
    page = visit.page
    visit.go(f"batches/new?template={template_id}")
    page.get_by_role("heading", name="The table").wait_for()
    drop(visit, "Book1.xlsx", zipped({"xl/workbook.xml": "<workbook/>"}))
    visit.expect("Book1.xlsx is not a CSV")
    drop(visit, "empty.csv", b"\n")
    visit.expect("empty.csv is empty")
    drop(visit, "head.csv", b"name,Ground.color\n")
    visit.expect("no row below it")
    drop(visit, "wide.csv", b"name,Ground.color\nAda,#ff0000\nBob,#00ff00,more")
    visit.expect("Row 2 has 3 cells, the first line names 2 columns")
    assert page.get_by_role("button", name="Render").count() == 0
    page.get_by_role("button", name="Another table").click()
    drop(visit, "excel.csv", "name;Ground.color\nZoë Müller;#ff0000".encode("cp1252"))
    visit.expect("Row 1: Zoë Müller")
    visit.expect("read as Windows-1252")


def test_a_template_that_fails(visit: Visit) -> None:
    page = visit.page
    drop(visit, "empty.zip", zipped({"readme.txt": "nothing"}))
    failed = page.get_by_role("article", name="Upload of empty.zip")
    failed.get_by_text("This template cannot be used.").wait_for()
    assert "Missing required JSON configuration file" in failed.inner_text()
    failed.get_by_role("button", name="Dismiss empty.zip").click()
    failed.wait_for(state="detached")
    drop(visit, "odd.zip", template_zip(layers=[layer("Strange", 1, 1, 10, sc="#ff0000", sw=64, sh=64, ef=[EFFECT])]))
    odd = page.get_by_role("article", name="Upload of odd.zip")
    odd.get_by_role("link", name="Open").wait_for()
    assert "Strange" in odd.locator(".findings").inner_text()


BROKEN: dict[str, bytes | str] = {"data.json": '{"v":'}


def test_a_template_whose_analysis_failed_is_told_until_it_is_dismissed(visit: Visit, client: Client) -> None:
    page = visit.page
    drop(visit, "broken.zip", zipped(BROKEN))
    failed = page.get_by_role("article", name="Upload of broken")
    failed.get_by_text("This template cannot be used.").wait_for()
    page.reload()
    failed.get_by_text("The file is not valid JSON: the mistake is at line 1").wait_for()
    [job] = client.get("/template/history?status=failed").json()
    assert failed.locator("time").get_attribute("datetime") == job["completedAt"]
    failed.get_by_role("button", name="Dismiss broken").click()
    failed.wait_for(state="detached")
    assert client.get("/template/history?status=failed").json() == []
    drop(visit, "broken.zip", zipped(BROKEN))
    failed.get_by_text("This template cannot be used.").wait_for()
    failed.get_by_role("button", name="Dismiss broken.zip").click()
    failed.wait_for(state="detached")
    assert client.get("/template/history?status=failed").json() == [], "nor is one of this visit told again"


def test_templates_that_are_being_analysed_are_followed_after_a_reload(visit: Visit, client: Client) -> None:
    page = visit.page
    for number in range(3):
        client.upload_template(slow_template(), f"slow {number}.zip")
    page.reload()
    last = page.get_by_role("article", name="Upload of slow 2")
    last.locator("time").wait_for()
    last.get_by_role("link", name="Open").wait_for()
    assert client.get("/template/active").json() == []
    page.get_by_role("heading", name="Templates", level=1).wait_for()
    assert page.locator(".gallery").get_by_text("slow 2").count() == 1, "and the page stays where it is"


def test_another_file_takes_the_place_of_an_upload_that_failed(visit: Visit, client: Client) -> None:
    page = visit.page
    for number in range(5):
        client.upload_template(zipped(BROKEN), f"broken {number}.zip")
    for active in client.get("/template/active").json():
        client.settle(f"/template/{active['templateId']}/status")
    page.reload()
    page.get_by_role("button", name="Show 2 more that failed").click()
    earlier = page.get_by_role("region", name="Uploads that failed").get_by_role("article")
    wait_until(page, "document.querySelectorAll('.upload').length === 5")
    with page.expect_file_chooser() as asked:
        earlier.filter(has_text="broken 3").get_by_role("button", name="Upload again").click()
    asked.value.set_files(FilePayload(name="whole.zip", mimeType="application/zip", buffer=template_zip()))
    page.get_by_role("heading", name="whole", level=1).wait_for()
    left = sorted(job["templateName"] for job in client.get("/template/history?status=failed").json())
    assert left == ["broken 0", "broken 1", "broken 2", "broken 4"]


def test_what_goes_wrong_with_failed_uploads_is_told(
    browser: Browser, service: Service, visit: Visit, client: Client
) -> None:
    client.settle(f"/template/{client.upload_template(zipped(BROKEN), 'broken.zip')}/status")
    visit.page.route("**/template/history*", lambda route: route.abort())
    visit.page.reload()
    visit.expect("The server does not answer")
    assert visit.page.get_by_role("article").count() == 0
    visit.page.unroute("**/template/history*")
    visit.page.get_by_role("button", name="Try again").click()
    visit.page.get_by_role("article", name="Upload of broken").wait_for()
    with visiting(browser, service) as reader:
        reader.sign_in(service.add_key(service.account_of(client.key), "read"))
        card = reader.page.get_by_role("article", name="Upload of broken")
        card.get_by_role("button", name="Dismiss broken").click()
        card.get_by_text("this needs a key with the scope").wait_for()


EFFECT = {"ty": 99, "nm": "Sparkle", "mn": "ACME Sparkle", "en": 1, "ef": []}


def test_a_render_is_cancelled(visit: Visit, client: Client) -> None:
    page = visit.page
    template_id = client.ready_template(slow_template())
    visit.go(f"templates/{template_id}")
    page.get_by_role("button", name="Render").click()
    visit.expect("Rendering")
    page.get_by_role("button", name="Cancel").click()
    visit.expect("The render was cancelled")
    visit.go("renders")
    page.locator(".list-row", has_text="Cancelled").wait_for()
    page.get_by_role("radio", name="Failed").check()
    visit.expect("No such render")
    assert [job["status"] for job in client.get("/render/history").json()] == ["cancelled"]


def test_a_key_that_ends_leads_back_to_the_door(visit: Visit, service: Service, client: Client) -> None:
    page = visit.page
    account = client.get("/account").json()["id"]
    service.query("UPDATE account SET disabled = 1 WHERE id = ?", account)
    page.get_by_role("link", name="Usage").click()
    visit.expect("Your key is not valid any more")
    assert page.evaluate("sessionStorage.length") == 0
    page.get_by_label("API key").fill("vk_00000000_wrong")
    page.get_by_role("button", name="Sign in").click()
    visit.expect("This key is not known")


def test_two_tenants_see_their_own_things_only(
    browser: Browser, service: Service, visit: Visit, client: Client
) -> None:
    template_id = client.ready_template(template_zip(), "mine.zip")
    visit.page.reload()
    visit.expect("mine")
    with service.client() as other, visiting(browser, service) as stranger:
        stranger.sign_in(other.key)
        stranger.expect("0 templates")
        stranger.go(f"templates/{template_id}")
        stranger.expect("This template is not there")
        assert stranger.page.get_by_text("mine").count() == 0
    with visiting(browser, service) as fresh:
        fresh.page.goto(f"{service.url}/#/templates")
        fresh.page.get_by_label("API key").wait_for()


def test_fonts_are_uploaded_seen_and_deleted(visit: Visit, client: Client) -> None:
    page = visit.page
    page.get_by_role("link", name="Fonts").click()
    visit.expect("No fonts yet")
    drop(visit, "brand.woff2", named_font("DejaVuSans.ttf", "Quickbrownfox123 ", "Brand", flavor="woff2"))
    visit.expect("Brand-Regular")
    wait_until(page, "document.querySelector('.specimen').textContent.startsWith('Quick')")
    assert page.evaluate("[...document.fonts].some((one) => one.family.includes('font-') && one.status === 'loaded')")
    drop(visit, "broken.ttf", b"rubbish")
    visit.expect("this is not a font that can be read")
    page.get_by_role("button", name="Delete brand.woff2").click()
    page.get_by_role("button", name="Delete the font").click()
    visit.expect("No fonts yet")
    assert client.get("/font").json() == []


def test_files_at_a_web_address_are_taken_in(
    browser: Browser, new_service: Callable[..., Service], server: WebServer
) -> None:
    service = new_service(private_hosts=f'["{server.host}"]')
    font = server.serve("/brand.woff2", named_font("DejaVuSans.ttf", "abc", "Brand", flavor="woff2"))
    with service.client() as client, visiting(browser, service) as visit:
        page = visit.page
        visit.sign_in(client.key)

        def fetch(what: str, url: str) -> None:
            page.get_by_label(f"Web address of a {what}").fill(url)
            page.get_by_role("button", name="Fetch").click()

        visit.go("fonts")
        visit.expect("No fonts yet")
        assert page.get_by_role("button", name="Fetch").is_disabled(), "until there is an address"
        fetch("font", font)
        visit.expect("Brand-Regular")
        fetch("font", f"{server.url}/missing.ttf")
        visit.expect("cannot fetch missing.ttf from 127.0.0.1: the answer was 404")
        assert [one["name"] for one in client.get("/font").json()] == ["brand.woff2"]
        visit.go("assets")
        fetch("picture, clip or caption file", server.serve("/green.png", png(64, 64)))
        visit.expect("green.png")
        page.locator(".tile").wait_for()
        visit.go("audio")
        fetch("sound", server.serve("/voice.wav", wav(1.0)))
        page.get_by_role("button", name="Delete voice.wav").wait_for()


def test_fifty_templates_are_found_and_paged(visit: Visit, client: Client) -> None:
    page = visit.page
    for number in range(50):
        client.upload_template(template_zip(nm=f"T{number}"), f"template {number:02}.zip")
    for active in client.get("/template/active").json():
        client.settle(f"/template/{active['templateId']}/status")
    page.reload()
    visit.expect("50 templates")
    assert page.locator(".tile").count() == 24
    page.locator(".poster img").first.wait_for()
    page.get_by_role("button", name="Show more (26 left)").click()
    assert page.locator(".tile").count() == 48
    page.get_by_label("Search templates").fill("plate 07")
    wait_until(page, "document.querySelectorAll('.tile').length === 1")
    page.get_by_role("button", name="Delete template 07").click()
    page.get_by_role("button", name="Delete the template").click()
    visit.expect("49 templates")


def test_a_narrow_screen(browser: Browser, service: Service, client: Client) -> None:
    template_id = client.ready_template(DEMO.read_bytes(), "promo.zip")
    with visiting(browser, service, PHONE, has_touch=True, is_mobile=True) as visit:
        page = visit.page
        visit.sign_in(client.key)
        page.get_by_role("button", name="Open the menu").click()
        page.get_by_role("link", name="Renders").click()
        page.get_by_role("heading", name="Renders", level=1).wait_for()
        visit.go(f"templates/{template_id}")
        page.locator(".frame img").wait_for()
        for path in (
            "templates",
            "renders",
            "batches/new",
            "assets",
            "audio",
            "fonts",
            "usage",
            f"templates/{template_id}",
        ):
            visit.go(path)
            page.locator("h1").first.wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path
        page.get_by_label("Text of Headline").fill("On a phone")
        assert page.locator(".frame").bounding_box()["width"] <= PHONE[0]  # type: ignore[index]
        page.get_by_role("button", name="Render").click()
        page.locator(".done video").wait_for()
