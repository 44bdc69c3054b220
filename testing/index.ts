/** Faults for your handlers, in any test runner: `supaglue-webhooks-aws/testing`. */
// First, for its effect on every stack that is shown.
import '../lambdas/runtime/source-lines.ts';

export type { Attempt, DeadLetter, Duration, Effect, EffectFault, Outcome } from './attempt.ts';
export type { CrashReport, Finding, Place } from './crash-report.ts';
export type { DoEffect, EffectOptions } from './effects.ts';
export { type CrashWorld, type ExploreOptions, exploreCrashes } from './explore-crashes.ts';
export {
  type Pipeline,
  type PipelineOptions,
  type Router,
  type Tools,
  testPipeline,
} from './pipeline.ts';
export { sample } from './sample.ts';
