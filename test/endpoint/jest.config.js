import base from '../../jest.config.js';

export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/endpoint/*.endpoint.ts'],
  reporters: ['<rootDir>/test/endpoint/reporter.mjs'],
  // A guard against hanging: on AWS a table with its index takes tens of seconds.
  testTimeout: 240_000,
  maxWorkers: 1,
};
