// Copying a text, with the outcome shown on the button for a moment.

const SHOWN_MS = 1600;

/** `shown` hears the outcome as it appears on the button. */
export async function copy(text: string, button: HTMLElement, shown?: (outcome: string) => void): Promise<void> {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Copying is not allowed here";
  }
  shown?.(button.textContent);
  await new Promise((resolve) => window.setTimeout(resolve, SHOWN_MS));
  button.textContent = label;
}
