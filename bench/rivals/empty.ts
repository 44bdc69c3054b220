/** The floor of a cold start: what Node.js and the call itself cost. */
export const handler = async () => ({ statusCode: 200, batchItemFailures: [] });
