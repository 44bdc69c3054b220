import { safeText } from '../../local/safe-text.ts';
import { CommandError } from '../core/command-error.ts';

/** The handlers of this checkout, by event type, in the order of registration. */
export interface HandlersOf {
  (eventType: string): readonly string[];
  /** Every registered name: what `--rerun` may name. Absent: names are not checked. */
  readonly names?: readonly string[];
}

/**
 * Loads `lambdas/handlers/index.ts`, when it is asked for: the user's code runs nowhere else in the operator's tools.
 *
 * @throws {CommandError} when it does not load
 */
export async function registeredHandlers(): Promise<HandlersOf> {
  try {
    const { handlers } = await import('../../lambdas/handlers/index.ts');
    const of = (eventType: string) => handlers.handlersFor(eventType).map(({ name }) => name);
    return Object.assign(of, { names: handlers.handlerNames() });
  } catch (error) {
    const cause = safeText(error instanceof Error ? error.message : String(error));
    throw new CommandError(`lambdas/handlers/index.ts does not load (${cause}): mend it first`, {
      cause: error,
    });
  }
}
