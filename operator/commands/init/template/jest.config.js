export default {
  preset: 'supaglue-webhooks-aws',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testTimeout: 60_000,
};
