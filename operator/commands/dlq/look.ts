import { counted, formatCount } from '../../cli/command-text.ts';
import type { CommandContext } from '../../cli/context.ts';
import { ExitCode } from '../../core/command-error.ts';
import type { Target } from '../../core/target.ts';
import {
  LOOK_VISIBILITY_SECONDS,
  type Look,
  type LookOptions,
  lookAtDeadLetters,
} from '../../dead-letters/look.ts';

export type LookWith = Omit<LookOptions, 'signal' | 'onProgress' | 'onPuttingBack'>;

/** A look that says on standard error how far it is, once it takes longer than a second. */
export async function lookWithProgress(
  target: Target,
  { terminal, signal }: CommandContext,
  options: LookWith = {},
): Promise<Look> {
  const progress = terminal.progress('looking at the dead-letter queue');
  try {
    const look = await lookAtDeadLetters(target, {
      ...options,
      signal,
      onProgress: (seen, expected) => progress.update(`looked at ${ofAbout(seen, expected)}`),
      onPuttingBack: (left) => progress.update(`putting ${formatCount(left)} back`),
    });
    if (look.comingBack > 0) terminal.note(comingBackText(look.comingBack));
    return look;
  } finally {
    progress.stop();
  }
}

/** `840 of about 2,000`; SQS's number may be late, and less than what was seen. */
export function ofAbout(seen: number, expected: number): string {
  return expected > seen ? `${formatCount(seen)} of about ${formatCount(expected)}` : formatCount(seen);
}

export function hiddenText(hidden: number): string {
  return `${formatCount(hidden)} more ${hidden === 1 ? 'is' : 'are'} held by another look or redrive`;
}

/** Ends a command that only looked and was interrupted. */
export function lookInterrupted({ terminal }: CommandContext, { seen, comingBack }: Look): ExitCode {
  const rest = comingBack === 0 ? ': all are visible again' : '';
  terminal.note(`interrupted after ${counted(seen, 'letter')}${rest}`);
  return ExitCode.INTERRUPTED;
}

export function comingBackText(letters: number): string {
  return `SQS did not take ${counted(letters, 'letter')} back at once: visible again within ${LOOK_VISIBILITY_SECONDS} s`;
}
