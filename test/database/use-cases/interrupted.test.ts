import { inOneWorld } from './in-one-world.ts';
import { interruptedSuite } from './interrupted.suite.ts';

inOneWorld({ interrupted: interruptedSuite });
