import type { AttributeValue, GetItemCommandInput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import type { LedgerTable } from '../../lambdas/ledger/dynamodb-ledger.ts';
import { SimulatedTable } from '../../test/simulation/table.ts';

type Item = Readonly<Record<string, AttributeValue>>;

const CHUNK_BYTES = 16 * 1024 * 1024;
const SLOTS_PER_RECORD = 2;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Records by key, outside of V8's heap: the collector does not look at them, and one is found as fast among a
 * million as among a thousand. So what grows with the number of events is the consumer's, if anything is.
 */
export class RecordArchive {
  readonly #chunks: Buffer[] = [];
  /** Position in the chunks, plus one; 0: free. */
  readonly #slots: Float64Array;
  #end = 0;
  #size = 0;

  /** @param capacity - the most records that it will hold */
  constructor(capacity: number) {
    // Filled, so that the system hands out its memory now and not to the first records.
    this.#slots = new Float64Array(2 ** Math.ceil(Math.log2(capacity * SLOTS_PER_RECORD))).fill(0);
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#chunks.length * CHUNK_BYTES + this.#slots.byteLength;
  }

  get(key: string): Item | undefined {
    const position = (this.#slots[this.#slotOf(key)] ?? 0) - 1;
    return position < 0 ? undefined : this.#read(position).item;
  }

  put(key: string, item: Item): void {
    const text = JSON.stringify({ key, item });
    const bytes = Buffer.byteLength(text);
    if ((this.#end % CHUNK_BYTES) + 4 + bytes > CHUNK_BYTES || this.#chunks.length === 0) {
      this.#end = this.#chunks.length * CHUNK_BYTES;
      this.#chunks.push(Buffer.alloc(CHUNK_BYTES, 0));
    }
    const slot = this.#slotOf(key);
    const chunk = this.#chunks.at(-1);
    const offset = this.#end % CHUNK_BYTES;
    chunk?.writeUInt32LE(bytes, offset);
    chunk?.write(text, offset + 4);
    if (this.#slots[slot] === 0) this.#size += 1;
    this.#slots[slot] = this.#end + 1;
    this.#end += 4 + bytes;
  }

  #slotOf(key: string): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash(key) & mask; ; slot = (slot + 1) & mask) {
      const position = (this.#slots[slot] ?? 0) - 1;
      if (position < 0 || this.#read(position).key === key) return slot;
    }
  }

  #read(position: number): { readonly key: string; readonly item: Item } {
    const chunk = this.#chunks[Math.floor(position / CHUNK_BYTES)];
    const offset = position % CHUNK_BYTES;
    const bytes = chunk?.readUInt32LE(offset) ?? 0;
    return JSON.parse(chunk?.toString('utf8', offset + 4, offset + 4 + bytes) ?? '');
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), FNV_PRIME);
  }
  return value >>> 0;
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

  /** What the table did, and what it took, since the last time it was asked. */
  takeUse() {
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
