import { formatUtc } from '../../cli/format-time.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { wrapText } from '../../cli/wrap-text.ts';
import type { ExplainReport } from './explain-report.ts';

const COLUMNS = 80;
const INDENT = 10;

/** The report for people, within 80 columns. */
export function explanationText(report: ExplainReport, { paint }: Pick<Terminal, 'paint'>): string {
  const lines = [headline(report), ''];
  if (report.verifies) {
    lines.push(...block(paint('green', 'verifies'.padEnd(INDENT)), `with ${secretText(report)}`));
    if (report.secret_position !== null && report.secret_position > 1) {
      lines.push(
        ...block('', 'not the first of the set: the sender signs with another one; see secret check'),
      );
    }
    return lines.join('\n');
  }
  for (const [index, { cause, what, mend }] of report.findings.entries()) {
    const label = paint('red', (index === 0 ? 'FAILS' : 'and').padEnd(INDENT));
    lines.push(...block(label, cause), ...block('', what), ...block('', `mend: ${mend}`));
  }
  lines.push('', ...block('', conclusion(report)), ...block('', answerText(report)));
  return lines.join('\n');
}

function headline({ event_id: id, format, body_bytes: bytes, timestamp_ms: timestampMs }: ExplainReport) {
  return [
    id ?? 'no usable id',
    FORMATS[format],
    `${bytes} bytes`,
    timestampMs === null ? 'no usable timestamp' : `signed ${formatUtc(timestampMs).slice(0, -4)} UTC`,
  ].join(', ');
}

const FORMATS: Readonly<Record<ExplainReport['format'], string>> = {
  http: 'raw HTTP',
  'api-gateway-1.0': 'payload 1.0',
  'api-gateway-2.0': 'payload 2.0',
  flags: 'from the command line',
};

function conclusion(report: ExplainReport): string {
  if (!report.proven) {
    return 'No reading of the request makes the signature right: what is said above is what can be seen.';
  }
  const onlyStale = report.findings.every(({ cause }) => cause.startsWith('timestamp-too-'));
  return onlyStale
    ? `The signature itself is right (${secretText(report)}): it verified at its time.`
    : `Without that, the signature is right (${secretText(report)}).`;
}

function answerText({ answer: { status, code, reason } }: ExplainReport): string {
  return `The endpoint answers ${status} ${code}${reason === null || reason === code ? '' : ` (log: ${reason})`}.`;
}

function secretText({ secrets, secret_position: position, secret_fingerprint: fingerprint }: ExplainReport) {
  return `secret ${position ?? 1} of ${secrets}, fingerprint ${fingerprint ?? 'unknown'}`;
}

function block(label: string, text: string): string[] {
  const [first = '', ...others] = wrapText(text, COLUMNS - INDENT);
  const margin = ' '.repeat(INDENT);
  return [(label === '' ? margin : label) + first, ...others.map((line) => margin + line)];
}
