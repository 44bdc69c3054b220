import type { Target } from '../../core/target.ts';
import { lookAtDeadLetters } from '../../dead-letters/look.ts';
import type { HandlersOf } from '../../dead-letters/registered-handlers.ts';
import { Changes } from '../data/changes.ts';
import { Readings, RHYTHMS, type Rhythm } from '../data/readings.ts';
import { InspectorSnapshot } from '../data/snapshot.ts';
import { Turns } from '../data/turns.ts';

/** What all requests of one inspector share. */
export interface InspectorState {
  readonly target: Target;
  /** Whether it may redrive and delete. */
  readonly write: boolean;
  readonly rhythm: Rhythm;
  readonly readings: Readings;
  readonly snapshot: InspectorSnapshot;
  readonly changes: Changes;
  readonly turns: Turns;
  readonly nowMs: () => number;
  /** Aborts when the inspector closes. */
  readonly signal: AbortSignal;
  /** The handlers as they are now. */
  readonly handlersOf: () => Promise<HandlersOf>;
}

export interface InspectorStateOptions {
  readonly target: Target;
  readonly write: boolean;
  readonly nowMs: () => number;
  readonly loadHandlers: () => Promise<HandlersOf>;
  readonly signal: AbortSignal;
}

export function createInspectorState(options: InspectorStateOptions): InspectorState {
  const { target, write, nowMs, loadHandlers, signal } = options;
  const rhythm = RHYTHMS[target.kind];
  const turns = new Turns();
  return {
    target,
    write,
    rhythm,
    readings: new Readings({ target, rhythm, nowMs, signal }),
    snapshot: new InspectorSnapshot({
      takeLook: (options) => lookAtDeadLetters(target, options),
      turns,
      nowMs,
      signal,
      restMs: rhythm.lookRestMs,
    }),
    changes: new Changes({ nowMs, signal }),
    turns,
    nowMs,
    signal,
    handlersOf: loadHandlers,
  };
}
