import { ConfigurationError, type Environment, requireText } from '../runtime/environment.ts';

/** What needs no quoting in SQL; PostgreSQL keeps 63 bytes of a name. */
const PLAIN_IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/;

/** @throws {ConfigurationError} when the variable holds no name that may be put into SQL as it is */
export function requireSchemaName(environment: Environment, name: string): string {
  const schema = requireText(environment, name);
  if (!PLAIN_IDENTIFIER.test(schema)) {
    throw new ConfigurationError(`environment variable ${name} must be a plain name: a-z, 0-9 and _`);
  }
  return schema;
}
