import type { StandardSchemaV1 } from '@standard-schema/spec';
import { PING_EVENT_TYPE } from '../contract/message.ts';
import type { HandlerRegistrations } from '../contract/outputs.ts';
import { catalogue, type EventMap } from '../events/catalogue.ts';
import type { Frozen } from '../events/frozen.ts';
import { historical } from '../events/historical.ts';
import { ping } from '../events/ping.ts';
import type { EventRoutes, Handler, RegisteredHandler, ValidationResult } from './handler.ts';
import { handlePing } from './ping.ts';
import { checkDefinition, checkEventTypes, checkHandler, PING_HANDLER_NAME } from './registration.ts';
import { type AnyEvent, anyEvent, validateWith } from './validation.ts';

/**
 * Which handlers run for which event. Every method adds to this router and returns it:
 *
 * ```ts
 * export const handlers = new EventRouter()
 *   .on('sync.complete', 'alert-on-sync-error', alertOnSyncError)
 *   .on(['object.field_mapping.created', 'object.field_mapping.updated'], 'backfill', backfill)
 *   .onAny('audit', audit);
 * ```
 *
 * The handlers of one event run at the same time, and each is retried on its own: none may rely on another's
 * effect. A handler's name (1 to 64 of `A-Z a-z 0-9 _ -`) is what the ledger records its completion under, for at
 * most 166 handlers of one event.
 * Files and functions may be renamed freely; a handler with a new name runs again for an event that is
 * delivered again.
 */
export class EventRouter<Events extends object = EventMap> implements EventRoutes {
  readonly #schemas = new Map<string, StandardSchemaV1>(Object.entries({ ...catalogue, ...historical }));
  readonly #handlerNames = new Set<string>();
  readonly #handlersByType = new Map<string, RegisteredHandler[]>();
  readonly #handlersOfAny: RegisteredHandler[] = [];

  constructor() {
    this.#schemas.set(PING_EVENT_TYPE, ping);
    this.#handlersByType.set(PING_EVENT_TYPE, [registered(PING_HANDLER_NAME, handlePing)]);
  }

  /**
   * Runs `handler` for one event type, or for each of several.
   *
   * @throws {RegistrationError} when the handler's name is taken, reserved or malformed, the list of types is
   * empty, or a type is not known.
   */
  on<const Name extends keyof Events & string>(
    eventTypes: Name | readonly Name[],
    handlerName: string,
    handler: Handler<Events[Name]>,
  ): this {
    const names: readonly string[] = typeof eventTypes === 'string' ? [eventTypes] : eventTypes;
    checkHandler(handlerName, handler, this.#handlerNames);
    checkEventTypes(handlerName, names, this.#schemas);
    this.#handlerNames.add(handlerName);
    for (const name of new Set(names)) {
      const handlers = this.#handlersByType.get(name) ?? [];
      handlers.push(registered(handlerName, handler));
      this.#handlersByType.set(name, handlers);
    }
    return this;
  }

  /**
   * Runs `handler` for every event, of types without a schema too. Only the diagnostic ping never reaches it.
   *
   * @throws {RegistrationError} when the handler's name is taken, reserved or malformed.
   */
  onAny(handlerName: string, handler: Handler<AnyEvent>): this {
    checkHandler(handlerName, handler, this.#handlerNames);
    this.#handlerNames.add(handlerName);
    this.#handlersOfAny.push(registered(handlerName, handler));
    return this;
  }

  /**
   * Makes an event type of your own known, with a schema of any library that speaks Standard Schema v1 (zod,
   * Valibot, ArkType, ...); `validate` may be asynchronous. Call it before `on` for that type.
   *
   * A payload that the schema refuses is dead-lettered at once, without a retry. An error that the schema throws
   * is retried.
   *
   * @throws {RegistrationError} when the type is known already or reserved.
   */
  define<const Name extends string, Schema extends StandardSchemaV1>(
    eventType: Name extends (keyof Events & string) | typeof PING_EVENT_TYPE ? never : Name,
    schema: Schema,
  ): EventRouter<Events & Readonly<Record<Name, Frozen<StandardSchemaV1.InferOutput<Schema>>>>> {
    checkDefinition(eventType, schema, this.#schemas);
    this.#schemas.set(eventType, schema);
    // The same router: what is new is known to the type alone.
    return this as unknown as EventRouter<
      Events & Readonly<Record<Name, Frozen<StandardSchemaV1.InferOutput<Schema>>>>
    >;
  }

  /** Handlers of this type in the order of registration, those of `onAny` last; empty when there is none. */
  handlersFor(eventType: string): readonly RegisteredHandler[] {
    const handlers = this.#handlersByType.get(eventType) ?? [];
    return eventType === PING_EVENT_TYPE ? handlers : [...handlers, ...this.#handlersOfAny];
  }

  /** What is registered, without the built-in handler of the ping. */
  registrations(): HandlerRegistrations {
    const names = (handlers: readonly RegisteredHandler[]) => handlers.map(({ name }) => name);
    const own = [...this.#handlersByType].filter(([eventType]) => eventType !== PING_EVENT_TYPE);
    return {
      byType: Object.fromEntries(own.map(([eventType, handlers]) => [eventType, names(handlers)])),
      any: names(this.#handlersOfAny),
    };
  }

  /**
   * Validates against the schema of the type. An event of an unknown type passes through as it is, if it is an
   * object with its type as text: that is what `onAny` is promised. A promise only where the schema validates
   * asynchronously.
   *
   * @throws what a schema of your own throws
   */
  validate(eventType: string, payload: unknown): ValidationResult | Promise<ValidationResult> {
    return validateWith(this.#schemas.get(eventType) ?? anyEvent, payload);
  }
}

/** Safe to widen: the consumer hands over only what `validate` returned for the handler's own type. */
function registered<Event>(name: string, handler: Handler<Event>): RegisteredHandler {
  return { name, handle: handler as Handler<unknown> };
}
