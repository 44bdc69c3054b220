import { PING_EVENT_TYPE, UNKNOWN_EVENT_TYPE } from '../contract/message.ts';
import { SOURCE_NAME_PATTERN } from '../contract/source.ts';

/** Name of the built-in handler of {@link PING_EVENT_TYPE}. */
export const PING_HANDLER_NAME = 'ping';

const HANDLER_NAME_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** The handlers are registered wrongly. Thrown at load, so that the deploy fails and no event is lost. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
  readonly code = 'handler-registration';
}

/** @throws {RegistrationError} when the name does not fit, is taken or is reserved, or there is no function. */
export function checkHandler(handlerName: string, handler: unknown, taken: ReadonlySet<string>): void {
  if (typeof handlerName !== 'string' || !HANDLER_NAME_PATTERN.test(handlerName)) {
    throw new RegistrationError(
      `handler name ${JSON.stringify(handlerName)} must be 1 to 64 letters, digits, "_" or "-"`,
    );
  }
  if (handlerName in Object.prototype) {
    throw new RegistrationError(
      `handler name "${handlerName}" is a property of every JavaScript object; choose another`,
    );
  }
  if (handlerName === PING_HANDLER_NAME) {
    throw new RegistrationError(`handler name "${PING_HANDLER_NAME}" is built in; choose another`);
  }
  if (taken.has(handlerName)) {
    throw new RegistrationError(
      `handler name "${handlerName}" is registered twice; the ledger records completions by it, so it must be unique`,
    );
  }
  if (typeof handler !== 'function') {
    throw new RegistrationError(`handler "${handlerName}" is not a function`);
  }
}

/** @throws {RegistrationError} when the list is empty, or holds the ping or a type without a schema. */
export function checkEventTypes(
  handlerName: string,
  eventTypes: readonly string[],
  known: { has(eventType: string): boolean },
): void {
  if (eventTypes.length === 0) {
    throw new RegistrationError(`handler "${handlerName}" is registered for an empty list of event types`);
  }
  for (const eventType of eventTypes) {
    if (eventType === PING_EVENT_TYPE) {
      throw new RegistrationError(
        `handler "${handlerName}": ${PING_EVENT_TYPE} has a built-in handler and takes no other`,
      );
    }
    if (!known.has(eventType)) {
      throw new RegistrationError(
        `handler "${handlerName}": unknown event type ${JSON.stringify(eventType)}; define() it first`,
      );
    }
  }
}

/** @throws {RegistrationError} when the type is known already or reserved, or the schema is no Standard Schema. */
export function checkDefinition(
  eventType: string,
  schema: unknown,
  known: { has(eventType: string): boolean },
  pattern = /^/,
): void {
  if (typeof eventType !== 'string' || eventType === '') {
    throw new RegistrationError('an event type needs a name');
  }
  if (!pattern.test(eventType)) {
    throw new RegistrationError(`event type ${JSON.stringify(eventType)} must match ${pattern}`);
  }
  if (eventType === PING_EVENT_TYPE || eventType === UNKNOWN_EVENT_TYPE || eventType in Object.prototype) {
    throw new RegistrationError(`event type "${eventType}" is reserved`);
  }
  if (known.has(eventType)) {
    throw new RegistrationError(`event type ${JSON.stringify(eventType)} is defined already`);
  }
  if (!isStandardSchema(schema)) {
    throw new RegistrationError(`the schema of ${JSON.stringify(eventType)} is not a Standard Schema v1`);
  }
}

/** Types of other sources reach the consumer as an attribute's text. */
export const ATTRIBUTE_PATTERN = /^[A-Za-z0-9._:-]{1,90}$/;

/** @throws {RegistrationError} when the name is taken or malformed; what a profile says is looked at when the stack is made */
export function checkSource(name: string, taken: { has(name: string): boolean }): void {
  if (!taken.has(name) && SOURCE_NAME_PATTERN.test(name)) return;
  throw new RegistrationError(
    `source ${JSON.stringify(name)} is taken, or must match ${SOURCE_NAME_PATTERN}`,
  );
}

/** Schemas may be objects or, as with ArkType, functions. */
function isStandardSchema(schema: unknown): boolean {
  const { '~standard': standard } = (schema ?? {}) as {
    readonly '~standard'?: { readonly validate?: unknown };
  };
  return typeof standard?.validate === 'function';
}
