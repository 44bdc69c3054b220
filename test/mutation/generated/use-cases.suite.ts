import { inOneWorld, QUICK_SUITES } from '../../database/use-cases/in-one-world.ts';

inOneWorld(QUICK_SUITES);
