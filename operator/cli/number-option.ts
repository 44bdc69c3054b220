import { InvalidArgumentError } from 'commander';

export interface NumberRange {
  readonly minimum: number;
  readonly maximum: number;
  /** Default false. */
  readonly whole?: boolean;
}

/** Parser of an option that takes a decimal number. */
export function numberOption({ minimum, maximum, whole = false }: NumberRange) {
  return (text: string): number => {
    const value = /^\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= minimum && value <= maximum) || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(
        `It takes a ${whole ? 'whole number' : 'number'} from ${minimum} to ${maximum}.`,
      );
    }
    return value;
  };
}
