import { SigningSecretError } from '../../lambdas/ingest/signing-secret.ts';
import { errorChain, errorText, isError } from '../../lambdas/runtime/error-text.ts';
import { LocalError } from '../../local/local-error.ts';
import { safeText } from '../../local/safe-text.ts';
import { CommandError } from './command-error.ts';
import { unusedProxy } from './proxy.ts';

const NO_CREDENTIALS = 'no AWS credentials: sign in (`aws sso login`) or set AWS_PROFILE';
const EXPIRED = 'the AWS credentials have expired: sign in again (`aws sso login`) and repeat the command';
const UNKNOWN_CREDENTIALS = 'AWS does not accept these credentials: check AWS_PROFILE and the keys it names';

const BY_NAME: Readonly<Record<string, string>> = {
  CredentialsProviderError: NO_CREDENTIALS,
  TokenProviderError: NO_CREDENTIALS,
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  RequestExpired: EXPIRED,
  UnrecognizedClientException: UNKNOWN_CREDENTIALS,
  InvalidClientTokenId: UNKNOWN_CREDENTIALS,
  InvalidSignatureException: UNKNOWN_CREDENTIALS,
  SignatureDoesNotMatch: UNKNOWN_CREDENTIALS,
};

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** An answer of AWS that names several ARNs is longer than what a handler threw. */
const MAX_CHARACTERS = 2_000;

/** What a command was doing when the error came. */
export interface ErrorContext {
  /** Undefined before the target is known. */
  readonly target?: 'local' | 'stack';
}

/** One line that names the cause and the way out. The error itself stays as the cause. */
export function toCommandError(error: unknown, { target }: ErrorContext = {}): CommandError {
  if (error instanceof CommandError) return error;
  return new CommandError(safeText(explain(error, target).replace(/\s+/g, ' ').trim(), MAX_CHARACTERS), {
    cause: error,
  });
}

function explain(error: unknown, target: ErrorContext['target']): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  if (error instanceof LocalError) return message;
  const code = errorChain(error)
    .map((each) => (isError(each) && 'code' in each ? String(each.code) : ''))
    .find((each) => UNREACHABLE.has(each));
  if (code !== undefined) return unreachable(code, target);
  if (name === 'TimeoutError') return `no answer in time (${message}): try again`;
  if (error instanceof SigningSecretError)
    return `${message}: store the one from Supaglue, Settings, Webhooks`;
  if (message.includes('Region is missing')) {
    return 'no AWS region: set AWS_REGION, or `aws configure set region REGION`';
  }
  if (/(?:token|session).{0,80}expired/i.test(message)) return EXPIRED;
  if (/^AccessDenied/.test(name)) return `access denied: ${message}; ask for that permission`;
  if (name === 'ValidationError' && message.includes('does not exist')) {
    return `${message} in this account and region: check the name, AWS_REGION and AWS_PROFILE`;
  }
  return BY_NAME[name] ?? errorText(error);
}

function unreachable(code: string, target: ErrorContext['target']): string {
  return target === 'local'
    ? `the local run has ended (${code}): start it again with \`npm start\``
    : `no connection (${code}): check the network, the proxy and AWS_REGION${unusedProxy()}`;
}
