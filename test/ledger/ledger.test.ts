import { startEngines } from '../support/engines.ts';
import { describeLedger } from './ledger-suite.ts';

describeLedger('an engine that returns the refusing item, as DynamoDB does', () => startEngines());
describeLedger('an engine that does not: the fallback read', () =>
  startEngines({ returnItemsOnRefusedWrite: false }),
);
