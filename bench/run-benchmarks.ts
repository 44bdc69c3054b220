import type { BenchContext, Benchmark, BenchResult } from './benchmark.ts';

export interface Finished {
  readonly benchmark: Benchmark;
  readonly tookMs: number;
  /** Either what it measured, or why it is worth nothing. */
  readonly result?: BenchResult;
  readonly error?: unknown;
}

export interface BenchRun {
  readonly finished: readonly Finished[];
  readonly interrupted: boolean;
}

/** One after the other, since two would disturb each other. One that fails does not end the rest. */
export async function runBenchmarks(
  wanted: readonly Benchmark[],
  context: BenchContext,
  nowMs: () => number,
): Promise<BenchRun> {
  const finished: Finished[] = [];
  for (const benchmark of wanted) {
    const startedAtMs = nowMs();
    const step = (text: string) => context.step(`${benchmark.name}: ${text}`);
    try {
      const result = await benchmark.run({ ...context, step });
      context.signal.throwIfAborted();
      finished.push({ benchmark, tookMs: nowMs() - startedAtMs, result });
    } catch (error) {
      if (context.signal.aborted) return { finished, interrupted: true };
      finished.push({ benchmark, tookMs: nowMs() - startedAtMs, error });
    }
  }
  return { finished, interrupted: false };
}
