import { LOCAL_IDENTITY_ENVIRONMENT } from '../../local/identity.ts';
import { startWireProxy, type WireCall } from './wire-proxy.ts';

/**
 * Makes a call to AWS whose first attempt nobody answers, and whose further ones are cut off.
 *
 * @param variable - where the call's client looks for its endpoint
 * @returns the attempts that it made before it failed
 */
export async function attemptsOfUnanswered(
  variable: string,
  call: (endpoint: string) => Promise<unknown>,
): Promise<readonly WireCall[]> {
  let release = () => {};
  const unanswered = new Promise<'drop'>((resolve) => {
    release = () => resolve('drop');
  });
  const proxy = await startWireProxy({ intercept: ({ isRetry }) => (isRetry ? 'drop' : unanswered) });
  proxy.forwardTo('http://127.0.0.1:9');
  Object.assign(process.env, {
    ...LOCAL_IDENTITY_ENVIRONMENT,
    [variable]: proxy.endpoint,
  });
  try {
    await call(proxy.endpoint).then(
      () => Promise.reject(new Error('the call was answered')),
      () => undefined,
    );
    return proxy.calls;
  } finally {
    release();
    await proxy.stop();
  }
}
