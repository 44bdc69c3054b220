import { styleText } from 'node:util';

const NAMES = ['bold', 'dim', 'green', 'yellow', 'red'] as const;

/** Wraps text in terminal colours, or leaves it as it is. */
export type Colours = Readonly<Record<(typeof NAMES)[number], (text: string) => string>>;

export function colours(enabled: boolean): Colours {
  // `takesColours` has asked the stream.
  const paint = (name: (typeof NAMES)[number]) => (text: string) =>
    enabled ? styleText(name, text, { validateStream: false }) : text;
  return Object.fromEntries(NAMES.map((name) => [name, paint(name)])) as unknown as Colours;
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
