import { explanations } from './extra-runs.ts';
import type { SoakResult, SoakSettings } from './run-soak.ts';

/** What `--json` prints. */
export function soakJson(result: SoakResult, settings: SoakSettings): object {
  const { balance, sender, faults, invocations, trends } = result;
  return {
    passed: result.passed,
    interrupted: result.interrupted,
    seed: settings.seed,
    rate: settings.rate,
    load_ms: Math.round(result.loadMs),
    drain_ms: Math.round(result.drainMs),
    sent: result.sent,
    posts: sender.posts,
    failed_posts: sender.failedPosts,
    resent: sender.resent,
    held_back: sender.heldBack,
    forgeries: sender.forgeries,
    forgeries_accepted: sender.forgeriesAccepted,
    faults,
    invocations,
    accounts: {
      accepted: balance.accepted,
      completed: balance.completed,
      dead_lettered: balance.deadLettered,
      reasons: balance.reasons,
      letters: balance.letters,
      extra_letters: balance.extraLetters,
      recorded_completions: balance.recordedCompletions,
      effects: balance.effects,
      extra_runs: balance.extraRuns.length,
      explanations: explanations(balance.extraRuns),
    },
    problems: balance.problems.map(({ eventId, problem, ledger }) => ({
      event_id: eventId,
      problem,
      ledger,
    })),
    process: {
      judged: trends.judged,
      flat: trends.isFlat,
      samples: trends.samples,
      held_per_event_bytes: Math.round(trends.heldPerEventBytes),
      measures: trends.trends.map(({ isFlat, ...trend }) => ({ ...trend, flat: isFlat })),
    },
  };
}
