import { describeLedger } from '../suites/ledger-suite.ts';
import { startEngines } from '../support/engines.ts';

describeLedger('the embedded engine', () => startEngines());
describeLedger('the embedded engine', () => startEngines(), 'read after it');
