import { type Context, Hono } from 'hono';
import { isEventId } from '../../../lambdas/contract/source.ts';
import { toCommandError } from '../../core/error-line.ts';
import { readLedgerRecord } from '../../core/ledger-reader.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { encodeExportedLetter } from '../../dead-letters/exported-letter.ts';
import { groupIdOf } from '../../dead-letters/groups.ts';
import { type PlannedEvent, planRedrive } from '../../dead-letters/plan.ts';
import { letterBytes } from '../../dead-letters/read-letter.ts';
import { selects } from '../../dead-letters/selection.ts';
import { keptRequest } from '../../events/kept-requests.ts';
import { parseSelection, type ReadParameter } from '../data/selection-query.ts';
import type { SnapshotState } from '../data/snapshot.ts';
import { eventView } from '../pages/event.tsx';
import { ageParameter } from '../pages/filters.tsx';
import { lettersView } from '../pages/letters.tsx';
import { overviewView } from '../pages/overview.tsx';
import type { InspectorState } from './inspector-state.ts';
import type { Responder } from './respond.tsx';

/** A first look that takes longer is shown as it goes on. */
const FIRST_LOOK_WAIT_MS = 700;

/** The pages to read. None changes anything; those with letters take the first look when there has been none. */
export function readRoutes(state: InspectorState, responder: Responder): Hono {
  const { target, readings, snapshot, nowMs, signal } = state;
  const routes = new Hono();

  routes.get('/', async (c) => {
    const [overview, seen] = await Promise.all([readings.overview(), lettersSeen(state)]);
    const page = responder.page(c);
    return responder.send(
      c,
      page,
      overviewView({ page, overview, snapshot: seen, totalsMs: state.rhythm.totalsMs }),
    );
  });

  async function letters(c: Context, groupId: string | undefined): Promise<Response> {
    const seen = await lettersSeen(state);
    const page = responder.page(c);
    const selection = parseSelection(filterParameters((name) => c.req.query(name), groupId));
    const group = seen.groups.find(({ id }) => id === groupId);
    const among =
      groupId === undefined ? seen.letters : seen.letters.filter((letter) => groupIdOf(letter) === groupId);
    const chosen = among.filter((letter) => selects(selection, letter, nowMs())).toReversed();
    const number = c.req.query('page') ?? '';
    const view = lettersView({
      page,
      snapshot: seen,
      selection,
      letters: chosen,
      among,
      pageNumber: /^[1-9]\d{0,4}$/.test(number) ? Number(number) : 1,
      ...(group === undefined ? {} : { group }),
    });
    return responder.send(c, page, view);
  }
  routes.get('/letters', (c) => letters(c, undefined));
  routes.get('/groups/:id', (c) => letters(c, c.req.param('id')));

  routes.get('/find', async (c) => {
    const id = c.req.query('id')?.trim() ?? '';
    if (isEventId(id)) return c.redirect(`${responder.base}/events/${id}`, 303);
    const text = 'An event id is 1 to 128 of A-Z a-z 0-9 _ -, as Supaglue shows it (msg_…).';
    return responder.say(c, 'No such event', text, 400);
  });

  routes.get('/events/:id', async (c) => {
    const id = c.req.param('id');
    const [record, seen] = await Promise.all([
      isEventId(id) ? readLedgerRecord(target, id, signal) : undefined,
      lettersSeen(state),
    ]);
    const copies = seen.letters.filter((letter) => selects({ id }, letter, nowMs()));
    const plans = await plansOf(state, copies);
    const kept =
      copies.length === 0 && target.received !== undefined
        ? await keptRequest(target, id, signal)
        : undefined;
    const page = responder.page(c);
    const rest = { kept: kept?.body, ...(record === undefined ? {} : { record }) };
    return responder.send(c, page, eventView({ page, id, snapshot: seen, ...plans, ...rest }));
  });

  routes.get('/letters/:messageId/:form{body|export}', async (c) => {
    const messageId = c.req.param('messageId');
    const letter = snapshot.wholeLetter(messageId);
    const isBody = c.req.param('form') === 'body';
    const isKept = letter === undefined && isBody && target.received !== undefined;
    const bytes = isKept
      ? (await keptRequest(target, messageId, signal))?.body
      : letter && (isBody ? letterBytes(letter) : Buffer.from(`${encodeExportedLetter(letter)}\n`));
    if (bytes === undefined) return c.notFound();
    // Never shown by the browser, whatever it holds.
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
    });
  });

  return routes;
}

/** The snapshot, after telling it the queue's depth: a poll reads that and never receives. */
export async function lettersSeen({ readings, snapshot }: InspectorState): Promise<SnapshotState> {
  const depth = await readings.deadLetterDepth();
  if (depth !== undefined) snapshot.depthSeen(depth);
  return snapshot.need(FIRST_LOOK_WAIT_MS);
}

/** The plan of a redrive. That the handlers do not load hides no failure: the plans then do not name handlers. */
async function plansOf(
  state: InspectorState,
  letters: readonly DeadLetter[],
): Promise<{ readonly plans: readonly PlannedEvent[]; readonly planProblem?: string }> {
  if (letters.length === 0) return { plans: [] };
  const { target, signal, nowMs } = state;
  const plan = async (handlersOf: (eventType: string) => readonly string[]) => {
    const plans = await planRedrive(target, letters, { signal, nowMs: nowMs(), handlersOf });
    return plans.toSorted((one, other) => other.letter.sentAtMs - one.letter.sentAtMs);
  };
  try {
    return { plans: await plan(await state.handlersOf()) };
  } catch (error) {
    return {
      plans: await plan(() => []),
      planProblem: toCommandError(error, { target: target.kind }).message,
    };
  }
}

/** The menu of ages stands for two parameters of a selection. */
function filterParameters(query: ReadParameter, group: string | undefined): ReadParameter {
  return (name) => {
    switch (name) {
      case 'id':
        return undefined;
      case 'group':
        return group;
      case 'older-than':
      case 'newer-than':
        return ageParameter(query('age'), name) ?? query(name);
      default:
        return query(name);
    }
  };
}
