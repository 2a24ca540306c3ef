// What a page complains of, as Playwright and Puppeteer hear it: both have the same events.

/** Collects from now on; the function gives all that has come. */
export function hearProblems(page) {
  const problems = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("crash", () => problems.push("the page crashed")); // Playwright's alone
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 100)); // reports arrive on their own way
    return [...problems];
  };
}
