import type { StandardSchemaV1 } from '@standard-schema/spec';
import { PING_EVENT_TYPE } from '../contract/message.ts';
import type { HandlerRegistrations } from '../contract/outputs.ts';
import { eventIdFrom, type SourceProfile, sourceOf, withoutSource } from '../contract/source.ts';
import { catalogue, type EventMap } from '../events/catalogue.ts';
import type { Frozen } from '../events/frozen.ts';
import { historical } from '../events/historical.ts';
import { ping } from '../events/ping.ts';
import type { EventRoutes, RegisteredHandler, ValidationResult } from './handler.ts';
import { handlePing } from './ping.ts';
import { ATTRIBUTE_PATTERN, checkSource, PING_HANDLER_NAME, RegistrationError } from './registration.ts';
import type { Source } from './source.ts';
import { type Defined, SourceRouter } from './source-router.ts';
import { type AnyEvent, anyEvent, anyObject } from './validation.ts';

/** Of every source: `webhook_event_type` is Supaglue's. */
type AnyPayload = Readonly<Record<string, unknown>>;

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
export class EventRouter<Events extends object = EventMap>
  extends SourceRouter<Events, AnyEvent>
  implements EventRoutes
{
  readonly #handlerNames: Set<string>;
  readonly #defined = new Set<string>();
  readonly #sources = new Map<
    string,
    { readonly profile: SourceProfile; readonly router: SourceRouter<object> }
  >();

  constructor() {
    const handlerNames = new Set<string>();
    super({
      schemas: { ...catalogue, ...historical, [PING_EVENT_TYPE]: ping },
      anyEvent,
      handlerNames,
    });
    this.#handlerNames = handlerNames;
  }

  override define<const Name extends string, Schema extends StandardSchemaV1>(
    eventType: Name extends (keyof Events & string) | typeof PING_EVENT_TYPE ? never : Name,
    schema: Schema,
  ): EventRouter<Events & Defined<Name, Schema>> {
    super.define(eventType, schema);
    this.#defined.add(eventType);
    this.#checkPrefixes();
    return this as unknown as EventRouter<Events & Defined<Name, Schema>>;
  }

  /**
   * Handlers for another sender than Supaglue: any that signs as Standard Webhooks asks. The stack has to name it too,
   * in the `sources` of `SupaglueWebhooks`; its requests go to `/webhooks/NAME`.
   *
   * ```ts
   * router.from('openai', openAi).on('response.completed', 'note-response', noteResponse);
   * ```
   *
   * @param name - 1 to 32 of `a-z 0-9 -`, a letter first
   * @param source - one of those that come with the package, or your own
   * @throws {RegistrationError} when the name is taken or malformed, or begins a type of Supaglue's that you defined
   */
  from<Schemas extends Readonly<Record<string, StandardSchemaV1>>>(
    name: string,
    source: Source<Schemas>,
  ): SourceRouter<
    { readonly [Name in keyof Schemas]: Frozen<StandardSchemaV1.InferOutput<Schemas[Name]>> },
    AnyPayload
  > {
    checkSource(name, source, this.#sources);
    const { schemas, ...profile } = source;
    const router = new SourceRouter<object>({
      schemas: {},
      anyEvent: anyObject,
      handlerNames: this.#handlerNames,
      typePattern: ATTRIBUTE_PATTERN,
    });
    for (const [eventType, schema] of Object.entries(schemas)) router.define(eventType as never, schema);
    this.#sources.set(name, { profile, router });
    this.#checkPrefixes();
    return router as SourceRouter<never, never>;
  }

  /** The consumer tells by its prefix whose a type is. */
  #checkPrefixes(): void {
    for (const eventType of this.#defined) {
      const source = sourceOf(eventType) ?? '';
      if (!this.#sources.has(source)) continue;
      throw new RegistrationError(
        `event type ${JSON.stringify(eventType)} begins as those of the source "${source}" do: give the source another name`,
      );
    }
  }

  /** The senders besides Supaglue, by name. */
  get sources(): ReadonlyMap<string, SourceProfile> {
    return new Map([...this.#sources].map(([name, { profile }]) => [name, profile]));
  }

  override handlersFor(eventType: string): readonly RegisteredHandler[] {
    if (eventType === PING_EVENT_TYPE) return [{ name: PING_HANDLER_NAME, handle: handlePing as never }];
    const source = this.#sources.get(sourceOf(eventType) ?? '');
    return source === undefined
      ? super.handlersFor(eventType)
      : source.router.handlersFor(withoutSource(eventType));
  }

  /** What is registered, without the built-in handler of the ping. */
  registrations(): HandlerRegistrations {
    const others = [...this.#sources].map(([name, { profile, router }]) => ({
      name,
      profile,
      any: router.registeredForAny(),
      byType: Object.entries(router.registeredByType()).map(
        ([eventType, names]) => [eventIdFrom(name, eventType), names] as const,
      ),
    }));
    return {
      byType: { ...this.registeredByType(), ...Object.fromEntries(others.flatMap(({ byType }) => byType)) },
      any: this.registeredForAny(),
      ...(others.length === 0
        ? {}
        : {
            sources: Object.fromEntries(others.map(({ name, profile, any }) => [name, { ...profile, any }])),
          }),
    };
  }

  override validate(eventType: string, payload: unknown): ValidationResult | Promise<ValidationResult> {
    const source = this.#sources.get(sourceOf(eventType) ?? '');
    return source === undefined
      ? super.validate(eventType, payload)
      : source.router.validate(withoutSource(eventType), payload);
  }
}
