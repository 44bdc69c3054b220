import type { IncomingMessage, Server } from 'node:http';
import { createRequire } from 'node:module';
import { cacheConditions, type Parse } from './condition-cache.ts';

/** Options that dynalite keeps on its store, with one of ours beside them. */
export interface DynaliteOptions {
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  readonly updateTableMs: number;
  /** Whether a refused write gives back the item when it is asked to, as DynamoDB does. */
  readonly returnItemsOnRefusedWrite: boolean;
}

interface Store {
  readonly options: DynaliteOptions;
}
interface WriteRequest {
  ReturnValuesOnConditionCheckFailure?: string;
}
interface WriteValidation {
  readonly types: Record<string, unknown>;
  custom: (data: WriteRequest, store: Store) => unknown;
}
interface Refusal {
  readonly body: Record<string, unknown>;
}
interface Database {
  checkConditional: (data: WriteRequest, item: object | undefined) => Refusal | null | undefined;
}

const require = createRequire(import.meta.url);
const database: Database = require('dynalite/db');

/**
 * dynalite drops `ReturnValuesOnConditionCheckFailure` as an unknown parameter. A GetItem afterwards would be
 * a race, so the item is put into the error where dynalite checks the condition, under its own lock on the key.
 */
for (const action of ['putItem', 'updateItem', 'deleteItem']) {
  const validation: WriteValidation = require(`dynalite/validations/${action}`);
  validation.types['ReturnValuesOnConditionCheckFailure'] = { type: 'String', enum: ['ALL_OLD', 'NONE'] };
  const custom = validation.custom;
  validation.custom = (data, store) => {
    if (!store.options.returnItemsOnRefusedWrite) delete data.ReturnValuesOnConditionCheckFailure;
    return custom(data, store);
  };
}

const checkConditional = database.checkConditional;
database.checkConditional = (data, item) => {
  const refusal = checkConditional(data, item);
  if (refusal && item !== undefined && data.ReturnValuesOnConditionCheckFailure === 'ALL_OLD') {
    refusal.body['Item'] = item;
  }
  return refusal;
};

const conditionParser: { parse: Parse } = require('dynalite/db/conditionParser');
conditionParser.parse = cacheConditions(conditionParser.parse);

type Listener = (chunk?: Buffer) => void;

/**
 * What dynalite uses of a request, its body at hand: a client that dies in the middle of a real one (a killed worker)
 * would end the process.
 */
export function wholeRequest({ method, url, headers }: IncomingMessage, body: Buffer) {
  return {
    method,
    url,
    headers,
    removeAllListeners() {},
    on(name: string, listener: Listener) {
      if (name === 'data' && body.length > 0) listener(body);
      if (name === 'end') listener();
    },
  };
}

/** A server that is not listening yet; its `request` event handles a request. */
export const createDynalite: (options: DynaliteOptions) => Server = require('dynalite');
