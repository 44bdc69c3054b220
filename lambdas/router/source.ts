import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { SourceProfile } from '../contract/source.ts';

/** A sender's profile with the events that it is known to send. */
export interface Source<Schemas extends Readonly<Record<string, StandardSchemaV1>>> extends SourceProfile {
  /** Event type → schema of the whole body, of any library that speaks Standard Schema v1. `define` adds others. */
  readonly schemas: Schemas;
}
