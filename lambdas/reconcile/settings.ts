import { ReconcileEnvironment } from '../contract/environment.ts';
import { type Environment, requireInteger } from '../runtime/environment.ts';
import type { Settings } from './reconcile.ts';

/** @throws {ConfigurationError} when a variable is missing or no whole number */
export function settingsOf(environment: Environment): Settings {
  return {
    graceMs: requireInteger(environment, ReconcileEnvironment.GRACE_SECONDS) * 1000,
    goneShare: requireInteger(environment, ReconcileEnvironment.GONE_PERCENT) / 100,
  };
}
