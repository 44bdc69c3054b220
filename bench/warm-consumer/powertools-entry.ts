import { createPowertoolsConsumer } from '../rivals/powertools-processing.ts';
import { lightHandlers } from './light-handlers.ts';

export { handlerRuns } from './light-handlers.ts';
export const handler = createPowertoolsConsumer(lightHandlers);
