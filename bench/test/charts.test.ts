import { describe, expect, test } from '@jest/globals';
import { CHARTS } from '../charts/charts.ts';
import { BEGIN, costMarkdown, END, runMarkdown, table, withGenerated } from '../charts/performance-doc.ts';
import { escapeXml, renderSvg } from '../charts/render.ts';
import { readObserved } from '../cost/observed.ts';
import type { RowJson, RunJson } from '../run.ts';

const row = (subject: string, median: number, more: Partial<RowJson> = {}): RowJson => ({
  subject,
  median,
  unit: 'ms',
  q1: median * 0.9,
  q3: median * 1.1,
  runs: 5,
  ...more,
});
const floor = { ratio: 1.25, against: 'bare SendMessage' };

/** A run with what each chart looks for, by the names that the benchmarks give. */
const run: RunJson = {
  started_at_ms: Date.UTC(2026, 10, 24, 9, 30),
  took_ms: 61_000,
  quick: false,
  interrupted: false,
  machine: {
    cpu: 'Example CPU',
    cores: 2,
    memory_bytes: 8 * 1024 ** 3,
    system: 'Linux',
    versions: { node: '20' },
  },
  benchmarks: [
    {
      name: 'cold-start',
      says: 'starts',
      took_ms: 1,
      rows: [
        row('ingest, ours: import', 41),
        row('ingest, rival: import', 83, { ratio: 0.49, goal: 0.5, goal_met: true }),
      ],
    },
    {
      name: 'warm-ingest',
      says: 'takes in',
      took_ms: 1,
      rows: [
        row('0.5 KB, bare SendMessage', 400),
        row('0.5 KB, ours', 500, { ...floor, goal: 1.2, goal_met: false }),
      ],
      remarks: ['a | b'],
      checked: ['all of it'],
    },
    {
      name: 'warm-consumer',
      says: 'handles',
      took_ms: 1,
      counts: [
        { name: 'batch 10, 1 handler, 0 % duplicates: ours', value: 2, unit: 'AWS calls an event' },
        { name: 'batch 10, 1 handler, 0 % duplicates: Powertools', value: 3, unit: 'AWS calls an event' },
      ],
    },
    {
      name: 'end-to-end',
      says: 'all the way',
      took_ms: 1,
      rows: [row('ours: latency p50', 61.5), row('rival: latency p50', 6.5), row('ours: throughput', 99)],
    },
    {
      name: 'growth',
      says: 'grows',
      took_ms: 1,
      rows: [row('an event, after 10^3 events', 101), row('an event, with 10^6 records', 103)],
    },
  ],
};
const without = (name: string): RunJson => ({
  ...run,
  benchmarks: run.benchmarks.filter((each) => each.name !== name),
});

describe('the charts', () => {
  test.each(CHARTS.map((each) => [each.benchmark, each] as const))('%s', async (benchmark, { draw }) => {
    expect(draw(without(benchmark))).toBeUndefined();
    const chart = draw(run);
    if (chart === undefined) throw new Error('not drawn');
    const svg = await renderSvg(chart);
    const parts = [
      `<title id="${chart.name}-title">${escapeXml(chart.title)}</title>`,
      'role="img"',
      'prefers-color-scheme:dark',
      'class="page"',
    ];
    expect(parts.filter((part) => !svg.includes(part))).toEqual([]);
    // What is drawn is what was measured, to see and to hear.
    const figures =
      {
        'cold-start': ['41', '83'],
        'warm-ingest': ['1.25'],
        'warm-consumer': ['2', '3'],
        'end-to-end': ['61.5', '6.5'],
        growth: ['101', '103'],
      }[benchmark] ?? [];
    const [, told = '', drawn = ''] = /<desc[^>]*>(.*?)<\/desc>(.*)$/s.exec(svg) ?? [];
    const missing = (text: string, of: (figure: string) => string) =>
      figures.filter((figure) => !text.includes(of(figure)));
    expect(missing(told, (figure) => figure)).toEqual([]);
    // Lines carry their figures in labels alone.
    expect(missing(drawn, (figure) => (benchmark === 'growth' ? figure : `>${figure}</text>`))).toEqual([]);
  });
});

describe('docs/performance.md', () => {
  test('keeps what people wrote', () => {
    const document = `# Before\n\n${BEGIN}\nold\n${END}\n\nafter\n`;
    const renewed = withGenerated(document, 'new');
    expect(renewed).toBe(`# Before\n\n${BEGIN}\n\nnew\n\n${END}\n\nafter\n`);
    expect(withGenerated(renewed, 'new')).toBe(renewed);
    expect(() => withGenerated('# no markers', 'new')).toThrow('<!-- bench:begin');
    expect(() => withGenerated(`${END} ${BEGIN}`, 'new')).toThrow('<!-- bench:begin');
  });

  test('holds machine, goals, rows, charts and cost', async () => {
    const drawn = [{ benchmark: 'growth', title: 'Growth', path: 'charts/growth.svg' }];
    const durations = { ingestCpuMs: 1, consumerCpuMs: 1, from: 'the test' };
    const cost = costMarkdown({ observed: await readObserved(), durations });
    const text = runMarkdown(run, drawn, cost);
    expect(text).toContain('Run of 2026-11-24 09:30 UTC, 61 s, on 2 × Example CPU, 8.0 GiB, Linux.');
    expect(text).toContain('| cold-start | ingest, rival: import | 0.5 | 0.490, met |');
    expect(text).toContain('| warm-ingest | 0.5 KB, ours | 1.2 | 1.25, **missed** |');
    expect(text).toContain(
      '| 0.5 KB, ours | 500 ms | 450 – 550 | 5 | 1.25 | 1.2, **missed** | bare SendMessage |',
    );
    expect(text).toContain('![Growth](charts/growth.svg)');
    expect(text).toContain('for a million events in batches of 10');
    expect(text).toContain('Checked: all of it.');
  });

  test('a run on another Node.js stands beside: its goals, and its cold starts', () => {
    const machine = { ...run.machine, versions: { node: '24' } };
    const [coldStart] = run.benchmarks;
    if (coldStart?.rows === undefined) throw new Error('no rows');
    const rows = coldStart.rows.map((row) => ({ ...row, ratio: 0.6, goal_met: false }));
    const other = { ...run, machine, benchmarks: [{ ...coldStart, rows }] };
    const text = runMarkdown(run, [], undefined, other);
    expect(text).toContain('| benchmark | subject | at most | Node.js 20 | Node.js 24 |');
    expect(text).toContain('| cold-start | ingest, rival: import | 0.5 | 0.490, met | 0.600, **missed** |');
    expect(text).toContain('| warm-ingest | 0.5 KB, ours | 1.2 | 1.25, **missed** | – |');
    expect(text).toContain('### cold-start, Node.js 24\n');
  });

  test('a benchmark that failed, a quick and an interrupted run say so', () => {
    const failed = { name: 'growth', says: 'grows', took_ms: 1, error: 'Error: an\nevent | was lost' };
    const text = runMarkdown({ ...run, quick: true, interrupted: true, benchmarks: [failed] }, [], undefined);
    expect(text).toContain('**Failed: Error: an event \\| was lost**');
    expect(text).toContain('its figures mean little');
    expect(text).toContain('interrupted');
  });

  test('no cell breaks its table', () => {
    expect(table(['a'], [['x | y\nz']])).toBe('| a |\n|---|\n| x \\| y z |');
  });
});
