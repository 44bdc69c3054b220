import type { StandardSchemaV1 } from '@standard-schema/spec';
import { PING_EVENT_TYPE } from '../contract/message.ts';
import type { HandlerRegistrations, SourceRegistration } from '../contract/outputs.ts';
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
  readonly #routers = new Map<string, SourceRouter<object>>();
  readonly #profiles = new Map<string, SourceProfile>();

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
    checkSource(name, this.#profiles);
    const { schemas, ...profile } = source;
    const router = new SourceRouter<object>({
      schemas: {},
      anyEvent: anyObject,
      handlerNames: this.#handlerNames,
      typePattern: ATTRIBUTE_PATTERN,
    });
    for (const [eventType, schema] of Object.entries(schemas)) router.define(eventType as never, schema);
    this.#profiles.set(name, profile);
    this.#routers.set(name, router);
    this.#checkPrefixes();
    return router as SourceRouter<never, never>;
  }

  /** The consumer tells by its prefix whose a type is. */
  #checkPrefixes(): void {
    for (const eventType of this.#defined) {
      const source = sourceOf(eventType) ?? '';
      if (!this.#profiles.has(source)) continue;
      throw new RegistrationError(
        `event type ${JSON.stringify(eventType)} begins as those of source "${source}"`,
      );
    }
  }

  /** The senders besides Supaglue, by name. */
  get sources(): ReadonlyMap<string, SourceProfile> {
    return this.#profiles;
  }

  override handlersFor(eventType: string): readonly RegisteredHandler[] {
    if (eventType === PING_EVENT_TYPE) return [{ name: PING_HANDLER_NAME, handle: handlePing as never }];
    return this.#otherOf(eventType)?.handlersFor(withoutSource(eventType)) ?? super.handlersFor(eventType);
  }

  /** What is registered, without the built-in handler of the ping. */
  registrations(): HandlerRegistrations {
    const byType: Record<string, readonly string[]> = { ...this.byType() };
    const sources: Record<string, SourceRegistration> = {};
    for (const [name, router] of this.#routers) {
      for (const [eventType, names] of Object.entries(router.byType())) {
        byType[eventIdFrom(name, eventType)] = names;
      }
      sources[name] = { ...(this.#profiles.get(name) as SourceProfile), any: router.ofAny() };
    }
    return { byType, any: this.ofAny(), ...(this.#routers.size > 0 && { sources }) };
  }

  override validate(eventType: string, payload: unknown): ValidationResult | Promise<ValidationResult> {
    return (
      this.#otherOf(eventType)?.validate(withoutSource(eventType), payload) ??
      super.validate(eventType, payload)
    );
  }

  #otherOf(eventType: string): SourceRouter<object> | undefined {
    return this.#routers.get(sourceOf(eventType) ?? '');
  }
}
