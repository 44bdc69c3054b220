import type { Attempt } from './attempt.ts';
import {
  type CrashReport,
  countsOf,
  type End,
  type Finding,
  type Place,
  placeOf,
  reportOf,
} from './crash-report.ts';
import type { Effect, EffectFault } from './effects.ts';
import { type PipelineOptions, type Router, testPipeline } from './pipeline.ts';

/** What handlers act on, as a test has it. */
export interface CrashWorld extends Pick<PipelineOptions, 'fetch' | 'onCrash'> {
  /** Called before each run: afterwards all is as if no event had come. */
  reset?(): void | Promise<void>;
  /** All that the handlers have left, compared by value with what a clean run leaves. */
  snapshot(): unknown;
}

export interface ExploreOptions extends Omit<PipelineOptions, 'fetch' | 'onCrash'> {
  /**
   * @default every `fetch` is answered `200 {}` on this machine, by somebody who does once what comes with the same key
   * or is repeatable by its method, and anything else each time
   */
  readonly world?: CrashWorld;
  /** @default msg_explored */
  readonly eventId?: string;
}

interface Run extends End {
  readonly attempts: readonly Attempt[];
}

/**
 * Lets an event's handlers crash before and after each effect of theirs, lets them recover, and compares what is left
 * with what a clean run leaves. Then lets each effect hang until the handlers' time is up, and fail once.
 *
 * @param router - or what makes it, of handlers whose effects are recorded with {@link Tools}' `effect`
 * @param event - the body, such as {@link sample} makes
 */
export async function exploreCrashes(
  router: Router,
  event: object,
  { world, eventId = 'msg_explored', ...options }: ExploreOptions = {},
): Promise<CrashReport> {
  const edges = world ?? { fetch: () => Response.json({}) };
  const play = async (fault?: EffectFault): Promise<Run> => {
    await world?.reset?.();
    const pipeline = testPipeline(router, { ...options, ...edges });
    if (fault !== undefined) pipeline.faultNext(fault);
    const id = await pipeline.deliver(event, { eventId });
    await pipeline.finish();
    const { status, attempts, effects } = pipeline.outcome(id);
    const [first = [], ...later] = effects;
    const left = world === undefined ? countsOf(effects.flat()) : structuredClone(await world.snapshot());
    return { status, attempts, first, later: later.flat(), left };
  };

  const clean = await play();
  const places: Place[] = [];
  const findings: Finding[] = ofClean(clean);
  // What fails without any fault is to be mended first.
  for (const [index, effect] of findings.length > 0 ? [] : clean.first.entries()) {
    const at = index + 1;
    for (const when of ['before', 'after'] as const) {
      places.push(placeOf(when, effect, await play({ kind: `crash-${when}`, at }), clean));
    }
    const hanging = ofHanging(effect, await play({ kind: 'hang', at }));
    findings.push(...(hanging.length > 0 ? hanging : ofFailing(effect, await play({ kind: 'fail', at }))));
  }
  return reportOf(places, clean.first, findings);
}

function ofClean({ status, attempts }: Run): Finding[] {
  const changing = attempts.find(({ mutatesEvent }) => mutatesEvent);
  if (changing !== undefined) {
    const { handler } = changing;
    return [{ kind: 'mutates-event', handler, text: `${handler} changes the event that it is given` }];
  }
  if (status === 'COMPLETED') return [];
  const { name = 'no error', message = 'no handler ran' } = attempts.at(-1)?.error ?? {};
  return [{ kind: 'fails', text: `without any fault the event ends ${status}: ${name}: ${message}` }];
}

/** The attempt of the handler that the fault met. */
function metBy({ handler }: Effect, { attempts }: Run): Attempt | undefined {
  return attempts.find((attempt) => attempt.handler === handler);
}

function ofHanging(effect: Effect, run: Run): Finding[] {
  const { handler, name } = effect;
  const result = metBy(effect, run)?.result;
  if (result === 'timed-out') {
    const text = `${handler} ignores signal: it is still at ${name} when the function's time is up`;
    return [{ kind: 'ignores-signal', handler, effect: name, text }];
  }
  return result === 'completed' ? [swallowing(effect, 'ended by signal')] : [];
}

function ofFailing(effect: Effect, run: Run): Finding[] {
  const { handler, name } = effect;
  const attempt = metBy(effect, run);
  const isTriedAgain =
    [...run.first, ...run.later].filter((each) => each.name === name && each.happened).length > 0;
  if (attempt?.result === 'completed' && !isTriedAgain) return [swallowing(effect, 'failed (a 503)')];
  if (attempt?.error?.retryable !== false) return [];
  const text = `${handler} gives up for good when ${name} fails once (a 503): throw what is retried`;
  return [{ kind: 'gives-up', handler, effect: name, text }];
}

function swallowing({ handler, name }: Effect, how: string): Finding {
  const text = `${handler} swallows errors: it completes although ${name} was ${how}`;
  return { kind: 'swallows-error', handler, effect: name, text };
}
