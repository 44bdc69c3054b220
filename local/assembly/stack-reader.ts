import type { StackIdentities } from './identities.ts';
import type { Properties } from './properties.ts';

/** The template of one stack with typed, resolved access to its resources. */
export interface StackReader extends StackIdentities {
  ofType(...types: readonly string[]): Properties[];
}
