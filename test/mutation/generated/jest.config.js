import path from 'node:path';
import base from '../../../jest.config.js';
import { patienceMs } from '../../support/slowness.js';
import { SUITES } from './suites.js';

/** The project's own configuration for a program that is wrong in one place: it may wait for what never comes. */
export default {
  ...base,
  rootDir: path.resolve(import.meta.dirname, '../../..'),
  testMatch: SUITES.map((suite) => `<rootDir>/${suite}${suite.endsWith('.ts') ? '' : '/**/*.test.ts'}`),
  testTimeout: patienceMs(20_000),
  testEnvironment: path.join(import.meta.dirname, 'bail-environment.cjs'),
  testRunner: path.join(import.meta.dirname, 'bail-jest-circus.cjs'),
  testSequencer: path.join(import.meta.dirname, 'in-order.js'),
  maxWorkers: 1,
};
