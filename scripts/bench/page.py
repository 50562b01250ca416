#!/usr/bin/env python3
"""The page that `unetc bundle --web` writes, in Chromium without a window: how long a picture takes, and what the page looks like.

    page.py PAGE [--size N] [--pictures N]          PAGE is the file index.html
    page.py PAGE --picture FILE --screenshot FILE

Times are those that the net's thread takes from pixels to probabilities of a picture of N x N, as the page shows them.
"""
import argparse, json, os, shutil, signal, statistics, subprocess, tempfile, time
from pathlib import Path


class Browser:
    """Steered by the DevTools protocol over its descriptors 3 and 4: messages of JSON, each ended by a zero byte."""

    def __init__(self, width, height):
        self.folder = tempfile.mkdtemp(prefix="unetc-page-")
        theirs, self.write = os.pipe()
        self.read, back = os.pipe()
        program = next(p for p in ["chromium", "chromium-browser", "google-chrome"] if shutil.which(p))
        words = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--remote-debugging-pipe", f"--user-data-dir={self.folder}/profile", f"--window-size={width},{height}",
                 "--allow-file-access-from-files", "about:blank"]

        def descriptors():
            # Neither may be what the other becomes.
            first, second = os.dup2(theirs, 100), os.dup2(back, 101)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.process = subprocess.Popen(words, preexec_fn=descriptors, close_fds=False, start_new_session=True,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs), os.close(back)
        self.unread, self.number, self.session = b"", 0, None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        self.call("Page.enable")

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.unread:
                more = os.read(self.read, 1 << 20)
                if not more:
                    raise SystemExit("page: the browser has ended")
                self.unread += more
            text, self.unread = self.unread.split(b"\0", 1)
            answer = json.loads(text)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"page: {method}: {answer['error']['message']}")
                return answer["result"]

    def evaluate(self, text):
        result = self.call("Runtime.evaluate", expression=text, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"page: {result['exceptionDetails']}")
        return result["result"].get("value")

    def open(self, path):
        self.call("Page.navigate", url=Path(path).resolve().as_uri())
        for _ in range(600):
            if self.evaluate("document.documentElement?.dataset.ready") == "yes":
                return
            time.sleep(0.1)
        raise SystemExit(f"page: {path} does not become ready")

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def measure(browser, size, count):
    """Milliseconds of pictures, by what the page says."""
    return browser.evaluate(f"""
        (async () => {{
          const data = Uint8ClampedArray.from({{ length: 4 * {size} * {size} }}, (_, i) => i % 4 == 3 ? 255 : (i * 7919 + (i >> 5) * 104729) % 251);
          const times = [];
          for (let i = 0; i < {count}; i += 1) {{
            const {{ milliseconds }} = await unetc.segment({{ data, width: {size}, height: {size} }});
            times.push(milliseconds);
          }}
          return times;
        }})()""")


def show(browser, picture):
    """As a user who chooses a file does."""
    browser.call("DOM.enable")
    document = browser.call("DOM.getDocument")["root"]["nodeId"]
    field = browser.call("DOM.querySelector", nodeId=document, selector="#file")["nodeId"]
    browser.call("DOM.setFileInputFiles", nodeId=field, files=[str(Path(picture).resolve())])
    for _ in range(300):
        said = browser.evaluate("document.getElementById('status').textContent")
        if Path(picture).name in said and " ms" in said:
            return
        time.sleep(0.1)
    raise SystemExit(f"page: {said}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--picture")
    parser.add_argument("--screenshot")
    options = parser.parse_args()
    browser = Browser(1200, 800)
    try:
        browser.open(options.page)
        if options.screenshot:
            import base64
            show(browser, options.picture)
            # Once more, as a user sees it who has looked at one before.
            time.sleep(1)
            show(browser, options.picture)
            browser.call("Emulation.setDeviceMetricsOverride", width=1200, height=800, deviceScaleFactor=1, mobile=False)
            time.sleep(0.5)
            Path(options.screenshot).write_bytes(base64.b64decode(browser.call("Page.captureScreenshot")["data"]))
            return
        times = measure(browser, options.size, options.pictures)
        facts = browser.evaluate("[...document.querySelectorAll('#facts dt')].map((t) => t.textContent + ': ' + t.nextSibling.textContent)")
        print("; ".join(facts))
        print(f"{os.path.getsize(options.page) / 1e6:.3f} MB; {options.size}x{options.size}, {len(times)} pictures: "
              f"fastest {min(times):.2f} ms, median {statistics.median(times):.2f} ms")
    finally:
        browser.close()


if __name__ == "__main__":
    main()
