import { catalogue, type EventMap, type EventName } from '../lambdas/events/catalogue.ts';
import { type SamplePayload, samples } from '../lambdas/events/samples.ts';
import { describeIssue } from '../lambdas/router/validation.ts';

type Overrides<Name extends string> = (Name extends EventName ? Partial<EventMap[Name]> : unknown) &
  Readonly<Record<string, unknown>>;

/**
 * A valid event: one of Supaglue's, or of a type that a router `define`s, whose fields are what is given.
 *
 * @throws {TypeError} when an event of Supaglue's is not valid with the given fields
 */
export function sample<const Name extends string>(type: Name, overrides?: Overrides<Name>): SamplePayload {
  const fields = Object.entries(samples).find(([name]) => name === type)?.[1];
  const event = { ...fields, ...overrides, webhook_event_type: type };
  const schema = Object.entries(catalogue).find(([name]) => name === type)?.[1];
  const { error } = schema?.safeParse(event) ?? {};
  if (error === undefined) return event;
  throw new TypeError(`no valid ${type}: ${error.issues.map(describeIssue).join('; ')}`);
}
