/** Signs what the benchmarks send; it opens nothing. */
export const BENCH_SECRET = `whsec_${Buffer.alloc(32, 'bench').toString('base64')}`;
