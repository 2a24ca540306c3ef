// Saved sessions: whole ones come back, damaged ones are refused with a code and harm nothing.

export async function saveAndRestore(model, session) {
  const bytes = await session.save();
  const restored = await model.restore(bytes);
  if (restored.position !== session.position)
    throw new Error(`restored at ${restored.position}, saved at ${session.position}`);
  return restored;
}

export async function tryBrokenBytes(model, session, dice) {
  const bytes = await session.save();
  const broken = dice.chance(0.5) ? bytes.slice(0, dice.below(bytes.length)) : bytes.slice();
  if (broken.length === bytes.length) broken[dice.below(bytes.length)] ^= 1 << dice.below(8);
  try {
    (await model.restore(broken)).dispose();
  } catch (error) {
    if (error.name !== "OneheadError" || !error.code || error.code === "internal") throw error;
    return;
  }
  throw new Error("damaged bytes were restored");
}
