"""The report in a real browser: seen, moved and pointed at.

Needs Chromium and its driver (Debian: ``apt-get install chromium chromium-driver``); skipped where
they are not, since set-up installs nothing outside the checkout.
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

from sparehub.report.page import page
from tests.configurations import with_spokes
from tests.sparehub.report.conftest import Change, report_of, unchanged

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER),
    reason="there is no Chromium: apt-get install chromium chromium-driver",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Return a browser without a window; everything of it lies in the test's directory."""
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
    browser: Chrome, directory: Path, primary: Change = unchanged, secondary: Change = unchanged
) -> Chrome:
    file = directory / "report.html"
    file.write_text(page(report_of(directory, primary, secondary)), encoding="utf-8")
    browser.get(file.as_uri())
    return browser


def texts(browser: Chrome, selector: str) -> list[str]:
    return [each.text for each in browser.find_elements(By.CSS_SELECTOR, selector)]


def colours(browser: Chrome) -> set[str]:
    """Return the colours in which the lines of the second picture are drawn."""
    lines = browser.find_elements(By.CSS_SELECTOR, "figure:nth-child(2) .link path")
    return {line.value_of_css_property("stroke") for line in lines}


def test_the_page_shows_everything_without_an_error(opened: Chrome) -> None:
    """Headings, three pictures, both tables; the console stays empty."""
    assert texts(opened, "h1") == ["Sparehub: eastasia and southeastasia"]
    assert texts(opened, "h2") == [
        "Before, after, difference",
        "The failover, step by step",
        "Recovery time",
        "Findings",
    ]
    assert texts(opened, ".three h3") == ["Before", "After", "Difference"]
    words = texts(opened, ".three .word")
    assert words == ["live", "standby", "fenced", "live", "fenced", "live"]
    assert len(texts(opened, ".recovery tbody tr")) == 4
    assert opened.get_log("browser") == []


def test_the_picture_is_not_blank(opened: Chrome, tmp_path: Path) -> None:
    """A rendered page compresses worse than white paper does, and styles are applied."""
    report = opened.get_screenshot_as_png()
    blank = tmp_path / "blank.html"
    blank.write_text("<!doctype html><title>blank</title>")
    drawn = colours(opened)
    opened.get(blank.as_uri())

    assert len(report) > 5 * len(opened.get_screenshot_as_png())
    assert drawn == {"rgb(179, 38, 30)", "rgb(11, 107, 79)", "rgb(92, 107, 122)"}


def test_every_text_fits_its_box(opened: Chrome, tmp_path: Path) -> None:
    """Coordinates are computed without a browser; this is what they come to in one."""

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


def test_the_slider_walks_through_the_failover(opened: Chrome) -> None:
    """By keys and by buttons; one frame is shown at a time, and its step is marked."""

    def seen() -> tuple[list[str], list[str], str]:
        shown = [e for e in opened.find_elements(By.CSS_SELECTOR, ".frame") if e.is_displayed()]
        words = [
            word.text for each in shown for word in each.find_elements(By.CSS_SELECTOR, ".word")
        ]
        current = texts(opened, ".steps [aria-current] b")
        return words, current, opened.find_element(By.ID, "step-said").text

    slider = opened.find_element(By.ID, "step")
    assert seen() == (["live", "standby"], ["eastasia is live"], "1 of 3")
    slider.send_keys(Keys.ARROW_RIGHT)
    fenced = "disconnect primary (eastasia) from on-premises"
    assert seen() == (["fenced", "standby"], [fenced], "2 of 3")
    assert slider.get_attribute("aria-valuetext") == fenced
    opened.find_element(By.ID, "on").click()
    assert seen()[0] == ["fenced", "live"]
    opened.find_element(By.ID, "on").click()
    assert seen()[2] == "3 of 3"
    opened.find_element(By.ID, "back").click()
    assert seen()[2] == "2 of 3"


def test_focus_shows_routes_and_escape_hides_them(opened: Chrome) -> None:
    """The keyboard reaches whatever the pointer does."""
    panel = opened.find_element(By.ID, "routes")
    spoke = opened.find_element(By.CSS_SELECTOR, ".three figure .spoke")
    assert not panel.is_displayed()

    opened.execute_script("arguments[0].focus()", spoke)

    assert texts(opened, "#routes h3") == ["Effective routes of primary/spoke1/app"]
    assert "User Active 0.0.0.0/0 VirtualAppliance 10.10.10.10" in texts(opened, "#routes tr")
    spoke.send_keys(Keys.ESCAPE)
    assert not panel.is_displayed()


def test_it_prints_on_a_few_pages_of_a4(opened: Chrome) -> None:
    """The slider is for the screen; pictures, steps and tables are on paper."""
    options = PrintOptions()
    options.page_width, options.page_height = 21.0, 29.7
    options.background = True
    printed = opened.print_page(options)

    # The objects of a PDF are compressed one by one; the kind of each is not.
    assert base64.b64decode(printed).count(b"/Type /Page\n") in (2, 3)
