/**
 * Text from a payload or an error, fit for a terminal: on one line, and without the control characters that
 * would move the cursor or rewrite what is above.
 */
export function safeText(text: string, maxCharacters = 500): string {
  const cut = text.length > maxCharacters ? `${text.slice(0, maxCharacters - 1)}…` : text;
  return cut
    .toWellFormed()
    .replace(/\p{Bidi_Control}/gu, '')
    .replace(/\p{Control}+/gu, ' ');
}
