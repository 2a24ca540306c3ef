// A guess, by function words and script, whether a text is English: only good enough for a friendly remark.

const ENGLISH =
  "the a an is are was were am be been do does did has have had will would can could should must i you he she it we they me him her us them my your his our their this that these those and or but not of to in on at for with from by as if what who where when why how there here no yes";
const OTHERS =
  "el la los las un una unos unas es son está están y que de del en por para con su sus mi tu se lo le les como pero muy más ya le il et est les des du dans pour une sur avec pas je tu nous vous der die das und ist nicht ein eine ich du wir sie mit auf für von zu den dem il lo gli di che è sono con per non o os do da em não uma um para";

const english = new Set(ENGLISH.split(" "));
const others = new Set(OTHERS.split(" ").filter((word) => !english.has(word)));

/** `"script"`: mostly not in Latin letters; `"language"`: more function words of other languages than English ones. */
export function foreign(text: string): "script" | "language" | undefined {
  const letters = text.match(/\p{L}/gu) ?? [];
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter));
  if (letters.length > 0 && latin.length * 2 < letters.length) return "script";
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const count = (set: Set<string>) => words.filter((word) => set.has(word)).length;
  const marks = /[¿¡ñß]/u.test(text) ? 1 : 0;
  return count(others) + marks > count(english) ? "language" : undefined;
}
