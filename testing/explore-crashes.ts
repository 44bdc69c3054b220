import type { Attempt, EffectFault } from './attempt.ts';
import {
  type CrashReport,
  countsOf,
  type End,
  type Finding,
  type Place,
  placeOf,
  reportOf,
} from './crash-report.ts';
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
  /** Without a world: `fetch` goes out, and what its receivers make of it is not known. @default false */
  readonly live?: boolean;
  /** @default msg_explored */
  readonly eventId?: string;
  /** What each effect meets. @default all */
  readonly faults?: readonly EffectFault[];
}

const FAULTS = ['crash-before', 'crash-after', 'hang', 'fail'] as const;

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
  { world, eventId = 'msg_explored', live = false, faults = FAULTS, ...options }: ExploreOptions = {},
): Promise<CrashReport> {
  const edges = world ?? (live ? {} : { fetch: () => Response.json({}) });
  const play = async (at = 0, fault?: EffectFault): Promise<Run> => {
    await world?.reset?.();
    const pipeline = testPipeline(router, { ...options, ...edges });
    if (fault !== undefined) pipeline.faultAt(at, fault);
    const id = await pipeline.deliver(event, { eventId });
    await pipeline.finish();
    const { status, attempts, effects } = pipeline.outcome(id);
    const left = world === undefined ? countsOf(effects) : structuredClone(await world.snapshot());
    return { status, attempts, effects, left };
  };

  const clean = await play();
  const places: Place[] = [];
  const findings: Finding[] = ofClean(clean);
  // What fails without any fault is to be mended first.
  const count = findings.length > 0 ? 0 : clean.effects.length;
  for (let at = 1; at <= count; at++) {
    for (const fault of faults) {
      const run = await play(at, fault);
      if (fault === 'hang') findings.push(...ofHanging(at, run));
      else if (fault === 'fail') findings.push(...ofFailing(at, run));
      else places.push(placeOf(fault === 'crash-after' ? 'after' : 'before', at, run, clean));
    }
  }
  return reportOf(places, clean.effects, findings);
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

function ofHanging(at: number, { attempts, effects }: Run): Finding[] {
  const { handler = '', name: effect = '' } = effects[at - 1] ?? {};
  const result = attempts.find(({ met }) => met)?.result;
  if (result === 'completed') return [swallowing(handler, effect, 'ended by signal')];
  if (result !== 'timed-out') return [];
  const text = `${handler} ignores signal: it is still at ${effect} when its time is up`;
  return [{ kind: 'ignores-signal', handler, effect, text }];
}

function ofFailing(at: number, { attempts, effects }: Run): Finding[] {
  const { handler = '', name: effect = '' } = effects[at - 1] ?? {};
  const attempt = attempts.find(({ met }) => met);
  const isDone = effects.slice(at).some(({ name, happened }) => name === effect && happened);
  if (attempt?.result === 'completed' && !isDone) return [swallowing(handler, effect, 'answered 503')];
  if (attempt?.error?.retryable !== false) return [];
  const text = `${handler} gives up for good when ${effect} fails once (a 503): throw what is retried`;
  return [{ kind: 'gives-up', handler, effect, text }];
}

function swallowing(handler: string, effect: string, how: string): Finding {
  const text = `${handler} swallows errors: it completes although ${effect} was ${how}`;
  return { kind: 'swallows-error', handler, effect, text };
}
