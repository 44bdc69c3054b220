import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from '../../../lib/bundle.ts';
import { projectDirectory } from '../../../lib/project-paths.ts';
import { buildModel } from '../../../local/assembly/build-model.ts';
import { readAssembly } from '../../../local/assembly/read-assembly.ts';
import { findParts } from '../../../local/assembly/stack-parts.ts';
import { alteredAssembly, assembly } from '../../support/assembly.ts';

/** Names the variable that tells the handlers where to look for the file `broken` and to note what they did. */
export const HANDLERS_DIRECTORY = 'TEST_HANDLERS_DIRECTORY';

const FILES: Readonly<Record<string, string>> = {
  'store-contacts.ts': `
    import type { Handler, SyncComplete } from 'supaglue-webhooks-aws/handlers';
    import { isBroken, note } from './journal.ts';

    export const storeContacts: Handler<SyncComplete> = async ({ event, eventId }) => {
      const pages: { readonly records?: readonly string[] } = isBroken() ? {} : { records: [event.run_id] };
      if ((pages.records as readonly string[]).length > 0) note('store-contacts', eventId);
    };
  `,
  'clean-up.ts': `
    import { NonRetryableError, type ConnectionDeleted, type Handler } from 'supaglue-webhooks-aws/handlers';
    import { isBroken, note } from './journal.ts';

    export const cleanUp: Handler<ConnectionDeleted> = async ({ event, eventId }) => {
      if (isBroken()) {
        throw new NonRetryableError(\`no tenant for customer \${event.customer_id}\`, { code: 'no-tenant' });
      }
      note('clean-up', eventId);
    };
  `,
  'backfill.ts': `
    import type { Handler, FieldMappingUpdated } from 'supaglue-webhooks-aws/handlers';
    import { isBroken, note } from './journal.ts';

    class DatabaseError extends Error {
      override readonly name = 'DatabaseError';
      readonly code = '57014';
    }

    export const backfill: Handler<FieldMappingUpdated> = async ({ eventId }) => {
      if (isBroken()) throw new DatabaseError('canceling statement due to statement timeout');
      note('backfill', eventId);
    };
  `,
  'journal.ts': `
    import { appendFileSync, existsSync } from 'node:fs';
    import { join } from 'node:path';

    const directory = process.env['${HANDLERS_DIRECTORY}'] ?? '';
    export const isBroken = () => existsSync(join(directory, 'broken'));
    export const note = (handler: string, eventId: string) =>
      appendFileSync(join(directory, 'journal'), \`\${handler} \${eventId}\\n\`);
  `,
  'index.ts': `
    import { createConsumerHandler, EventRouter } from 'supaglue-webhooks-aws/handlers';
    import { backfill } from './backfill.ts';
    import { cleanUp } from './clean-up.ts';
    import { note } from './journal.ts';
    import { storeContacts } from './store-contacts.ts';

    export const handler = createConsumerHandler(
      new EventRouter()
        .on('sync.complete', 'store-contacts', storeContacts)
        .on('connection.deleted', 'clean-up', cleanUp)
        .on('object.field_mapping.updated', 'backfill', backfill)
        .onAny('audit', async ({ eventId }) => note('audit', eventId)),
    );
  `,
};

/** The stack with handlers that fail while their directory holds a file \`broken\`. Both are the caller's to remove. */
export async function assemblyOfBrokenHandlers(): Promise<{ assembly: string; sources: string }> {
  await mkdir(join(projectDirectory, '.test-results'), { recursive: true });
  // Below the project, where the bundler finds the packages.
  const sources = await mkdtemp(join(projectDirectory, '.test-results/handlers-'));
  const handlers = join(sources, 'app/handlers');
  await mkdir(handlers, { recursive: true });
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(handlers, name), text);
  // So deep that the stacks' paths, which are relative to the code, end at the root: as they do in Lambda.
  const code = join(sources, 'built/for/this/test');
  await bundle({ outDirectory: code, entries: { consumer: join(handlers, 'index.ts') } });
  const changed = await alteredAssembly(await assembly(), () => undefined);
  const { consumer } = findParts(buildModel(await readAssembly(changed), 'http://127.0.0.1:1'));
  await rm(consumer.codeDirectory, { recursive: true });
  await cp(join(code, 'consumer'), consumer.codeDirectory, { recursive: true });
  return { assembly: changed, sources };
}
