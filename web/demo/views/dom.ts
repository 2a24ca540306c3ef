// The few lines that views are written with: elements from (tag, attributes, children), in any document.

export type Child = Node | string | number | false | null | undefined | readonly Child[];
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** What every view takes besides its model. The document is a parameter, so that views run at build time too. */
export interface ViewOptions {
  readonly document: Document;
}

export interface LanguageOptions extends ViewOptions {
  /** Language of the text that is drawn, null if it is not known. Default: what the translator writes. */
  readonly lang?: string | null;
}

export interface Builder {
  html(tag: string, attributes?: Attributes, ...children: Child[]): HTMLElement;
  svg(tag: string, attributes?: Attributes, ...children: Child[]): SVGElement;
}

const HTML = "http://www.w3.org/1999/xhtml";
const SVG = "http://www.w3.org/2000/svg";

export function builder({ document }: ViewOptions): Builder {
  const append = (parent: Element, child: Child): void => {
    if (child === false || child === null || child === undefined) return;
    if (Array.isArray(child)) for (const each of child as readonly Child[]) append(parent, each);
    else if (typeof child === "string" || typeof child === "number")
      parent.appendChild(document.createTextNode(String(child)));
    else parent.appendChild(child as Node);
  };
  const make = (space: string, tag: string, attributes: Attributes, children: Child[]) => {
    const element = space === HTML ? document.createElement(tag) : document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === false || value === null || value === undefined) continue;
      element.setAttribute(name, value === true ? "" : String(value));
    }
    append(element, children);
    return element;
  };
  return {
    html: (tag, attributes = {}, ...children) => make(HTML, tag, attributes, children) as HTMLElement,
    svg: (tag, attributes = {}, ...children) => make(SVG, tag, attributes, children) as SVGElement,
  };
}

/** A number as an attribute: short, and the same in every engine. */
export const short = (x: number, digits = 3): string => String(Number(x.toFixed(digits)));

/** The class that gives an element the hue of a query head. */
export const hue = (head: number): string => `h${head % 8}`;

/** Text for screen readers only. */
export const spoken = ({ html }: Builder, text: string): HTMLElement => html("span", { class: "spoken" }, text);
