export interface CauseText {
  /** What is wrong; never with a value of the request. */
  readonly what: string;
  readonly mend: string;
}

export const RAW_BODY =
  'verify the bytes as they came, before anything parses them (express.raw() instead of express.json(), await request.text() instead of .json(), request.get_data() in Flask)';
export const PROXY =
  'find what changes headers before the endpoint: a proxy, a framework, or the tool that captured it';
const CAPTURE =
  'an editor or a shell does this to a saved body: capture it again as bytes (curl --data-binary, not -d)';
const BINARY =
  'decode the body once, as isBase64Encoded says; behind a REST API look at its binary media types and mapping templates';

/** After the header’s name. */
export const HEADER_TEXTS = {
  'header-duplicated': 'came more than once; API Gateway joins the values with commas',
  'header-quoted': 'has quotes around its value',
  'header-url-encoded': 'is URL-encoded (%2C, %2B, %3D)',
  'header-white-space': 'has white space around its value',
  'id-malformed':
    'is refused: an id is 1 to 128 of A-Z a-z 0-9 _ - (a dot in it would let a body be shifted)',
} as const;

export const SIGNATURE_TEXTS = {
  'signature-without-version': 'the signature has no v1, before it',
  'signature-of-other-version':
    'no signature is of version v1, which whsec_ verifies; v1a needs the sender’s whpk_',
  'signatures-joined-by-comma':
    'the signatures are separated by commas, not spaces: the header came twice, or was joined',
  'signature-plus-lost': 'each + of the signature has become a space: it was decoded as a form field',
  'signature-url-safe': 'the signature is URL-safe base64 (- and _), not the standard kind (+ and /)',
  'signature-unpadded': 'the = at the end of the signature is missing',
  'signature-case-changed': 'the case of the signature was changed: base64 is case-sensitive',
  'signature-in-hex': 'the signature is hexadecimal, not base64',
  'signature-truncated': 'the signature is cut off',
  'signature-extended': 'something follows the signature',
  'signature-malformed': 'no signature is the base64 of 32 bytes: it is cut off, or was changed',
} as const;

export const BODY_TEXTS = {
  'body-base64-not-decoded': {
    what: 'the body is still base64: isBase64Encoded was lost or ignored',
    mend: BINARY,
  },
  'body-base64-decoded-twice': {
    what: 'the body was base64-decoded although it was not encoded, or once too often',
    mend: BINARY,
  },
  'body-json-in-string': {
    what: 'the body is a JSON string that holds the JSON: it was serialised twice',
    mend: RAW_BODY,
  },
  'body-compressed': {
    what: 'the body is compressed; what was signed is not',
    mend: 'decompress it before it is verified, or take away what compresses it',
  },
  'body-charset': {
    what: 'the characters were converted between UTF-8 and Latin-1 (or Windows-1252)',
    mend: `${RAW_BODY}, or name UTF-8 wherever bytes become text`,
  },
  'body-unicode-form': { what: 'accented characters were written in another Unicode form', mend: RAW_BODY },
  'body-bom-added': { what: 'a byte order mark was put before the body', mend: CAPTURE },
  'body-bom-removed': { what: 'the byte order mark before the body was taken away', mend: RAW_BODY },
  'body-newline-added': { what: 'a line end was added after the body', mend: CAPTURE },
  'body-newline-removed': { what: 'the line end after the body was taken away', mend: CAPTURE },
  'body-line-ends': { what: 'line ends were converted between LF and CRLF', mend: CAPTURE },
  'body-white-space': { what: 'white space around the body was added or taken away', mend: RAW_BODY },
  'body-empty': {
    what: 'the body is empty: something has read it before, or the capture lacks it',
    mend: RAW_BODY,
  },
  'body-characters-lost': {
    what: 'the body holds U+FFFD where bytes were no UTF-8: they are lost',
    mend: `${RAW_BODY}; send what is no UTF-8 with a binary content type`,
  },
  'body-object-text': { what: 'the body is the text of a JavaScript object, not JSON', mend: RAW_BODY },
  'body-keys-sorted': {
    what: 'the keys of the body are in alphabetical order: they may have been sorted',
    mend: RAW_BODY,
  },
  'body-too-large': {
    what: 'the body is larger than a message of SQS may be (1 MiB less 16 KiB): it is answered with 413',
    mend: 'such an event cannot be queued; Svix stops retrying it',
  },
} as const satisfies Readonly<Record<string, CauseText>>;
