/** The function's environment does not hold what the stack should have set. The deploy is wrong. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration';
  /** A deploy mends it: an event that met it is worth another attempt. */
  readonly retryable = true;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {ConfigurationError} when the variable is missing or empty. */
export function requireText(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') {
    throw new ConfigurationError(`environment variable ${name} is not set; the stack sets it: deploy again`);
  }
  return value;
}

/** @throws {ConfigurationError} when the variable is missing or not a whole number of at least `minimum`. */
export function requireInteger(environment: Environment, name: string, minimum = 0): number {
  const text = requireText(environment, name);
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= minimum)) {
    throw new ConfigurationError(
      `environment variable ${name} must be a whole number of at least ${minimum}`,
    );
  }
  return value;
}
