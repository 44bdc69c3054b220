/** What a consumer is given, in batches. */
export interface Scenario {
  readonly batchSize: number;
  readonly handlers: number;
  /** How many of ten events were handled before. */
  readonly duplicatesOfTen: 0 | 1 | 10;
}

export interface ConsumerTask {
  readonly batchSize: number;
  readonly duplicatesOfTen: number;
  readonly events: number;
}

export interface ConsumerAnswer {
  readonly cpuUs: number;
  /** How often a handler has run, in this task. */
  readonly handlerRuns: number;
  readonly newEvents: number;
}

export const scenarioText = ({ batchSize, handlers, duplicatesOfTen }: Scenario) =>
  `batch ${batchSize}, ${handlers} handler${handlers === 1 ? '' : 's'}, ${duplicatesOfTen * 10} % duplicates`;
