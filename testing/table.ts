import { createRequire } from 'node:module';
import type {
  AttributeValue,
  GetItemCommandInput,
  GetItemCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { LEDGER_KEY } from '../lambdas/contract/ledger-table.ts';
// Makes dynalite give back the item that refused a write, and parse each condition once.
import '../local/engines/dynalite.ts';

type Item = Record<string, AttributeValue>;
type Callback<T = void> = (error?: unknown, result?: T) => void;
interface Refusal {
  readonly body: { readonly __type: string; readonly message: string; readonly Item?: Item };
}

const require = createRequire(import.meta.url);
const {
  custom: validate,
}: { custom(data: object, store: object): string | undefined } = require('dynalite/validations/updateItem');
const updateItem: (
  store: object,
  data: object,
  callback: Callback<object>,
) => void = require('dynalite/actions/updateItem');

const TABLE = {
  KeySchema: [{ AttributeName: LEDGER_KEY, KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: LEDGER_KEY, AttributeType: 'S' }],
};
const METADATA = { $metadata: {} };
const idOf = ({ Key }: GetItemCommandInput) => Key?.[LEDGER_KEY]?.S ?? '';

/** The ledger's table in memory: what the local cloud's engine makes of a request, at once and without a server. */
export class MemoryTable {
  readonly #items = new Map<string, Item>();
  /** Of the item that is written. */
  #id = '';
  readonly #store = {
    options: { maxItemSize: 400 * 1024, returnItemsOnRefusedWrite: true },
    getTable: (_name: string, callback: Callback<object>) => callback(null, TABLE),
    getItemDb: () => ({
      lock: (_key: string, work: (release: <T>(callback: T) => T) => void) => work((callback) => callback),
      get: (_key: string, callback: Callback<Item>) => callback(null, this.#items.get(this.#id)),
      put: (_key: string, item: Item, callback: Callback) => {
        this.#items.set(this.#id, item);
        callback();
      },
    }),
  };

  item(id: string): Item | undefined {
    const item = this.#items.get(id);
    return item && structuredClone(item);
  }

  get(input: GetItemCommandInput): GetItemCommandOutput {
    const Item = this.item(idOf(input));
    return { ...METADATA, ...(Item && { Item }) };
  }

  /** @throws what the SDK's client throws, by name */
  update(input: UpdateItemCommandInput): UpdateItemCommandOutput {
    this.#id = idOf(input);
    const data = structuredClone(input);
    const invalid = validate(data, this.#store);
    if (invalid !== undefined) throw Object.assign(new Error(invalid), { name: 'ValidationException' });
    let failure: unknown;
    let answer = {};
    updateItem(this.#store, data, (error, result = {}) => {
      failure = error;
      answer = result;
    });
    if (!failure) return { ...METADATA, ...answer };
    const { __type: type, message, ...rest } = (failure as Refusal).body;
    throw Object.assign(new Error(message), { ...rest, name: type.replace(/.*#/, ''), $fault: 'client' });
  }
}
