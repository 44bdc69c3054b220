import type { CallCounts } from '../far-end/far-end.ts';
import { type ConsumerAnswer, type Scenario, scenarioText } from './scenario.ts';

export interface Task {
  readonly consumer: string;
  readonly scenario: Scenario;
  readonly events: number;
  readonly answer: ConsumerAnswer;
  readonly calls: CallCounts;
}

/** @throws {Error} when a new event's handlers did not each run once, or a duplicate's did */
export function checkAnswer({ consumer, scenario, events, answer, calls }: Task): void {
  const where = `${consumer}, ${scenarioText(scenario)}`;
  const fresh = (events * (10 - scenario.duplicatesOfTen)) / 10;
  if (answer.newEvents !== fresh) throw new Error(`${where}: ${answer.newEvents} new events, not ${fresh}`);
  const runs = fresh * scenario.handlers;
  if (answer.handlerRuns !== runs) {
    throw new Error(`${where}: handlers ran ${answer.handlerRuns} times, not ${runs}`);
  }
  const strange = Object.keys(calls).filter((name) => !['PutItem', 'UpdateItem', 'GetItem'].includes(name));
  if (strange.length > 0) throw new Error(`${where}: ${strange.join(', ')} was called`);
}
