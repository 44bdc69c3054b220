import type { Target } from '../core/target.ts';

const COLUMNS = 80;

/** A command of this program, ready to be copied: broken for the shell where it is longer than 80 columns. */
export function commandText(words: string, { flag }: Pick<Target, 'flag'>, indent = 2): string {
  const margin = ' '.repeat(indent);
  const lines: string[] = [];
  let line = `${margin}npx supaglue-webhooks`;
  // An option stays beside its value, and the target's flag in one piece.
  for (const part of `${words} ${flag}`.split(/ (?=--)|(?<=^\S+) /)) {
    // Two columns for the backslash that the next part may need.
    if (line.length + 1 + part.length + 2 > COLUMNS) {
      lines.push(`${line} \\`);
      line = `${margin}   `;
    }
    line += ` ${part}`;
  }
  return [...lines, line].join('\n');
}

/** `1 letter`, `2,000 letters`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `2,000`, whatever the machine's language. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
