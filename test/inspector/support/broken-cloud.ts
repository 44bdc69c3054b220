import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { samples } from '../../../lambdas/events/samples.ts';
import { type LocalCloud, startLocalCloud } from '../../../local/cloud.ts';
import { localTarget } from '../../../operator/core/local-target.ts';
import { closeTarget, type Target } from '../../../operator/core/target.ts';
import type { HandlersOf } from '../../../operator/dead-letters/registered-handlers.ts';
import { temporaryDirectory } from '../../operator/support/cli.ts';
import { type RecordedEvents, recordEvents } from '../../support/recorded-events.ts';
import { postSigned } from '../../support/signed-request.ts';
import { assemblyOfBrokenHandlers, HANDLERS_DIRECTORY } from './broken-handlers.ts';

/** A local run whose handlers can be broken and mended. */
export interface BrokenCloud {
  readonly cloud: LocalCloud;
  readonly target: Target;
  readonly events: RecordedEvents;
  readonly handlersOf: HandlersOf;
  /** Delivers so many events, of three types in turn, each with an id of its own; resolves with the ids. */
  send(count: number, name: string): Promise<string[]>;
  /** From now on every handler but `audit` fails. */
  breakHandlers(): Promise<void>;
  mendHandlers(): Promise<void>;
  /** Handler → how often it has run to its end for this event. */
  runs(eventId: string): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

const TYPES = ['sync.complete', 'connection.deleted', 'object.field_mapping.updated'] as const;
const HANDLERS: Readonly<Record<string, readonly string[]>> = {
  'sync.complete': ['store-contacts', 'audit'],
  'connection.deleted': ['clean-up', 'audit'],
  'object.field_mapping.updated': ['backfill', 'audit'],
};
const CUSTOMERS = ['acme', 'globex', 'initech', 'umbrella', 'hooli'];

export async function startBrokenCloud(): Promise<BrokenCloud> {
  const [{ assembly, sources }, directory] = await Promise.all([
    assemblyOfBrokenHandlers(),
    temporaryDirectory(),
  ]);
  await writeFile(join(directory, 'journal'), '');
  const events = recordEvents();
  const cloud = await startLocalCloud({
    assemblyDirectory: assembly,
    observer: events.observer,
    environment: {
      MAX_ATTEMPTS: '2',
      BACKOFF_BASE_SECONDS: '1',
      BACKOFF_CAP_SECONDS: '1',
      [HANDLERS_DIRECTORY]: directory,
    },
  });
  const target = localTarget(cloud.exports);
  const names = [...new Set(Object.values(HANDLERS).flat())];
  return {
    cloud,
    target,
    events,
    handlersOf: Object.assign((eventType: string) => HANDLERS[eventType] ?? ['audit'], { names }),
    async send(count, name) {
      const ids = Array.from({ length: count }, (_, index) => `msg_${name}${String(index).padStart(3, '0')}`);
      await Promise.all(
        ids.map((id, index) => {
          const type = TYPES[index % TYPES.length] ?? 'sync.complete';
          const body = JSON.stringify({ ...samples[type], customer_id: CUSTOMERS[index % CUSTOMERS.length] });
          return postSigned(cloud.webhookUrl, { id, body, secret: cloud.secret });
        }),
      );
      return ids;
    },
    breakHandlers: () => writeFile(join(directory, 'broken'), ''),
    mendHandlers: () => rm(join(directory, 'broken')),
    async runs(eventId) {
      const lines = (await readFile(join(directory, 'journal'), 'utf8')).split('\n');
      const counts: Record<string, number> = {};
      for (const line of lines) {
        const [handler = '', id] = line.split(' ');
        if (id === eventId) counts[handler] = (counts[handler] ?? 0) + 1;
      }
      return counts;
    },
    async stop() {
      await cloud.stop();
      closeTarget(target);
      await Promise.all(
        [assembly, sources, directory].map((each) => rm(each, { recursive: true, force: true })),
      );
    },
  };
}
