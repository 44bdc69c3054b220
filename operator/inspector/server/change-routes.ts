import { type Context, Hono } from 'hono';
import { deleteDeadLetters } from '../../dead-letters/delete.ts';
import { planRedrive, rerunnableOf } from '../../dead-letters/plan.ts';
import { type ChangeResult, redriveDeadLetters } from '../../dead-letters/redrive.ts';
import { type Selection, selects } from '../../dead-letters/selection.ts';
import type { ChangeKind, ChangeReporter } from '../data/changes.ts';
import { parseSelection, selectionText } from '../data/selection-query.ts';
import { changeView } from '../pages/change.tsx';
import { confirmDeleteView } from '../pages/confirm-delete.tsx';
import { confirmRedriveView } from '../pages/confirm-redrive.tsx';
import type { InspectorState } from './inspector-state.ts';
import { lettersSeen } from './read-routes.ts';
import type { Responder } from './respond.tsx';

const LOOK_WAIT_MS = 2_000;

/** Pages that ask before something is changed, and the forms that change it. */
export function changeRoutes(state: InspectorState, responder: Responder): Hono {
  const { target, snapshot, changes, nowMs, signal } = state;
  const routes = new Hono();

  routes.post('/look', async (c) => {
    const form = await responder.form(c);
    if (form instanceof Response) return form;
    // A look changes nothing for good, so it is allowed to those who only read.
    await snapshot.lookAgain(LOOK_WAIT_MS);
    const back = form.get('back') ?? '/';
    return c.redirect(`${responder.base}${/^\/[\w\-./?=&%:+~*]*$/.test(back) ? back : '/'}`, 303);
  });

  routes.get('/redrive', async (c) => {
    const selection = parseSelection((name) => c.req.query(name));
    const rerun = c.req.queries('rerun') ?? [];
    const seen = await lettersSeen(state);
    const handlersOf = await state.handlersOf();
    const letters = seen.letters.filter((letter) => selects(selection, letter, nowMs()));
    const options = { signal, nowMs: nowMs(), handlersOf };
    const plans = await planRedrive(target, letters, {
      ...options,
      ...(rerun.length === 0 ? {} : { rerun }),
    });
    const page = responder.page(c);
    return responder.send(
      c,
      page,
      confirmRedriveView({
        page,
        selection,
        snapshot: seen,
        back: backOf(responder, selection),
        plans,
        rerun,
        rerunnable: rerunnableOf(plans, rerun, handlersOf),
      }),
    );
  });

  routes.get('/delete', async (c) => {
    const selection = parseSelection((name) => c.req.query(name));
    const seen = await lettersSeen(state);
    const letters = seen.letters.filter((letter) => selects(selection, letter, nowMs()));
    // A deletion runs no handler, so none is asked for.
    const plans = await planRedrive(target, letters, { signal, nowMs: nowMs(), handlersOf: () => [] });
    const page = responder.page(c);
    const onlyCompleted = c.req.query('completed') === '1';
    return responder.send(
      c,
      page,
      confirmDeleteView({
        page,
        selection,
        snapshot: seen,
        back: backOf(responder, selection),
        plans,
        onlyCompleted,
      }),
    );
  });

  routes.post('/redrive', async (c) => {
    const form = await responder.changingForm(c);
    if (form instanceof Response) return form;
    const selection = parseSelection((name) => form.get(name) ?? undefined);
    const rerun = form.getAll('rerun');
    const handlersOf = await state.handlersOf();
    return begin(c, 'redrive', selection, (reporter) =>
      redriveDeadLetters(target, {
        ...reporter,
        selection,
        dryRun: false,
        handlersOf,
        nowMs,
        ...(rerun.length === 0 ? {} : { rerun }),
      }),
    );
  });

  routes.post('/delete', async (c) => {
    const form = await responder.changingForm(c);
    if (form instanceof Response) return form;
    const selection = parseSelection((name) => form.get(name) ?? undefined);
    const onlyCompleted = form.get('completed') === '1';
    return begin(c, 'delete', selection, (reporter) =>
      deleteDeadLetters(target, { ...reporter, selection, dryRun: false, onlyCompleted, nowMs }),
    );
  });

  routes.get('/changes/:id', (c) => {
    const change = changes.get(c.req.param('id'));
    if (change === undefined) return c.notFound();
    const page = responder.page(c);
    return responder.send(c, page, changeView({ page, change }));
  });

  routes.post('/changes/:id/stop', async (c) => {
    const form = await responder.form(c);
    if (form instanceof Response) return form;
    changes.stop(c.req.param('id'));
    return c.redirect(`${responder.base}/changes/${encodeURIComponent(c.req.param('id'))}`, 303);
  });

  async function begin(
    c: Context,
    kind: ChangeKind,
    selection: Selection,
    work: (reporter: ChangeReporter) => Promise<ChangeResult>,
  ): Promise<Response> {
    const change = changes.start(kind, selectionText(selection), (reporter) =>
      state.turns.take(() => work(reporter)).finally(() => void snapshot.refreshAfterChange()),
    );
    if (change !== undefined) return c.redirect(`${responder.base}/changes/${change.id}`, 303);
    return responder.say(
      c,
      'Busy',
      'Another redrive or deletion is under way here: let it end, or stop it, first.',
      409,
    );
  }

  return routes;
}

function backOf({ base }: Responder, { id, groupId }: Selection): string {
  if (id !== undefined) return `${base}/events/${encodeURIComponent(id)}`;
  return groupId === undefined ? `${base}/letters` : `${base}/groups/${groupId}`;
}
