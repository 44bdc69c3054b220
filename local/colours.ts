/** Wraps text in terminal colours, or leaves it as it is. */
export interface Colours {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
}

export function colours(enabled: boolean): Colours {
  const wrap = (code: number, end: number) => (text: string) =>
    enabled ? `\u001b[${code}m${text}\u001b[${end}m` : text;
  return {
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    green: wrap(32, 39),
    yellow: wrap(33, 39),
    red: wrap(31, 39),
  };
}

/** Whether what is written there may be coloured. */
export function takesColours(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  // As Node has it: over everything else. Pages of CI and pagers show colours without being a terminal.
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  // https://no-color.org: present and not empty, whatever its value.
  const refused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return stream.isTTY === true && !refused;
}
