// The page has two sides: the translator, and a model that a visitor brings. Nothing of the second is fetched before it
// is asked for, by its link or by dropping a file.

import type { Own } from "../own/own";

const OWN = "#own";

interface Sides {
  readonly translator: HTMLElement;
  readonly own: HTMLElement;
  readonly links: HTMLElement;
  /** Called when the visitor leaves the translator. */
  readonly leave: () => void;
}

export const isOwn = (hash: string): boolean => hash === OWN;

export function followViews({ translator, own, links, leave }: Sides): void {
  let element: Promise<Own> | undefined;
  const load = () => {
    element ??= import("../own/own").then(({ openOwn }) => openOwn(own));
    element.catch(() => {
      element = undefined;
      failed();
    });
    return element;
  };
  const failed = () => {
    const text = own.querySelector<HTMLElement>("[data-own-state]");
    if (text) text.textContent = "This part of the page could not be fetched. Go online, then choose its link again.";
  };
  const show = () => {
    const chosen = isOwn(location.hash);
    translator.hidden = chosen;
    own.hidden = !chosen;
    document.body.dataset.side = chosen ? "own" : "translator";
    for (const link of links.querySelectorAll("a")) {
      if ((link.hash === OWN) === chosen) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (!chosen) return;
    leave();
    load().catch(() => {});
  };
  links.hidden = false;
  links.addEventListener("click", (event) => {
    const link = (event.target as Element).closest("a");
    if (link === null || event.defaultPrevented) return;
    // Choosing the link of the side that is open tries again what failed.
    if (isOwn(location.hash) && link.hash === OWN) show();
    window.scrollTo({ top: 0, behavior: "instant" });
  });
  window.addEventListener("hashchange", show);
  followDrops((file) => {
    if (!isOwn(location.hash)) location.hash = OWN;
    load().then(
      (element) => element.choose({ kind: "file", file }),
      () => {},
    );
  });
  show();
}

/** Files may be dropped anywhere; what is dragged besides, a word for instance, is left alone. */
function followDrops(take: (file: File) => void): void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  let depth = 0;
  const mark = (inside: number) => {
    depth = Math.max(0, inside);
    document.body.classList.toggle("dropping", depth > 0);
  };
  window.addEventListener("dragenter", (event) => {
    if (hasFiles(event)) mark(depth + 1);
  });
  window.addEventListener("dragleave", (event) => {
    if (hasFiles(event)) mark(depth - 1);
  });
  window.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  });
  window.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    mark(0);
    const files = [...(event.dataTransfer?.files ?? [])];
    const file = files.find(({ name }) => /\.gguf$/i.test(name)) ?? files[0];
    if (file) take(file);
  });
}
