import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Longer than any queue keeps a message. */
const MAX_MS = 365 * 86_400_000;

/** Parser of an option that takes a duration such as `90s`, `30m`, `2h`, `1.5d`; gives milliseconds. */
export function durationOption(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6}(?:\.\d{1,3})?)([smhd])$/.exec(text) ?? [];
  const ms = Number(number) * (UNIT_MS[unit] ?? Number.NaN);
  if (number === '' || !(ms <= MAX_MS)) {
    throw new InvalidArgumentError('It takes a number with its unit, s, m, h or d: 90s, 30m, 2h, 3d.');
  }
  return ms;
}

/** The duration as the option takes it, exactly: the largest unit that it is a whole number of, else seconds. */
export function durationText(ms: number): string {
  // 1.001d is no whole number of milliseconds in binary.
  const wholeMs = Math.round(ms);
  const units = Object.entries(UNIT_MS).reverse();
  const [unit, unitMs] = units.find(([, each]) => wholeMs % each === 0) ?? ['s', 1_000];
  return `${wholeMs / unitMs}${unit}`;
}
