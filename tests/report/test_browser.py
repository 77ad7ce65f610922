"""The report in a real browser: layout, slider, keyboard and print.

``make browser`` runs it. It needs Chromium and its driver (Debian: ``apt-get install chromium
chromium-driver``), since set-up installs nothing outside the checkout.
"""

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.common.print_page_options import PrintOptions

from sparehub.report.document import compose
from sparehub.report.history import History
from sparehub.report.journal_files import Recorded
from sparehub.report.page import page
from sparehub.stacks.stack_file_check import check_stack_files
from tests.configurations import with_spokes
from tests.report.conftest import Change, unchanged, write_stacks
from tests.report.journal_records import planned, records, unplanned

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Return a headless browser whose profile is in the test's directory."""
    if not (BROWSER and DRIVER):
        pytest.fail("there is no Chromium: apt-get install chromium chromium-driver")
    options = ChromeOptions()
    options.binary_location = str(BROWSER)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in (
        "--headless=new",
        "--no-sandbox",  # as root, as in most of continuous integration
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--hide-scrollbars",
        "--window-size=1400,1900",
        f"--user-data-dir={tmp_path_factory.mktemp('browser')}",
    ):
        options.add_argument(argument)
    driver = Chrome(options=options, service=Service(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser: Chrome, tmp_path: Path) -> Chrome:
    """Return the browser with the report of the shipped pair."""
    return show(browser, tmp_path)


def show(
    browser: Chrome,
    directory: Path,
    primary: Change = unchanged,
    secondary: Change = unchanged,
    recorded: Recorded | None = None,
) -> Chrome:
    file = directory / "report.html"
    write_stacks(directory, primary, secondary)
    file.write_text(page(compose(check_stack_files(directory), recorded)), encoding="utf-8")
    browser.get(file.as_uri())
    return browser


def texts(browser: Chrome, selector: str) -> list[str]:
    return [element.text for element in browser.find_elements(By.CSS_SELECTOR, selector)]


def colours(browser: Chrome) -> set[str]:
    """Return the colours of the links in the second picture."""
    lines = browser.find_elements(By.CSS_SELECTOR, "figure:nth-child(2) .link path")
    return {line.value_of_css_property("stroke") for line in lines}


def test_the_page_shows_everything_without_an_error(opened: Chrome) -> None:
    """Headings, three pictures, both tables; the console stays empty."""
    assert texts(opened, "h1") == ["Sparehub: eastasia and southeastasia"]
    assert texts(opened, "h2") == [
        "Before, after, difference",
        "The planned failover, step by step",
        "The unplanned failover, step by step",
        "Past operations",
        "Recovery time",
        "Findings",
    ]
    assert texts(opened, ".overview h3") == ["Before", "After", "Difference"]
    words = texts(opened, ".overview .word")
    assert words == ["live", "standby", "fenced", "live", "fenced", "live"]
    assert len(texts(opened, ".recovery tbody tr")) == 4
    assert opened.get_log("browser") == []


def test_the_picture_is_not_blank(opened: Chrome, tmp_path: Path) -> None:
    """Its screenshot is larger than that of a blank page, and styles are applied."""
    report = opened.get_screenshot_as_png()
    blank = tmp_path / "blank.html"
    blank.write_text("<!doctype html><title>blank</title>")
    drawn = colours(opened)
    opened.get(blank.as_uri())

    assert len(report) > 5 * len(opened.get_screenshot_as_png())
    assert drawn == {"rgb(179, 38, 30)", "rgb(11, 107, 79)", "rgb(92, 107, 122)"}


def test_every_text_fits_its_box(opened: Chrome, tmp_path: Path) -> None:
    """Coordinates are computed without a browser, and checked in one."""

    def rename(values: dict[str, Any]) -> None:
        with_spokes(values, 20)
        values["sparehub:region"]["name"] = "MMMMMMMMMMMMMMMMMMMMMMMM"
        spokes = values["sparehub:region"]["spokes"]
        spokes["a-name-that-nobody-would-read-aloud"] = spokes.pop("spoke7")

    show(opened, tmp_path, rename, rename)
    over = opened.execute_script(
        """return [...document.querySelectorAll('.picture .middle')].filter((text) => {
             const box = text.parentNode.querySelector(':scope > rect:last-of-type');
             return box && text.getBBox().width > box.getBBox().width + 1;
           }).map((text) => text.textContent)"""
    )

    assert over == []


def walked(browser: Chrome, mode: str) -> tuple[list[str], list[str], str]:
    """Return the labels of the visible frame, the marked step, and its position."""
    frames = browser.find_elements(By.CSS_SELECTOR, f".{mode} .frame")
    words = [
        word.text
        for frame in frames
        if frame.is_displayed()
        for word in frame.find_elements(By.CSS_SELECTOR, ".word")
    ]
    (position,) = texts(browser, f".{mode} output")
    return words, texts(browser, f".{mode} .steps [aria-current] b"), position


def test_the_slider_walks_through_the_failover(opened: Chrome) -> None:
    """With keys and buttons; one frame is visible at a time, and its step is marked."""

    def seen() -> tuple[list[str], list[str], str]:
        return walked(opened, "planned")

    def press(button: str) -> None:
        opened.find_element(By.CSS_SELECTOR, f".planned .{button}").click()

    slider = opened.find_element(By.ID, "planned-step")
    assert seen() == (["live", "standby"], ["eastasia is live"], "1 of 3")
    slider.send_keys(Keys.ARROW_RIGHT)
    fenced = "disconnect primary (eastasia) from on-premises"
    assert seen() == (["fenced", "standby"], [fenced], "2 of 3")
    assert slider.get_attribute("aria-valuetext") == fenced
    press("next")
    assert seen()[0] == ["fenced", "live"]
    press("next")
    assert seen()[2] == "3 of 3"
    press("back")
    assert seen()[2] == "2 of 3"


def test_the_unplanned_failover_has_a_slider_of_its_own(opened: Chrome) -> None:
    """The other slider stays at its position."""
    slider = opened.find_element(By.ID, "unplanned-step")
    words = []
    for _ in range(6):
        words.append(walked(opened, "unplanned")[0])
        slider.send_keys(Keys.ARROW_RIGHT)

    assert words == [
        ["live", "standby"],
        ["silent", "standby"],
        ["fenced", "standby"],
        ["fenced", "live"],
        ["UNFENCED", "live"],
        ["fenced", "live"],
    ]
    assert walked(opened, "unplanned")[2] == "6 of 6"
    assert walked(opened, "planned")[2] == "1 of 3"


def test_open_items_are_shown_at_the_top(browser: Chrome, tmp_path: Path) -> None:
    """A warning, the current status and the past operations; the console has no error."""
    story = records(*planned("c"), *unplanned("c"))
    show(browser, tmp_path, recorded=Recorded(history=History.of(story)))

    assert texts(browser, "h2")[0] == "Now"
    assert texts(browser, ".alarms b, .alarms code") == ["UNFENCED", "sparehub finish-fence"]
    assert texts(browser, ".now .word") == ["UNFENCED", "standby"]
    assert [text.split("\n")[0] for text in texts(browser, ".entry h3")] == [
        "Unplanned failover, primary to secondary finished UNFENCED sparehub finish-fence",
        "Planned failover, primary to secondary committed",
    ]
    link = browser.find_element(By.CSS_SELECTOR, ".now .link.UNFENCED path")
    drawn = [link.value_of_css_property(name) for name in ("stroke", "stroke-dasharray")]
    assert drawn == ["rgb(196, 22, 12)", "none"]
    browser.execute_script(
        "arguments[0].focus()", browser.find_element(By.CSS_SELECTOR, ".now .nva")
    )
    assert texts(browser, "#routes h3") == ["Effective routes of primary/hub/nva"]
    assert len(browser.get_screenshot_as_png()) > 50_000
    assert browser.get_log("browser") == []


def test_without_scripts_every_frame_is_visible(browser: Chrome, tmp_path: Path) -> None:
    """The slider is hidden."""
    try:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        show(browser, tmp_path)
        frames = browser.find_elements(By.CSS_SELECTOR, ".frame, .slider")
        seen = [frame.get_attribute("class") for frame in frames if frame.is_displayed()]
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert seen == ["frame"] * 9


def test_focus_shows_routes_and_escape_hides_them(opened: Chrome) -> None:
    """The keyboard reaches every subnet that the pointer reaches."""
    panel = opened.find_element(By.ID, "routes")
    spoke = opened.find_element(By.CSS_SELECTOR, ".overview figure .spoke")
    assert not panel.is_displayed()

    opened.execute_script("arguments[0].focus()", spoke)

    assert texts(opened, "#routes h3") == ["Effective routes of primary/spoke1/app"]
    assert "User Active 0.0.0.0/0 VirtualAppliance 10.10.10.10" in texts(opened, "#routes tr")
    spoke.send_keys(Keys.ESCAPE)
    assert not panel.is_displayed()


def test_it_prints_on_a_few_pages_of_a4(opened: Chrome) -> None:
    """Pictures, steps and tables are printed, and the slider is not."""
    options = PrintOptions()
    options.page_width, options.page_height = 21.0, 29.7
    options.background = True
    printed = opened.print_page(options)

    # The objects of a PDF are compressed, but not their types.
    assert base64.b64decode(printed).count(b"/Type /Page\n") in (3, 4)
