import { parseJson } from '../../local/json.ts';

/**
 * Indents JSON by its own text: numbers that JavaScript would round, repeated names and their order stay as they
 * were sent. Undefined when the text is not JSON.
 */
export function prettyJson(text: string): string | undefined {
  if (parseJson(text) === undefined) return undefined;
  let depth = 0;
  const lineBreak = () => `\n${'  '.repeat(depth)}`;
  return text.replace(TOKEN, (token, string: string | undefined) => {
    if (string !== undefined) return string;
    switch (token[0]) {
      case '{':
      case '[':
        if (token.length > 1) return token[0] + (token.at(-1) ?? '');
        depth += 1;
        return token + lineBreak();
      case '}':
      case ']':
        depth -= 1;
        return lineBreak() + token;
      case ',':
        return `,${lineBreak()}`;
      case ':':
        return ': ';
      default:
        return '';
    }
  });
}

/** Strings first, so that what they hold is left alone; an empty object or list stays together. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")|\{\s*\}|\[\s*\]|[{}[\],:]|\s+/g;
