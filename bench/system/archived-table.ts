import type { GetItemCommandInput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import type { LedgerTable } from '../../lambdas/ledger/dynamodb-ledger.ts';
import { SimulatedTable } from '../../test/simulation/table.ts';
import { RecordArchive } from './record-archive.ts';

/** What the table did, and what it took, since the last time it was asked. */
export interface TableUse {
  readonly updates: number;
  readonly reads: number;
  readonly cpuUs: number;
}

/** The simulation's table, with every conditional write honoured; finished records move to the archive. */
export class ArchivedTable implements LedgerTable {
  readonly archive: RecordArchive;
  readonly #table = new SimulatedTable({});
  #use = { updates: 0, reads: 0, cpuUs: 0 };

  constructor(capacity: number) {
    this.archive = new RecordArchive(capacity);
  }

  async updateItem(input: UpdateItemCommandInput) {
    this.#use.updates += 1;
    return this.#measured(input.Key?.[LEDGER_KEY]?.S ?? '', () => this.#table.update(input));
  }

  async getItem(input: GetItemCommandInput) {
    this.#use.reads += 1;
    return this.#measured(input.Key?.[LEDGER_KEY]?.S ?? '', () => this.#table.get(input));
  }

  takeUse(): TableUse {
    const use = this.#use;
    this.#use = { updates: 0, reads: 0, cpuUs: 0 };
    return use;
  }

  /** Records that are neither finished nor in the archive. */
  get open(): number {
    return this.#table.items.size;
  }

  #measured<Answer>(key: string, work: () => Answer): Answer {
    const before = process.cpuUsage();
    try {
      const archived = this.archive.get(key);
      if (archived !== undefined) this.#table.items.set(key, archived);
      return work();
    } finally {
      this.#putAway(key);
      const { user, system } = process.cpuUsage(before);
      this.#use.cpuUs += user + system;
    }
  }

  #putAway(key: string): void {
    const item = this.#table.items.get(key);
    if (item?.['status']?.S !== 'COMPLETED') return;
    if (item['attempts_total']?.N !== '1') throw new Error(`${key} was attempted more than once`);
    // Unchanged since it was put there, if it was: nothing may change what is COMPLETED.
    if (this.archive.get(key) === undefined) this.archive.put(key, item);
    this.#table.items.delete(key);
  }
}
