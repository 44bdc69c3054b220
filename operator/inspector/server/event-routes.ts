import { Hono } from 'hono';
import { isEventId, sourceOf } from '../../../lambdas/contract/source.ts';
import { durationOption } from '../../cli/duration-option.ts';
import { reportOf } from '../../commands/explain/explain-report.ts';
import { explainCommand } from '../../commands/explain/likely-cause.ts';
import { UsageError } from '../../core/command-error.ts';
import { readSecretValue } from '../../core/secret-value.ts';
import { findStoredValue } from '../../core/signing-secret.ts';
import { atSource } from '../../core/target.ts';
import { keptLines, keptRequest } from '../../events/kept-requests.ts';
import { customerForms, listRequests } from '../../events/list-requests.ts';
import { REQUEST_STATUSES } from '../../events/received-request.ts';
import { resendEvent } from '../../events/resend.ts';
import { explainRequest } from '../../explain/explain-request.ts';
import { eventsView } from '../pages/events.tsx';
import { requestView } from '../pages/request.tsx';
import { resendView } from '../pages/resend.tsx';
import { readForm } from './form.ts';
import type { InspectorState } from './inspector-state.ts';
import type { Responder } from './respond.tsx';
import type { Session } from './session.ts';

const PER_PAGE = 50;

/** What was received, why a request was refused, and an event that is run again. */
export function eventRoutes(state: InspectorState, responder: Responder, session: Session): Hono {
  const { target, snapshot, turns, nowMs, signal } = state;
  const routes = new Hono();

  routes.get('/events', async (c) => {
    const text = (name: string) => c.req.query(name)?.trim().slice(0, 256) ?? '';
    const filter = {
      status: text('status'),
      type: text('type'),
      customer: text('customer'),
      since: text('since') || '1h',
    };
    const before = text('before');
    // A clock that stamps lines may be ahead of this one.
    const beforeMs = /^\d{1,15}$/.test(before) ? Number(before) : nowMs() + 60_000;
    const found = await listRequests(
      target,
      {
        status: REQUEST_STATUSES.find((status) => status === filter.status),
        eventType: filter.type || undefined,
        customers: filter.customer === '' ? undefined : customerForms(filter.customer),
        sinceMs: Math.min(nowMs(), beforeMs) - durationOf(filter.since),
        beforeMs,
        limit: PER_PAGE,
      },
      signal,
    );
    const page = responder.page(c);
    return responder.send(c, page, eventsView({ page, filter, ...found }));
  });

  routes.get('/requests/:id', async (c) => {
    const id = c.req.param('id');
    const lines = await keptLines(target, signal);
    const line = lines.find(({ request_id }) => request_id === id);
    const capture = line && (await keptRequest(target, id, signal));
    if (capture === undefined) return c.notFound();
    const source = sourceOf(line?.event_id ?? '');
    const secretValue = (await findStoredValue(atSource(target, source), signal)) ?? '';
    const { receivedAtMs: atMs = nowMs() } = capture;
    const explanation = await explainRequest(capture, { secretValue, atMs, signal });
    const report = reportOf({ capture, explanation, secrets: readSecretValue(secretValue), atMs, source });
    const page = responder.page(c);
    const refused = { ...line, at_ms: line?.at_ms ?? atMs, request_id: id };
    const command = `npx supaglue-webhooks ${explainCommand(refused)} ${target.flag}`;
    return responder.send(c, page, requestView({ page, line: refused, report, body: capture.body, command }));
  });

  const resend = async (id: string, rerun: readonly string[], dryRun: boolean) => {
    if (!isEventId(id)) throw new UsageError('There is no event of that id.');
    const handlersOf = await state.handlersOf();
    const chosen = rerun.length === 0 ? {} : { rerun };
    const outcome = await turns.take(() =>
      resendEvent(target, id, { ...chosen, dryRun, handlersOf, nowMs, signal }),
    );
    return { outcome, handlersOf };
  };

  routes.get('/resend', async (c) => {
    const id = c.req.query('id') ?? '';
    const rerun = c.req.queries('rerun') ?? [];
    const { outcome, handlersOf } = await resend(id, rerun, true);
    const rerunnable = [...new Set([...rerun, ...outcome.plan.completed])]
      .filter((name) => handlersOf.names?.includes(name) !== false)
      .sort();
    const page = responder.page(c);
    return responder.send(c, page, resendView({ page, id, outcome, rerun, rerunnable }));
  });

  routes.post('/resend', async (c) => {
    const form = await readForm(c, session);
    if (form === undefined) {
      return responder.say(c, 'Refused', 'The form is not of this session: load its page again.', 403);
    }
    if (!state.write) {
      return responder.say(c, 'Read-only', 'Nothing was sent: start the inspector with --write.', 403);
    }
    const id = form.get('id') ?? '';
    const { outcome } = await resend(id, form.getAll('rerun'), false);
    void snapshot.refreshAfterChange();
    if (outcome.outcome === 'moved') return c.redirect(`${responder.base}/events/${id}`, 303);
    return responder.say(c, 'Not sent', outcome.error ?? 'Nothing is left to run: choose handlers.', 409);
  });

  return routes;
}

function durationOf(text: string): number {
  try {
    return durationOption(text);
  } catch {
    throw new UsageError('since takes a number with its unit, s, m, h or d: 30m, 2h, 3d');
  }
}
