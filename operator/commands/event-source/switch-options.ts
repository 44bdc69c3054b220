import { numberOption } from '../../cli/number-option.ts';
import type { TargetOptions } from '../../cli/target-option.ts';

/** Options of `pause` and `resume`. */
export interface SwitchCommandOptions extends TargetOptions {
  /** Seconds. */
  readonly timeout: number;
  readonly json?: true;
}

/** Lambda takes up to a minute or two for a change; locally it is done when the batches under way are. */
export const DEFAULT_TIMEOUT_SECONDS = 180;

export const timeoutOption = numberOption({ minimum: 0, maximum: 3_600 });
