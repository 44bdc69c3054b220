import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as z from 'zod/mini';
import { frozen } from '../events/frozen.ts';
import type { ValidationResult } from './handler.ts';

/** A dead letter's reason is small: this many issues say enough. */
const MAX_ISSUES = 20;
const MAX_ISSUE_CHARACTERS = 300;

/**
 * What `onAny` is given: an object with its type, whatever else it holds. Events of known types are validated
 * against their schema first.
 */
export interface AnyEvent {
  readonly webhook_event_type: string;
  readonly [field: string]: unknown;
}

/** Stands for the schema of a type that has none. */
export const anyEvent: StandardSchemaV1<unknown, AnyEvent> = z.looseObject({
  webhook_event_type: z.string(),
});

/** The same of another source, whose type is told by its profile. */
export const anyObject: StandardSchemaV1<unknown, Readonly<Record<string, unknown>>> = z.looseObject({});

/** The one way a payload is validated, whichever library its schema is from. */
export function validateWith(
  schema: StandardSchemaV1,
  payload: unknown,
): ValidationResult | Promise<ValidationResult> {
  const result = schema['~standard'].validate(payload);
  return result instanceof Promise ? result.then(toValidationResult) : toValidationResult(result);
}

function toValidationResult(result: StandardSchemaV1.Result<unknown>): ValidationResult {
  if (result.issues === undefined) {
    return { ok: true, event: frozen(result.value) };
  }
  return { ok: false, issues: result.issues.slice(0, MAX_ISSUES).map(describeIssue) };
}

/** In one line, with the field's path. */
export function describeIssue(issue: StandardSchemaV1.Issue): string {
  const path = (issue.path ?? [])
    .map((segment) => String(typeof segment === 'object' ? segment.key : segment))
    .join('.');
  return `${path === '' ? 'payload' : path}: ${issue.message}`.slice(0, MAX_ISSUE_CHARACTERS);
}
