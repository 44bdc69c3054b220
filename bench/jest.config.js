import root from '../jest.config.js';

export default { ...root, rootDir: '..', testMatch: ['<rootDir>/bench/test/**/*.test.ts'] };
