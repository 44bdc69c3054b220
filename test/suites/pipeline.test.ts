import { startEngines } from '../support/engines.ts';
import { describePipeline } from './pipeline-suite.ts';
import { holdToNeeds } from './suite-needs.ts';

describePipeline('the embedded engines', async () => holdToNeeds(await startEngines(), ['pipeline']));
