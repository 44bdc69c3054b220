import { parseJson } from '../../local/json.ts';
import { CommandError } from '../core/command-error.ts';
import type { Capture } from './capture.ts';
import { readGatewayCapture } from './read-gateway-capture.ts';
import { readHttpCapture } from './read-http-capture.ts';

/**
 * Reads a file: JSON of an API Gateway event, or a raw HTTP request.
 *
 * @throws {CommandError} when it is neither
 */
export function readCapture(file: Buffer): Capture {
  const bytes = asUtf8(file);
  return gatewayCapture(bytes) ?? readHttpCapture(bytes);
}

function gatewayCapture(bytes: Buffer): Capture | undefined {
  const document = parseJson(bytes.toString());
  if (document === undefined) return undefined;
  const capture = readGatewayCapture(document);
  if (capture === undefined) {
    throw new CommandError(
      'the capture is JSON, but no event of API Gateway (headers, body): for a body alone use --body-file with --header',
    );
  }
  return capture;
}

/** Some editors put a byte order mark first, and PowerShell's `>` writes UTF-16: neither was in the request. */
function asUtf8(file: Buffer): Buffer {
  if (file.subarray(0, 2).equals(Buffer.of(0xff, 0xfe))) return Buffer.from(file.toString('utf16le', 2));
  const hasMark = file.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf));
  return hasMark ? file.subarray(3) : file;
}
