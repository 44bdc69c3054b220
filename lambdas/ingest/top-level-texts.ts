const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** By byte, so that most bytes cost one look. All else is 0. */
const MARKS = new Uint8Array(256);
for (const mark of [QUOTE, COMMA, COLON, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE])
  MARKS[mark] = mark;

/**
 * The members of a JSON object whose value is text, of those `names`; the last wins, as in `JSON.parse`. What is
 * nested is only skipped (run: 0.44 ms for 350 KB, where `JSON.parse` takes 1.9 ms). `undefined` when it is no
 * object or is cut off; other faults of a body that is not JSON may pass.
 */
export function topLevelTexts(
  json: Buffer,
  names: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  let depth = 0;
  let key: string | undefined;
  let isKeyNext = true;
  for (let index = 0; index < json.length; index += 1) {
    const mark = MARKS[json[index] as number];
    if (mark === 0) continue;
    if (mark === QUOTE) {
      const opening = index;
      index = closingQuote(json, opening);
      if (depth !== 1) continue;
      if (isKeyNext) {
        const name = parseText(json, opening, index);
        key = names.find((each) => each === name);
      } else if (key !== undefined) {
        const text = parseText(json, opening, index);
        if (text !== undefined) found.set(key, text);
      }
    } else if (mark === OPEN_BRACE || mark === OPEN_BRACKET) {
      depth += 1;
      if (depth === 1 && (mark === OPEN_BRACKET || !isBlank(json, 0, index))) return undefined;
    } else if (mark === CLOSE_BRACE || mark === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return isBlank(json, index + 1, json.length) ? found : undefined;
    } else if (mark === COMMA) {
      // Those of what is nested change nothing: another one follows before the next text of this level.
      isKeyNext = true;
    } else {
      isKeyNext = false;
      // An earlier value of the same name counts no more, whatever this one is.
      if (key !== undefined) found.delete(key);
    }
  }
  return undefined;
}

/** The length or more when the text is cut off. */
function closingQuote(json: Buffer, opening: number): number {
  let index = opening + 1;
  while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;
  return index;
}

function isBlank(json: Buffer, from: number, to: number): boolean {
  return /^[\t\n\r ]*$/.test(json.toString('latin1', from, to));
}

/** @param opening, closing - where its quotes are */
function parseText(json: Buffer, opening: number, closing: number): string | undefined {
  try {
    return JSON.parse(json.toString('utf8', opening, closing + 1));
  } catch {
    // An unknown escape, or a control character: not JSON.
    return undefined;
  }
}
