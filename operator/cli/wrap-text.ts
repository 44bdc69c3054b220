/** What a terminal draws two columns wide. Combining marks count as one: a line may end early, never late. */
const WIDE =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uFF01-\uFF60]/u;

/** Columns that a terminal needs for a text without escapes, at most. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

/** Breaks text on one line into lines of at most `width` columns: between words, or within one that is longer. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (columnsOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = inPieces(word, width);
    line = pieces.pop() ?? '';
    lines.push(...pieces);
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** The same, ending with `…` where more than `maxLines` would be needed. */
export function wrapAtMost(text: string, width: number, maxLines: number): readonly string[] {
  const lines = wrapText(text, width);
  if (lines.length <= maxLines) return lines;
  const last = inPieces(lines[maxLines - 1] ?? '', width - 1)[0] ?? '';
  return [...lines.slice(0, maxLines - 1), `${last}…`];
}

/** Breaks one line of fixed text, such as a payload's, without joining or dropping blanks. */
export function inPieces(text: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let columns = 0;
  for (const character of text) {
    const more = columnsOf(character);
    if (columns + more > width) {
      pieces.push(piece);
      piece = '';
      columns = 0;
    }
    piece += character;
    columns += more;
  }
  return [...pieces, piece];
}
