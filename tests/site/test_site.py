"""The built site in a real browser; TREEALG_SITE names the folder that it was built into."""

import functools
import http.server
import os
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.site

PAGES = [
    "index.html",
    "start.html",
    "tutorial/trees.html",
    "how-to/order_conditions.html",
    "advice/words_or_trees.html",
    "reference/generated/treealg.branched_log_sig.html",
    "reference/operations.html",
    "gallery/02_trees_and_hopf_algebras.html",
    "benchmarks.html",
]
OPTIONS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address():
    folder = Path(os.environ["TREEALG_SITE"])
    assert (folder / "index.html").exists()
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for option in [*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"]:
        options.add_argument(option)
    service = webdriver.ChromeService(executable_path="/usr/bin/chromedriver")
    driver = webdriver.Chrome(options=options, service=service)
    driver.set_window_size(1400, 1000)
    yield driver
    driver.quit()


def wait_for(browser, script):
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, 30).until(lambda driver: driver.execute_script(script))


def errors(browser):
    return [line for line in browser.get_log("browser") if line["level"] == "SEVERE"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_show_their_title_and_nothing_goes_wrong(browser, address, page):
    browser.get(f"{address}/{page}")
    assert wait_for(browser, "return document.querySelector('h1')?.innerText")
    assert errors(browser) == []


def test_what_goes_wrong_is_seen(browser, address):
    browser.get(f"{address}/index.html")
    browser.execute_script("console.error('planted')")
    assert "planted" in errors(browser)[0]["message"]


@pytest.mark.parametrize("page", ["tutorial/signature.html", "glossary.html"])
def test_mathematics_is_typeset(browser, address, page):
    browser.get(f"{address}/{page}")
    assert wait_for(browser, "return document.querySelectorAll('mjx-container').length") > 3
    assert wait_for(browser, "return document.querySelector('mjx-container').offsetWidth > 5")
    assert browser.execute_script("return document.querySelector('mjx-merror')") is None


@pytest.mark.parametrize(
    "page", ["gallery/01_branched_signatures.html", "gallery/02_trees_and_hopf_algebras.html"]
)
def test_pictures_of_notebooks_show(browser, address, page):
    browser.get(f"{address}/{page}")
    shown = """
        const found = document.querySelectorAll('.cell_output img, .cell_output svg');
        const width = node => node.naturalWidth ?? node.getBoundingClientRect().width;
        return found.length > 0 && [...found].every(node => width(node) > 10);
    """
    assert wait_for(browser, shown)


def test_search_finds_a_function(browser, address):
    browser.get(f"{address}/search.html?q=branched_log_sig")
    links = "return [...document.querySelectorAll('#search-results li a')].map(a => a.href)"
    wait_for(browser, "return document.querySelector('#search-results li a')")
    found = wait_for(browser, links)
    assert any(link.split("#")[0].endswith("treealg.branched_log_sig.html") for link in found)


def test_light_and_dark_differ(browser, address):
    browser.get(f"{address}/start.html")
    wait_for(browser, "return document.querySelector('h1')")
    colours = []
    for theme in ("light", "dark"):
        browser.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
        style = "return getComputedStyle(document.body).backgroundColor"
        colours.append(browser.execute_script(style))
    assert colours[0] != colours[1]


@pytest.mark.parametrize("page", PAGES)
def test_a_narrow_screen_does_not_scroll_sideways(browser, address, page):
    metrics = {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        browser.get(f"{address}/{page}")
        wait_for(browser, "return document.querySelector('h1')")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 401
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
