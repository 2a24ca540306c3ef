// The little of W3C WebDriver that the WebKit driver needs, over fetch.

const elementKey = "element-6066-11e4-a52e-4f735466cecf";

export class WebDriver {
  #base;
  constructor(base) {
    this.#base = base;
  }

  async call(method, path, body) {
    const response = await fetch(this.#base + path, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
    return value;
  }

  async newSession(capabilities) {
    const { sessionId, capabilities: got } = await this.call("POST", "/session", {
      capabilities: { alwaysMatch: capabilities },
    });
    this.#base += `/session/${sessionId}`;
    return got;
  }

  get = (path) => this.call("GET", path);
  post = (path, body = {}) => this.call("POST", path, body);
  delete = (path = "") => this.call("DELETE", path);

  /** Element reference of the first match, which is waited for. */
  async element(css, patience = 10_000) {
    const end = Date.now() + patience;
    for (;;) {
      try {
        return (await this.post("/element", { using: "css selector", value: css }))[elementKey];
      } catch (error) {
        if (Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  reference = (id) => ({ [elementKey]: id });
}

/** Names of keys that are not the character they print, as WebDriver's private code points. */
export const keyCodes = {
  Backspace: "\uE003",
  Tab: "\uE004",
  Enter: "\uE007",
  Shift: "\uE008",
  Control: "\uE009",
  Escape: "\uE00C",
  Space: " ",
  PageUp: "\uE00E",
  PageDown: "\uE00F",
  End: "\uE010",
  Home: "\uE011",
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowRight: "\uE014",
  ArrowDown: "\uE015",
  Delete: "\uE017",
};
