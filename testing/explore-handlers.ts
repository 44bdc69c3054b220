import type { ConsumerRoutes } from '../lambdas/consumer/create-consumer-handler.ts';
import type { EventRoutes } from '../lambdas/router/handler.ts';
import type { CrashReport } from './crash-report.ts';
import { exploreCrashes } from './explore-crashes.ts';
import { sample } from './sample.ts';

/** What `supaglue-webhooks faults` asks for. */
export interface FaultsRequest {
  /** @default all */
  readonly handler?: string | undefined;
  /** Body of the event. @default a sample of the first type that the handler is registered for */
  readonly event?: { readonly webhook_event_type: string } | undefined;
  readonly type?: string | undefined;
  /** `fetch` goes out. */
  readonly live: boolean;
}

export interface HandlerReport extends CrashReport {
  readonly handler: string;
  readonly type: string;
}

/** What is run where nothing is asked for: an `onAny` handler takes any type. */
const ANY_TYPE = 'sync.complete';

/** Explores each handler by itself, with one event. Types of other sources have no sample: they are left out. */
export async function exploreHandlers(
  routes: ConsumerRoutes,
  { handler, event, type = event?.webhook_event_type, live }: FaultsRequest,
): Promise<HandlerReport[]> {
  const { byType, any } = routes.registrations();
  const types = new Map(any.map((name) => [name, type ?? ANY_TYPE]));
  for (const [each, names] of Object.entries(byType)) {
    const isWanted = type === undefined ? !each.includes(':') : each === type;
    for (const name of isWanted ? names : []) if (!types.has(name)) types.set(name, each);
  }
  const reports: HandlerReport[] = [];
  for (const [name, its] of types) {
    if (handler !== undefined && handler !== name) continue;
    const alone: EventRoutes = {
      validate: (eventType, payload) => routes.validate(eventType, payload),
      handlersFor: (eventType) => routes.handlersFor(eventType).filter((each) => each.name === name),
    };
    const report = await exploreCrashes(alone, event ?? sample(its), { live });
    reports.push({ handler: name, type: its, ...report });
  }
  return reports;
}
