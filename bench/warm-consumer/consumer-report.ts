import { aboveFloorRow } from '../above-floor.ts';
import type { BenchCount, BenchRow } from '../benchmark.ts';
import type { CallCounts } from '../far-end/far-end.ts';
import { medianRatio, quartiles } from '../statistics.ts';
import { type Scenario, scenarioText } from './scenario.ts';

export type Consumer = 'floor' | 'ours' | 'powertools';

export interface Measured {
  readonly consumer: Consumer;
  readonly scenario: Scenario;
  readonly events: number;
  readonly cpuUs: number;
  readonly calls: CallCounts;
}

const NAMES: Readonly<Record<Consumer, string>> = {
  floor: 'two bare writes',
  ours: 'ours',
  powertools: 'Powertools',
};
/** Of the CPU time that Powertools needs above two bare writes. */
const GOAL = 0.5;

export function consumerRows(measured: readonly Measured[]): readonly BenchRow[] {
  return scenariosOf(measured).flatMap((scenario) => {
    const sampleOf = (consumer: Consumer) => cpuOf(measured, scenario, consumer);
    const [ours, rival, floor] = [sampleOf('ours'), sampleOf('powertools'), sampleOf('floor')];
    const row = (consumer: Consumer): BenchRow => ({
      subject: `${scenarioText(scenario)}: ${NAMES[consumer]}`,
      unit: 'µs',
      ...quartiles(sampleOf(consumer)),
    });
    const rows = [
      row('powertools'),
      { ...row('ours'), ratio: medianRatio(ours, rival), against: NAMES.powertools },
    ];
    if (floor.length === 0) return rows;
    return [
      row('floor'),
      ...rows,
      aboveFloorRow({
        subject: `${scenarioText(scenario)}: ours above two bare writes`,
        against: 'Powertools above two bare writes',
        ours,
        rival,
        floor,
        goal: GOAL,
      }),
    ];
  });
}

/** AWS calls for each event, as the far end counted them: the same in each round. */
export function consumerCounts(measured: readonly Measured[]): readonly BenchCount[] {
  return scenariosOf(measured).flatMap((scenario) =>
    (['ours', 'powertools'] as const).map((consumer) => {
      const tasks = measured.filter((each) => each.consumer === consumer && each.scenario === scenario);
      const calls = tasks.flatMap((task) => Object.values(task.calls)).reduce((a, b) => a + b, 0);
      const events = tasks.reduce((sum, task) => sum + task.events, 0);
      return {
        name: `${scenarioText(scenario)}: ${NAMES[consumer]}`,
        value: calls / events,
        unit: 'AWS calls an event',
      };
    }),
  );
}

function scenariosOf(measured: readonly Measured[]): readonly Scenario[] {
  return [...new Set(measured.map(({ scenario }) => scenario))];
}

/** Microseconds for each event, one figure a round. */
function cpuOf(measured: readonly Measured[], scenario: Scenario, consumer: Consumer): readonly number[] {
  return measured
    .filter((each) => each.scenario === scenario && each.consumer === consumer)
    .map(({ cpuUs, events }) => cpuUs / events);
}
