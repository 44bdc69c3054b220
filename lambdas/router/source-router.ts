import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { PING_EVENT_TYPE } from '../contract/message.ts';
import type { Frozen } from '../events/frozen.ts';
import type { Handler, RegisteredHandler, ValidationResult } from './handler.ts';
import { checkDefinition, checkEventTypes, checkHandler } from './registration.ts';
import { validateWith } from './validation.ts';

/** What a router of any source is made of. */
export interface SourceRouterParts {
  /** By event type. */
  readonly schemas: Readonly<Record<string, StandardSchemaV1>>;
  /** Stands for the schema of a type that has none. */
  readonly anyEvent: StandardSchemaV1;
  /** Names that are taken, of all sources: the ledger records completions by them. */
  readonly handlerNames: Set<string>;
  /** What an event type has to match. @default anything */
  readonly typePattern?: RegExp;
}

/** Which handlers run for which event of one source. Every method adds to this router and returns it. */
export class SourceRouter<Events extends object, Any = unknown> {
  readonly #schemas: Map<string, StandardSchemaV1>;
  readonly #anyEvent: StandardSchemaV1;
  readonly #handlerNames: Set<string>;
  readonly #typePattern: RegExp | undefined;
  readonly #handlersByType = new Map<string, RegisteredHandler[]>();
  readonly #handlersOfAny: RegisteredHandler[] = [];

  constructor({ schemas, anyEvent, handlerNames, typePattern }: SourceRouterParts) {
    this.#schemas = new Map(Object.entries(schemas));
    this.#anyEvent = anyEvent;
    this.#handlerNames = handlerNames;
    this.#typePattern = typePattern;
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
   * Runs `handler` for every event of this source, of types without a schema too. The diagnostic ping never reaches it.
   *
   * @throws {RegistrationError} when the handler's name is taken, reserved or malformed.
   */
  onAny(handlerName: string, handler: Handler<Any>): this {
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
  ): SourceRouter<Events & Defined<Name, Schema>, Any> {
    checkDefinition(eventType, schema, this.#schemas, this.#typePattern);
    this.#schemas.set(eventType, schema);
    // The same router: what is new is known to the type alone.
    return this as unknown as SourceRouter<Events & Defined<Name, Schema>, Any>;
  }

  /** Handlers of this type in the order of registration, those of `onAny` last; empty when there is none. */
  handlersFor(eventType: string): readonly RegisteredHandler[] {
    return [...(this.#handlersByType.get(eventType) ?? []), ...this.#handlersOfAny];
  }

  /** Types that have handlers of their own → their names, without those of `onAny`. */
  byType(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(
      [...this.#handlersByType].map(([eventType, handlers]) => [eventType, namesOf(handlers)]),
    );
  }

  /** Names of the handlers of `onAny`. */
  ofAny(): readonly string[] {
    return namesOf(this.#handlersOfAny);
  }

  /**
   * Validates against the schema of the type. An event of an unknown type passes through as it is, if it is an
   * object with its type as text: that is what `onAny` is promised. A promise only where the schema validates
   * asynchronously.
   *
   * @throws what a schema of your own throws
   */
  validate(eventType: string, payload: unknown): ValidationResult | Promise<ValidationResult> {
    return validateWith(this.#schemas.get(eventType) ?? this.#anyEvent, payload);
  }
}

/** What `define` adds to the events that are known. */
export type Defined<Name extends string, Schema extends StandardSchemaV1> = Readonly<
  Record<Name, Frozen<StandardSchemaV1.InferOutput<Schema>>>
>;

const namesOf = (handlers: readonly RegisteredHandler[]) => handlers.map(({ name }) => name);

/** Safe to widen: the consumer hands over only what `validate` returned for the handler's own type. */
function registered<Event>(name: string, handler: Handler<Event>): RegisteredHandler {
  return { name, handle: handler as Handler<unknown> };
}
