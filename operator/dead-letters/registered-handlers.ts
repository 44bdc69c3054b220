import type { Environment } from '../../lambdas/runtime/environment.ts';
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
 * @param environment - the target's variables that say which handlers are registered
 * @throws {CommandError} when it does not load
 */
export async function registeredHandlers(environment: Environment = {}): Promise<HandlersOf> {
  try {
    const { createHandlers } = await import('../../lambdas/handlers/index.ts');
    const handlers = createHandlers(environment);
    const of = (eventType: string) => handlers.handlersFor(eventType).map(({ name }) => name);
    return Object.assign(of, { names: handlers.handlerNames() });
  } catch (error) {
    const cause = safeText(error instanceof Error ? error.message : String(error));
    throw new CommandError(`lambdas/handlers/index.ts does not load (${cause}): mend it first`, {
      cause: error,
    });
  }
}
