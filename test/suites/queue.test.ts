import { startEngines } from '../support/engines.ts';
import { describeQueue } from './queue-suite.ts';
import { holdToNeeds } from './suite-needs.ts';

describeQueue('the embedded engine', async () => holdToNeeds(await startEngines(), ['queue']));
