"""A report in headless Chromium: no picture missing, no error on the console, no request to a network, A4 pages, the
first page on one of them, its table within its sheet on a screen.

usage: report_in_browser.py REPORT_HTML [FOLDER]      pictures of the pages go to FOLDER, to be looked at
The page itself may run no script; a copy without its policy has one that counts the pictures.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

NAMES = "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"
COUNT = """<script>addEventListener("load", () => { const all = [...document.images];
document.body.setAttribute("data-pictures", all.length);
document.body.setAttribute("data-missing", all.filter(i => !i.complete || i.naturalWidth == 0).length); });</script>"""

MEASURE = """<script>addEventListener("load", () => {
const first = document.querySelector(".first").getBoundingClientRect();
const table = document.querySelector(".first .main").getBoundingClientRect();
document.body.setAttribute("data-height", Math.ceil(first.height));
document.body.setAttribute("data-over", Math.ceil(table.right - first.right)); });</script>"""
PAPER = 273, 184  # mm of an A4 page within its margins


def chromium(folder, *arguments):
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        sys.exit("no chromium on the PATH (Debian: chromium-headless-shell or chromium)")
    result = subprocess.run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--no-first-run", f"--user-data-dir={folder / 'profile'}",
         "--enable-logging=stderr", f"--log-net-log={folder / 'net.json'}", *arguments],
        capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    said = [line for line in result.stderr.splitlines() if "CONSOLE" in line]
    assert not said, said
    return result.stdout


def requests(log):
    """Addresses with a host that were asked for, but for those that the browser asks for of its own accord."""
    own = re.compile(r"https?://([\w-]+\.)*(google|googleapis|gvt1)\.com/")
    try:
        events = json.loads(log.read_text())["events"]
    except json.JSONDecodeError:  # cut off where the browser ended
        addresses = re.findall(r'"url":"([^"]+)"', log.read_text())
    else:
        addresses = [event.get("params", {}).get("url", "") for event in events]
    return [address for address in addresses
            if address.startswith(("http:", "https:", "ws:", "wss:", "ftp:")) and not own.match(address)]


def check(page, out):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        address = page.resolve().as_uri()
        chromium(folder, "--hide-scrollbars", "--window-size=860,1300", f"--screenshot={out / 'screen.png'}", address)
        asked = requests(folder / "net.json")
        assert asked == [], asked
        chromium(folder, "--no-pdf-header-footer", f"--print-to-pdf={out / 'paper.pdf'}", address)
        text = page.read_text()
        bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
        assert bare != text
        (folder / "counted.html").write_text(bare.replace("</body>", COUNT + "</body>"))
        dom = chromium(folder, "--dump-dom", (folder / "counted.html").as_uri())
        pictures, missing = (int(re.search(rf'data-{word}="(\d+)"', dom).group(1)) for word in ("pictures", "missing"))
        assert pictures == text.count("<img") > 6 and missing == 0, (pictures, missing)
        def measured(text, width):
            (folder / "measured.html").write_text(text.replace("</body>", MEASURE + "</body>"))
            dom = chromium(folder, f"--window-size={width},1300", "--dump-dom", (folder / "measured.html").as_uri())
            return [int(re.search(rf'data-{word}="(-?\d+)"', dom).group(1)) for word in ("height", "over")]

        assert measured(bare, 1000)[1] <= 0, "the table runs over the edge of its sheet"
        paper = bare.replace("@media print {", "@media all {").replace("</style>", f"body {{ width: {PAPER[1]}mm; }}</style>", 1)
        assert paper != bare
        height = measured(paper, 1000)[0] / 96 * 25.4
        assert height <= PAPER[0], f"the first page takes {height:.0f} mm, a page has {PAPER[0]}"
        sizes = set(re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", (out / "paper.pdf").read_bytes()))
        assert sizes and all(abs(float(w) - 595) < 2 and abs(float(h) - 842) < 2 for w, h in sizes), sizes
    print(f"{page}: {pictures} pictures, none missing, nothing on the console, no request; A4, the first page {height:.0f} mm")


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    target.mkdir(parents=True, exist_ok=True)
    check(pathlib.Path(sys.argv[1]), target)
