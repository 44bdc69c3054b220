import { safeText } from '../../../local/safe-text.ts';
import { counted } from '../../cli/command-text.ts';
import { CommandError } from '../../core/command-error.ts';
import type { Target } from '../../core/target.ts';

/**
 * No visible letter carries this id.
 *
 * @param hidden - letters that others hold just now
 */
export function notFound(id: string, { name }: Target, hidden: number): CommandError {
  const held =
    hidden === 0
      ? ''
      : `, or be one of ${counted(hidden, 'letter')} that another look or redrive holds just now`;
  return new CommandError(
    `no dead letter of ${name} has the id ${safeText(id, 128)}: see \`dlq list\`; it may have been moved or deleted, have expired${held}`,
  );
}
