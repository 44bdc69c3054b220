import { Hono } from 'hono';
import { isEventId, sourceOf } from '../../../lambdas/contract/source.ts';
import { reportOf } from '../../commands/explain/explain-report.ts';
import { UsageError } from '../../core/command-error.ts';
import { durationOption } from '../../core/duration-option.ts';
import { readSecretValue } from '../../core/secret-value.ts';
import { findStoredValue } from '../../core/signing-secret.ts';
import { atSource } from '../../core/target.ts';
import { rerunnableOf } from '../../dead-letters/plan.ts';
import { keptLines, keptRequest } from '../../events/kept-requests.ts';
import { customerForms, listRequests } from '../../events/list-requests.ts';
import { REQUEST_STATUSES } from '../../events/request-status.ts';
import { resendEvent } from '../../events/resend.ts';
import { explainRequest } from '../../explain/explain-request.ts';
import { eventsView } from '../pages/events.tsx';
import { requestView } from '../pages/request.tsx';
import { resendView } from '../pages/resend.tsx';
import type { InspectorState } from './inspector-state.ts';
import type { Responder } from './respond.tsx';

const PER_PAGE = 50;

/** What was received, why a request was refused, and an event that is run again. */
export function eventRoutes(state: InspectorState, responder: Responder): Hono {
  const { target, snapshot, turns, nowMs, signal } = state;
  const routes = new Hono();

  routes.get('/events', async (c) => {
    const text = (name: string) => c.req.query(name)?.trim().slice(0, 256) ?? '';
    const [status, type, customer] = ['status', 'type', 'customer'].map(text) as [string, string, string];
    const since = /^\d{1,2}[smhd]$/.test(text('since')) ? text('since') : '1h';
    // A clock that stamps lines may be ahead of this one.
    const beforeMs = /^\d{1,15}$/.test(text('before')) ? Number(text('before')) : nowMs() + 60_000;
    const query = {
      status: REQUEST_STATUSES.find((each) => each === status),
      eventType: type || undefined,
      customers: customer === '' ? undefined : customerForms(customer),
      sinceMs: Math.min(nowMs(), beforeMs) - durationOption(since),
      beforeMs,
      limit: PER_PAGE,
    };
    const [found, page] = [await listRequests(target, query, signal), responder.page(c)];
    return responder.send(c, page, eventsView({ page, filter: { status, type, customer, since }, ...found }));
  });

  routes.get('/requests/:id', async (c) => {
    const id = c.req.param('id');
    const line = (await keptLines(target, signal)).find(({ request_id }) => request_id === id);
    const capture = line && (await keptRequest(target, id, signal));
    if (line === undefined || capture === undefined) return c.notFound();
    const { at_ms: atMs, event_id = '' } = line;
    const source = sourceOf(event_id);
    const secretValue = (await findStoredValue(atSource(target, source), signal)) ?? '';
    const explanation = await explainRequest(capture, { secretValue, atMs, signal });
    const report = reportOf({ capture, explanation, secrets: readSecretValue(secretValue), atMs, source });
    const page = responder.page(c);
    return responder.send(c, page, requestView({ page, line, report, body: capture.body }));
  });

  const resend = async (id: string, rerun: readonly string[], dryRun: boolean) => {
    if (!isEventId(id)) throw new UsageError('There is no event of that id.');
    const handlersOf = await state.handlersOf();
    const options = { ...(rerun.length > 0 && { rerun }), dryRun, handlersOf, nowMs, signal };
    return { outcome: await turns.take(() => resendEvent(target, id, options)), handlersOf };
  };

  routes.get('/resend', async (c) => {
    const id = c.req.query('id') ?? '';
    const rerun = c.req.queries('rerun') ?? [];
    const { outcome, handlersOf } = await resend(id, rerun, true);
    const rerunnable = rerunnableOf([outcome.plan], rerun, handlersOf);
    const page = responder.page(c);
    return responder.send(c, page, resendView({ page, selection: { id }, outcome, rerun, rerunnable }));
  });

  routes.post('/resend', async (c) => {
    const form = await responder.changingForm(c);
    if (form instanceof Response) return form;
    const id = form.get('id') ?? '';
    const { outcome } = await resend(id, form.getAll('rerun'), false);
    void snapshot.refreshAfterChange();
    if (outcome.outcome === 'moved') return c.redirect(`${responder.base}/events/${id}`, 303);
    return responder.say(c, 'Not sent', outcome.error ?? 'Nothing is left to run: choose handlers.', 409);
  });

  return routes;
}
