import { InvalidArgumentError } from 'commander';

interface NumberRange {
  readonly minimum: number;
  readonly maximum: number;
  /** @default false */
  readonly whole?: boolean;
  /** @default none */
  readonly unit?: string;
}

/** Parser of an option that takes a decimal number. */
export function numberOption({ minimum, maximum, whole = false, unit }: NumberRange) {
  return (text: string): number => {
    const value = /^\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= minimum && value <= maximum) || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(
        `It takes a ${whole ? 'whole number' : 'number'}${unit === undefined ? '' : ` of ${unit}`} from ${minimum} to ${maximum}.`,
      );
    }
    return value;
  };
}

/** Parser of an option that takes a port to listen on. */
export const portOption = numberOption({ minimum: 0, maximum: 65_535, whole: true });
