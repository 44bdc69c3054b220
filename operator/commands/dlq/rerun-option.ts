import type { Command } from 'commander';
import { UsageError } from '../../core/command-error.ts';

/** `--rerun`, repeatable; what it names is for {@link toRerun}. */
export function addRerunOption(command: Command, says: string): Command {
  const collect = (text: string, collected: readonly string[]) => [...collected, text];
  return command.option('--rerun <handler>', says, collect, []);
}

/**
 * @returns as a redrive takes it: undefined when none is named
 * @throws {UsageError}
 */
export function toRerun(named: readonly string[]): readonly string[] | 'all' | undefined {
  if (named.includes('all') && named.length > 1) throw new UsageError('--rerun all needs no other --rerun');
  if (named.length === 0) return undefined;
  return named.includes('all') ? 'all' : named;
}

/** As they are typed, to repeat them in a hint. */
export function rerunWords(named: readonly string[]): readonly string[] {
  return named.map((name) => `--rerun ${name}`);
}
