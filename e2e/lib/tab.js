// One person's tab with the chat in it, in a browser profile of its own.

import {execFileSync} from "node:child_process";
import {fileURLToPath} from "node:url";
import {chromium} from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
export const PATIENCE = 20_000;

export function launch() {
  const script = fileURLToPath(new URL("../../tools/install-chromium", import.meta.url));
  const executablePath = execFileSync(script, {encoding: "utf8"}).trim();
  return chromium.launch({executablePath, args: FLAGS});
}

export class Tab {
  #context;
  complaints = []; // what the console got: errors, and what the content security policy refused

  static async open(browser, port, name, {room = "chat/lobby", ...options} = {}) {
    const tab = new Tab();
    tab.name = name;
    tab.#context = await browser.newContext({viewport: {width: 1280, height: 800}, ...options});
    tab.page = await tab.#context.newPage();
    tab.page.setDefaultTimeout(PATIENCE);
    tab.page.on("pageerror", (error) => tab.complaints.push(String(error)));
    tab.page.on("console", (message) => {
      const expected = message.text().startsWith("WebSocket connection to"); // the server was away
      if (message.type() === "error" && !expected) tab.complaints.push(message.text());
    });
    await tab.page.goto(`http://localhost:${port}/#${room}`);
    await tab.page.fill("#name", name);
    await tab.page.keyboard.press("Enter");
    await tab.is("open");
    return tab;
  }

  /** Waits until the connection's state is this one. */
  async is(state) {
    await this.page.waitForSelector(`#state[data-state=${state}]`);
  }

  async says(text) {
    await this.page.fill("#text", text);
    await this.page.press("#text", "Enter");
  }

  /** Waits until a message is there, and no longer under way. */
  async sees(text) {
    await this.page.locator(".message:not(.pending) .content", {hasText: text}).first().waitFor();
  }

  /** What was said, in the order of the page. */
  texts() {
    return this.page.locator(".message .content").allTextContents();
  }

  people() {
    return this.page.locator("#members .who").allTextContents();
  }

  /** Waits until exactly these people are shown. */
  async seesPeople(...names) {
    await this.page.waitForFunction(
      (wanted) => [...document.querySelectorAll("#members .who")].map((e) => e.textContent).sort().join() === wanted,
      names.sort().join(),
    );
  }

  async close() {
    await this.#context.close();
  }
}
