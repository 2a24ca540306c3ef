// For an engine whose driver cannot hear the console (WebKitGTK's sessions under automation are ephemeral, and those
// do not log): the test server puts this script first in every page. An external script of the page's own origin,
// so the strictest policy allows it. What happens inside a worker reaches it only as the worker's error event.
(() => {
  const problems = [];
  Object.defineProperty(window, "__problems", { value: problems });
  const consoleError = console.error;
  console.error = (...words) => {
    problems.push(words.map(String).join(" "));
    consoleError.apply(console, words);
  };
  addEventListener("unhandledrejection", (event) => problems.push(`unhandled rejection: ${event.reason}`));
  // Captured, so that a script, style or picture that does not load is seen too.
  addEventListener(
    "error",
    (event) =>
      problems.push(
        event.target === window ? `uncaught: ${event.message}` : `not loaded: ${event.target.src ?? event.target.href}`,
      ),
    true,
  );
  document.addEventListener("securitypolicyviolation", (event) =>
    problems.push(
      `Content-Security-Policy ${event.effectiveDirective}: blocked ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`,
    ),
  );
})();
