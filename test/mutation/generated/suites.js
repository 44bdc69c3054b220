import process from 'node:process';

/** Test paths that are asked about one file, in their order: folders and suites. */
export const SUITES = JSON.parse(process.env['MUTATION_SUITES'] ?? '[]');
